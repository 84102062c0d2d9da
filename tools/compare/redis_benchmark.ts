/**
 * redis-benchmark, the C program that comes with Redis: one connection to one
 * server.
 *
 * @module
 */

import type { Outcome, ServerAddress, Way } from "./contender.ts";

/** Which server it asks, and how. */
export interface RedisBenchmarkOptions {
  readonly server: ServerAddress;
  /** The database, which has to hold all keys of the workload. */
  readonly database: number;
  /** How many commands are under way at a time. */
  readonly depth: number;
  /** How many commands in all; its clock counts in milliseconds. */
  readonly commands: number;
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
 * Has it GET keys at random. Its own clock counts, so that the start of a
 * process is not held against it.
 */
export function redisBenchmarkGet(options: RedisBenchmarkOptions): Way {
  const { server, database, depth, commands } = options;
  return async ({ keys }): Promise<Outcome> => {
    const { stdout, success } = await new Deno.Command(PROGRAM, {
      args: [
        ...["-h", server.hostname, "-p", `${server.port}`],
        ...["--dbnum", `${database}`, "-c", "1", "-P", `${depth}`],
        ...["-n", `${commands}`, "-r", `${keys.length}`, "--csv"],
        ...["GET", "key:__rand_int__"],
      ],
      stderr: "null",
      signal: AbortSignal.timeout(120_000),
    }).output();
    if (!success) throw new Error(`"${PROGRAM}" failed`);
    const line = new TextDecoder().decode(stdout).trim().split("\n").at(-1);
    const rate = Number(/^"[^"]*","([\d.]+)"/.exec(line ?? "")?.[1]);
    if (!(rate > 0)) throw new Error(`Cannot read "${line}"`);
    return { rate };
  };
}
