/**
 * Runs an example as a reader would, in a process of its own.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { findExecutable } from "../../src/testing/executable.ts";
import { importMapFor } from "../docs/import_map.ts";

const ROOT = new URL("../../", import.meta.url);
/** Milliseconds after which a program that has not ended is killed. */
const PATIENCE = 120_000;

/** How to run an example. */
export interface ProgramOptions {
  /** Its arguments. */
  args?: string[];
  /** What Deno is told, besides permissions. */
  flags?: string[];
  /** Its environment, besides what a program needs anyway. */
  env?: Record<string, string>;
  /** Whether it may start servers. */
  startsServers?: boolean;
  /** Whether these listen on unix sockets too, as the nodes of a Redis Cluster do. */
  usesSockets?: boolean;
  /** Whether it uses packages that look at all variables, as ioredis does. */
  usesPackages?: boolean;
}

/** A program that runs; disposing of it kills it. */
export interface Program extends AsyncDisposable {
  /** Its process. */
  readonly child: Deno.ChildProcess;
  /** What it has printed so far, errors included. */
  text(): string;
  /** Waits until it has printed something. */
  untilPrinted(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for its end, and for the last of what it prints. */
  end(): Promise<Deno.CommandStatus>;
}

/**
 * Starts an example with no more permissions than it needs.
 *
 * @param subcommand `run` or `test`.
 * @param name The name of its file.
 * @param options Arguments, environment, servers.
 */
export async function startExample(
  subcommand: "run" | "test",
  name: string,
  {
    args = [],
    flags = [],
    env = {},
    startsServers = true,
    usesSockets = subcommand === "test",
    usesPackages = false,
  }: ProgramOptions = {},
): Promise<Program> {
  const dir = await Deno.makeTempDir({ prefix: "rb-examples-" });
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      subcommand,
      "--no-lock",
      "--no-prompt",
      ...flags,
      `--import-map=${await importMapFor(ROOT, dir)}`,
      ...await permissions({ startsServers, usesSockets, usesPackages }),
      new URL(`examples/${name}`, ROOT).pathname,
      ...args,
    ],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  return follow(child, async () => {
    clearTimeout(timer);
    await Deno.remove(dir, { recursive: true });
  });
}

/** Runs an example to its end, which has to be a good one. */
export async function runExample(
  subcommand: "run" | "test",
  name: string,
  options?: ProgramOptions,
): Promise<string> {
  await using program = await startExample(subcommand, name, options);
  const { code } = await program.end();
  assertEquals(code, 0, program.text());
  return program.text();
}

async function permissions(
  { startsServers, usesSockets, usesPackages }: Required<
    Pick<ProgramOptions, "startsServers" | "usesSockets" | "usesPackages">
  >,
): Promise<string[]> {
  const dirs = new Set(["/tmp", Deno.env.get("TMPDIR") ?? "/tmp"]);
  const { command } = await findExecutable();
  return [
    // The path of a unix socket is a new one each time, so that no list of
    // addresses could have it.
    usesSockets ? "--allow-net" : "--allow-net=127.0.0.1",
    usesPackages
      ? "--allow-env"
      : "--allow-env=REDIS_HOSTS,HOST,PORT,RB_REDIS_SERVER",
    ...usesPackages ? ["--allow-sys"] : [],
    `--allow-read=${[...dirs]}`,
    `--allow-write=${[...dirs]}`,
    ...startsServers ? [`--allow-run=${command},sh`] : [],
  ];
}

function follow(
  child: Deno.ChildProcess,
  cleanUp: () => Promise<void>,
): Program {
  let text = "";
  let hasPrinted = Promise.withResolvers<void>();
  const gather = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      text += piece;
      hasPrinted.resolve();
      hasPrinted = Promise.withResolvers<void>();
    }
  };
  const gathered = Promise.all([gather(child.stdout), gather(child.stderr)])
    .then(() => hasPrinted.resolve());
  const end = async () => {
    await gathered;
    return await child.status;
  };
  return {
    child,
    text: () => text,
    end,
    async untilPrinted(pattern) {
      for (;;) {
        const found = pattern.exec(text);
        if (found !== null) return found;
        const isOver = await Promise.race([
          hasPrinted.promise.then(() => false),
          child.status.then(() => true),
        ]);
        if (isOver) {
          await gathered;
          if (!pattern.test(text)) throw new Error(`It printed:\n${text}`);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await end();
      await cleanUp();
    },
  };
}
