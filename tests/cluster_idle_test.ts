import { assertEquals } from "@std/assert";
import { RedisServer } from "../src/testing.ts";
import { importMapFor } from "./docs/import_map.ts";

const ROOT = new URL("../", import.meta.url);
const PROGRAM = new URL("./idle_program.ts", import.meta.url);

/**
 * Runs the program, and returns what it printed. It must end by itself; its
 * commands have more time than it is left to run.
 */
async function run(path: string, what: string): Promise<string> {
  const dir = await Deno.makeTempDir();
  const importMap = await importMapFor(ROOT, dir);
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-lock",
      "--no-check",
      `--import-map=${importMap}`,
      "--allow-all",
      PROGRAM.href,
      path,
      what,
    ],
    stdin: "null",
    // It is killed rather than awaited for ever.
    signal: AbortSignal.timeout(60_000),
  }).output();
  await Deno.remove(dir, { recursive: true });
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`"${what}": ${text.decode(stderr)}`);
  return text.decode(stdout).trim();
}

Deno.test("Cluster does not keep a program alive while it is idle", async () => {
  await using server = await RedisServer.start();
  const outputs: Record<string, string> = {
    nothing: "",
    command: "1",
    map: "2",
    batches: "3",
    block: "null",
    many: "1000",
    unawaited: "1004",
    connect: "connected",
    sweep: "1005",
    dedicated: "1006",
    subscribed: "false",
    subscription: "a message",
    scan: "counter",
    "given up": "given up",
  };
  for (const [what, expected] of Object.entries(outputs)) {
    assertEquals(await run(server.path, what), expected, what);
  }
});

Deno.test("Cluster does not keep a program alive while it probes", async () => {
  assertEquals(await run("/nonexistent/redis.sock", "dead"), "true");
});

/** A server that hangs up some times before it answers. */
async function serveLate(listener: Deno.Listener): Promise<void> {
  let count = 0;
  for await (const connection of listener) {
    if (count++ < 5) {
      connection.close();
      continue;
    }
    const chunk = new Uint8Array(1_024);
    while (await connection.read(chunk).catch(() => null) !== null) {
      const text = new TextDecoder().decode(chunk);
      // Who it is does not matter to anybody; it comes with the first command.
      const replies = text.includes("INFO") ? "-ERR\r\n+PONG\r\n" : "+PONG\r\n";
      await connection.write(new TextEncoder().encode(replies));
      chunk.fill(0);
    }
    connection.close();
    return;
  }
}

Deno.test("fault 76: Cluster.waitUntilUp() keeps a program alive", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/late.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const serving = serveLate(listener);
  // Between its attempts nothing is open.
  assertEquals(await run(path, "waiting"), "up");
  // It has closed its listener.
  await serving;
  await Deno.remove(dir, { recursive: true });
});
