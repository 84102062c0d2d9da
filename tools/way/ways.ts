/**
 * The ways that are looked at, and how long each of them may be.
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { RedisServer } from "@rb/rb/testing";
import { type FileCalls, Observer } from "./observer.ts";

/** How many files of `src/` a command may pass on an open connection. */
export const MAX_FILES = {
  call: 24,
  map: 36,
  options: 29,
};

/** A command, and what runs because of it. */
export interface Way {
  /** What it is called in {@linkcode MAX_FILES}. */
  readonly name: keyof typeof MAX_FILES;
  /** The command as a program writes it. */
  readonly code: string;
  /** The files that it passes. */
  readonly files: readonly FileCalls[];
}

/** Enough for everything that is opened, asked or set up once. */
const WARM_UP = 5;

/**
 * Looks at all ways, against a server of its own.
 *
 * @throws {Error} If something runs although nothing was called.
 */
export async function observeWays(): Promise<Way[]> {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: { 0: { path: server.path } } });
  using observer = new Observer();
  using _ = standingClock();
  const client = cluster.getRoutingClient();
  const calls: Record<Way["name"], [string, () => Promise<unknown>]> = {
    call: ['client.get("k")', () => client.get("k")],
    map: [
      'cluster.map((client) => client.get("k"))',
      () => cluster.map((client) => client.get("k")),
    ],
    options: [
      'client.set("k", "v", { ex: 60 })',
      () => client.set("k", "v", { ex: 60 }),
    ],
  };
  const ways: Way[] = [];
  for (const name of Object.keys(calls) as Way["name"][]) {
    const [code, call] = calls[name];
    for (let i = 0; i < WARM_UP; i++) await call();
    const [stray] = await observer.observe(() => Promise.resolve());
    if (stray !== undefined) {
      throw new Error(`Runs by itself: ${stray.functions} in ${stray.path}`);
    }
    ways.push({ name, code, files: await observer.observe(call) });
  }
  return ways;
}

/**
 * Time stands still: a connection that was idle for a while is asked whether it
 * still answers, and on a busy machine every moment is a while.
 */
function standingClock(): Disposable {
  const { now } = performance;
  const time = now.call(performance);
  performance.now = () => time;
  return {
    [Symbol.dispose]() {
      performance.now = now;
    },
  };
}

/** A way as text, file by file. */
export function describeWay({ name, code, files }: Way): string {
  const count = files.reduce((sum, { functions }) => sum + functions.length, 0);
  const width = Math.max(...files.map(({ path }) => path.length));
  const lines = files.map(({ path, functions }, index) =>
    `${String(index + 1).padStart(4)}  ${path.padEnd(width)}` +
    `${String(functions.length).padStart(4)}  ${functions.join(", ")}`
  );
  return [
    `${code}: ${files.length} files (at most ${MAX_FILES[name]}), ` +
    `${count} functions`,
    "",
    ...lines,
  ].join("\n");
}
