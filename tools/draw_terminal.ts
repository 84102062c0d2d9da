/**
 * Draws what the demo prints on a terminal: docs/demo.svg.
 *
 * Usage: deno run --allow-run --allow-read --allow-write tools/draw_terminal.ts
 *        [--input recording.txt] [--output docs/demo.svg]
 *
 * It runs `sh tools/dev demo` on a pseudo-terminal, by the program `script`,
 * unless a recording is given. The figures in the picture are those of this run:
 * draw it on a machine that does nothing else.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { svgOf } from "./terminal/picture.ts";
import { screenOf } from "./terminal/screen.ts";

const ROOT = new URL("../", import.meta.url);
const COMMAND = "sh tools/dev demo";

const { values: flags } = parseArgs({
  options: {
    input: { type: "string" },
    output: { type: "string", default: "docs/demo.svg" },
  },
});
const recording = flags.input === undefined
  ? await record(`${COMMAND} 2>/dev/null`)
  : await Deno.readTextFile(flags.input);
const svg = svgOf(screenOf(recording), { command: COMMAND });
await Deno.writeTextFile(new URL(flags.output, ROOT), svg);
console.log(`${flags.output}: ${(svg.length / 1024).toFixed(1)} KiB`);

/** What a command prints when it believes that somebody watches. */
async function record(command: string): Promise<string> {
  const args = Deno.build.os === "darwin"
    ? ["-q", "/dev/null", "sh", "-c", command]
    : ["-qec", command, "/dev/null"];
  const { success, stdout } = await new Deno.Command("script", {
    args,
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`The demo failed:\n${text}`);
  return text;
}
