/**
 * redis-benchmark, the C program that comes with Redis: one connection to one
 * server, or to each.
 *
 * @module
 */

import type { Outcome, ServerAddress, Way } from "./contender.ts";

/** What it sends, and how. */
export interface RedisBenchmarkOptions {
  /** The database, which has to hold all keys. */
  readonly database: number;
  /** How many commands are under way at a time. */
  readonly depth: number;
  /** How many commands in all; its clock counts in milliseconds. */
  readonly commands: number;
  /** How many keys there are. */
  readonly keys: number;
  /** The command; `__rand_int__` stands for the number of one of the keys. */
  readonly words: readonly string[];
}

const PROGRAM = "redis-benchmark";

/** Whether the program is there. */
export async function hasRedisBenchmark(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(PROGRAM, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

/**
 * Has it GET keys at random from one server. Its own clock counts, so that the
 * start of a process is not held against it.
 */
export function redisBenchmarkGet(
  server: ServerAddress,
  options: Pick<RedisBenchmarkOptions, "database" | "depth" | "commands">,
): Way {
  const words = ["GET", "key:__rand_int__"];
  return async ({ keys }): Promise<Outcome> => ({
    rate: await runBenchmark(server, { ...options, keys: keys.length, words }),
  });
}

/**
 * Has one process for each server send the same command at the same time. Like
 * a map they are done when the slowest one is.
 */
export function benchmarkAll(
  servers: readonly ServerAddress[],
  options: RedisBenchmarkOptions,
): Way {
  return async (): Promise<Outcome> => {
    const rates = await Promise.all(
      servers.map((server) => runBenchmark(server, options)),
    );
    return { rate: rates.length * Math.min(...rates) };
  };
}

/** Runs it once: commands a second, by its own clock. */
async function runBenchmark(
  server: ServerAddress,
  options: RedisBenchmarkOptions,
): Promise<number> {
  const { database, depth, commands, keys, words } = options;
  const { stdout, success } = await new Deno.Command(PROGRAM, {
    args: [
      ...["-h", server.hostname, "-p", `${server.port}`],
      ...["--dbnum", `${database}`, "-c", "1", "-P", `${depth}`],
      ...["-n", `${commands}`, "-r", `${keys}`, "--csv"],
      ...words,
    ],
    stderr: "null",
    signal: AbortSignal.timeout(120_000),
  }).output();
  if (!success) throw new Error(`"${PROGRAM}" failed`);
  return readRate(new TextDecoder().decode(stdout));
}

/**
 * The commands a second in what it prints. They are the first of seven numbers
 * behind the command, which may contain quotes of its own.
 */
export function readRate(output: string): number {
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  const rate = Number(/"([\d.]+)"(?:,"[\d.]+"){6}$/.exec(line)?.[1]);
  if (rate > 0) return rate;
  throw new Error(`Cannot read "${line}"`);
}
