/**
 * Measures how the cost of a key grows with the number of keys and of hosts, and
 * which layer takes how much of it; writes `performance.md` and
 * `performance.svg`.
 *
 * Usage: sh tools/dev scaling [--rounds 5] [--short] [--out docs]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { describeMachine } from "./measure/machine.ts";
import { performancePage } from "./scaling/document.ts";
import { measureLayers } from "./scaling/layers.ts";
import { drawPlot } from "./scaling/plot.ts";
import { measureHosts, measureKeys } from "./scaling/series.ts";

const KEYS = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
const HOSTS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const HOST_KEYS = 50_000;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    short: { type: "boolean", default: false },
    out: { type: "string", default: "docs" },
  },
});
// A short run shows that everything works, and no more.
const rounds = flags.short ? 1 : Number(flags.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new RangeError(
    `Option "rounds" must be a whole number, not "${flags.rounds}"`,
  );
}
const keyCounts = flags.short ? KEYS.slice(0, 3) : KEYS;
const hostCounts = flags.short ? HOSTS.slice(0, 5) : HOSTS;
const hostKeys = flags.short ? 5_000 : HOST_KEYS;

const machine = await describeMachine();
console.error("layers …");
const layers = await measureLayers(rounds);
console.error("keys …");
const keys = await measureKeys(keyCounts, rounds);
console.error("hosts …");
const hosts = await measureHosts(hostCounts, hostKeys, rounds);

const page = performancePage({
  machine,
  rounds,
  keys,
  hosts,
  hostKeys,
  layers,
});
const plot = drawPlot([
  { title: "More keys, four hosts", unit: "keys", series: keys },
  {
    title: `More hosts, ${hostKeys.toLocaleString("en-US")} keys`,
    unit: "hosts",
    series: hosts,
  },
]);
await Deno.mkdir(flags.out, { recursive: true });
await Deno.writeTextFile(
  `${flags.out}/performance.md`,
  await formatted(page, "md"),
);
await Deno.writeTextFile(
  `${flags.out}/performance.svg`,
  await formatted(plot, "svg"),
);
console.error(`wrote ${flags.out}/performance.md and performance.svg`);

/** A file as `deno fmt` wants it. */
async function formatted(text: string, extension: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", extension, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { stdout, success } = await child.output();
  return success ? new TextDecoder().decode(stdout) : text;
}
