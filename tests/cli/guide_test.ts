// The output in docs/command_line.md is what the command line prints.

import { assert, assertEquals } from "@std/assert";
import { blocksOf } from "../docs/code_blocks.ts";
import { importMapFor } from "../docs/import_map.ts";
import { runLine } from "./fake_shell.ts";
import { startServers } from "./servers.ts";

const ROOT = new URL("../../", import.meta.url);
const GUIDE = "docs/command_line.md";
/** The ports of the guide; the last one is that of a host to come. */
const PORTS = ["6379", "6380"];

/** A command of the guide, and what it prints there. */
interface Session {
  readonly args: string[];
  readonly output: string;
}

function sessionsOf(text: string): Session[] {
  const blocks = text.matchAll(/^```console\n\$ rb (.*)\n([^]*?)^```$/gm);
  return [...blocks].map(([, line, output]) => ({
    args: line.split(" "),
    output,
  }));
}

/** A text without what is another one in each run: numbers, sizes, widths. */
function shape(text: string): string {
  return text.replaceAll(/\d[\d.,]*/g, "0").replaceAll(/ +/g, " ")
    .replaceAll(/ [KM]?i?B\b/g, " B");
}

Deno.test("the guide to the command line shows what is printed", async () => {
  await using setup = await startServers(PORTS.length);
  const ports = setup.servers.map(({ port }) => `${port}`);
  const withPorts = (text: string) =>
    PORTS.reduce((all, port, i) => all.replaceAll(port, ports[i]), text);
  const text = await Deno.readTextFile(new URL(GUIDE, ROOT));
  const [{ code }] = blocksOf(GUIDE, text.split("\n"));
  await runBlock(withPorts(code));

  const sessions = sessionsOf(text);
  assertEquals(sessions.map(({ args: [name] }) => name), [
    "where",
    "plan",
    "ping",
    "top",
    "big",
    "check",
  ]);
  for (const { args, output } of sessions) {
    const { out, err } = await runLine(args.map(withPorts));
    assertEquals(err, "");
    assertEquals(shape(out), shape(output), `rb ${args.join(" ")}\n${out}`);
  }
});

/** Runs a block of the guide, which fills the servers. */
async function runBlock(code: string): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "rb-guide-" });
  try {
    await Deno.writeTextFile(`${dir}/block.ts`, code);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-lock",
        "--allow-net=127.0.0.1",
        `--import-map=${await importMapFor(ROOT, dir)}`,
        `${dir}/block.ts`,
      ],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
