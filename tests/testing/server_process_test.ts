import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { findExecutable } from "../../src/testing/executable.ts";
import { ServerProcess } from "../../src/testing/server_process.ts";

const SECRET = "s3cret";
const { command: SERVER } = await findExecutable();

/** A process of a server in a directory of its own. */
class Bench implements AsyncDisposable {
  readonly path: string;
  readonly process: ServerProcess;
  readonly #directory: string;

  private constructor(directory: string, process: ServerProcess) {
    this.#directory = directory;
    this.path = `${directory}/a.sock`;
    this.process = process;
  }

  static async spawn(config = "", command = SERVER): Promise<Bench> {
    const directory = await Deno.makeTempDir();
    const text = `port 0\nunixsocket ${directory}/a.sock\n${config}`;
    const options = { command, config: text, directory };
    return new Bench(directory, await ServerProcess.spawn(options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.signal("SIGKILL");
    await this.process.exited;
    await Deno.remove(this.#directory, { recursive: true });
  }
}

Deno.test("ServerProcess is ready when its server answers, and ends when it is told", async () => {
  await using bench = await Bench.spawn();
  const { process } = bench;
  await process.untilReady(bench.path, 30_000);
  assert(process.isRunning && process.pid > 0);
  assertEquals(await process.untilExit(1), false);
  process.signal("SIGTERM");
  assertEquals(await process.untilExit(30_000), true);
  assertEquals(process.isRunning, false);
  // It is too late for that, which does not matter.
  process.signal("SIGTERM");
});

Deno.test("ServerProcess says how a server ended that never was ready, without its secrets", async () => {
  await using bench = await Bench.spawn(`requirepass ${SECRET} ${SECRET}`);
  const error = await assertRejects(
    () => bench.process.untilReady(bench.path, 30_000),
    Error,
    `Server "${SERVER}" exited (code 1) before it was ready`,
  );
  assert(error.message.includes("requirepass"), error.message);
  assertFalse(error.message.includes(SECRET));
});

Deno.test("ServerProcess ends a server that does not answer in time", async () => {
  const script = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(script, "#!/bin/sh\nexec sleep 600\n");
    await Deno.chmod(script, 0o700);
    await using bench = await Bench.spawn("", script);
    const { process, path } = bench;
    await assertRejects(
      () => process.untilReady(path, 20),
      Error,
      "did not answer within 20 ms",
    );
    assertEquals(process.isRunning, false);
  } finally {
    await Deno.remove(script);
  }
});
