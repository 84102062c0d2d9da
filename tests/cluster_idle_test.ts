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
