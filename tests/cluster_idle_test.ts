import { assertEquals, assertLess } from "@std/assert";
import { RedisServer } from "../src/testing.ts";
import { importMapFor } from "./docs/import_map.ts";

const ROOT = new URL("../", import.meta.url);
const PROGRAM = new URL("./idle_program.ts", import.meta.url);

/** Runs the program until it ends by itself, and takes the time of the last part. */
async function run(
  path: string,
  what: string,
): Promise<{ output: string; code: number; elapsed: number }> {
  const dir = await Deno.makeTempDir();
  const importMap = await importMapFor(ROOT, dir);
  const start = performance.now();
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
    signal: AbortSignal.timeout(20_000),
  }).output();
  const elapsed = performance.now() - start;
  await Deno.remove(dir, { recursive: true });
  const text = new TextDecoder();
  if (code !== 0) throw new Error(text.decode(stderr));
  return { output: text.decode(stdout).trim(), code, elapsed };
}

Deno.test("Cluster does not keep a program alive while it is idle", async () => {
  await using server = await RedisServer.start();
  const { elapsed: least } = await run(server.path, "nothing");
  const outputs: Record<string, string> = {
    command: "1",
    map: "2",
    batches: "3",
    block: "null",
    many: "1000",
    unawaited: "1004",
    connect: "true",
    dedicated: "1005",
    subscribed: "false",
    subscription: "a message",
    scan: "counter",
    "given up": "given up",
  };
  for (const [what, expected] of Object.entries(outputs)) {
    const { output, elapsed } = await run(server.path, what);
    assertEquals(output, expected, what);
    // The time limit of a command is 5 seconds: no clock was waited for.
    assertLess(elapsed - least, 3_000, what);
  }
});

Deno.test("Cluster does not keep a program alive while it probes", async () => {
  const { output } = await run("/nonexistent/redis.sock", "dead");
  assertEquals(output, "true");
});
