import { assert, assertEquals } from "@std/assert";
import { findExecutable } from "../../src/testing/executable.ts";
import { RedisServer } from "../../src/testing/redis_server.ts";
import { eventually } from "../../support/waiting.ts";
import { exists, isAlive } from "./leftovers.ts";

const PROGRAM = new URL("./lifetime_program.ts", import.meta.url).pathname;
const { command } = await findExecutable();
const ALL = ["--allow-all"];
/** What the documentation asks for, and no shell to watch over the server. */
const LEAST = [
  `--allow-run=${command}`,
  "--allow-read",
  "--allow-write",
  "--allow-net=127.0.0.1",
];

interface Started {
  readonly child: Deno.ChildProcess;
  readonly pid: number;
  readonly dir: string;
}

async function start(ending: string, permissions: string[]): Promise<Started> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-config", "--no-lock", ...permissions],
      ...[PROGRAM, ending, command],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("The program ended before it had a server");
    text += value;
  }
  await reader.cancel();
  return { child, ...JSON.parse(text) };
}

/** How a program ended; one that does not is killed after a while. */
async function statusOf(child: Deno.ChildProcess): Promise<Deno.CommandStatus> {
  const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const status = await child.status;
  clearTimeout(timer);
  return status;
}

async function assertGone({ pid, dir }: Started): Promise<void> {
  await eventually(async () => !await isAlive(pid));
  await eventually(async () => !await exists(dir));
}

for (const [name, permissions] of Object.entries({ all: ALL, least: LEAST })) {
  Deno.test(`RedisServer ends with its program (${name} permissions)`, async () => {
    for (const [ending, code] of [["end", 0], ["exit", 3]] as const) {
      const started = await start(ending, permissions);
      assertEquals((await statusOf(started.child)).code, code);
      await assertGone(started);
    }
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.test(`RedisServer ends with a ${signal} (${name} permissions)`, async () => {
      const started = await start("wait", permissions);
      assert(await isAlive(started.pid));
      started.child.kill(signal);
      assertEquals((await statusOf(started.child)).signal, signal);
      await assertGone(started);
    });
  }
}

Deno.test("RedisServer ends after a SIGKILL, where sh may run", async () => {
  const started = await start("wait", ALL);
  assert(await isAlive(started.pid));
  started.child.kill("SIGKILL");
  assertEquals((await statusOf(started.child)).signal, "SIGKILL");
  await assertGone(started);
});

Deno.test("RedisServer ends after an uncaught error, where sh may run", async () => {
  const started = await start("uncaught", ALL);
  assertEquals((await statusOf(started.child)).code, 1);
  await assertGone(started);
});

/** The ids of the shells that watch over a server. */
async function watchdogsOf(pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-eo", "pid=,args="],
  }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(` rb-watchdog ${pid} `))
    .map((line) => parseInt(line));
}

Deno.test("RedisServer ends after a SIGKILL, whatever signals its watchdog got", async () => {
  const started = await start("wait", ALL);
  const [watchdog, ...others] = await watchdogsOf(started.pid);
  assertEquals(others, []);
  // A key at the terminal sends its signal to all, the watchdog included.
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
    Deno.kill(watchdog, signal);
  }
  started.child.kill("SIGKILL");
  assertEquals((await statusOf(started.child)).signal, "SIGKILL");
  await assertGone(started);
  await eventually(async () => !await isAlive(watchdog));
});

Deno.test("RedisServer.stop() waits for the watchdog of its server", async () => {
  const server = await RedisServer.start();
  const { pid } = server;
  assertEquals((await watchdogsOf(pid)).length, 1);
  await server.stop();
  assertEquals(await watchdogsOf(pid), []);
});
