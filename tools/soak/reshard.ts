/**
 * A randomised run of keys that move: processes write, movers die and others go on,
 * moves turn round halfway, processes and servers sleep, connections are lost.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import {
  ConsistentHashingRouter,
  PartitionRouter,
  ReshardingError,
} from "../../mod.ts";
import { Random } from "../../support/random.ts";
import { Rings } from "../../support/rings.ts";
import { Writers } from "../../support/writers.ts";
import { Tally } from "./tally.ts";

/** How long a run takes, and what it depends on. */
export interface ReshardSoakOptions {
  /** Seconds during which keys move. */
  readonly seconds: number;
  /** What chance depends on. */
  readonly seed: number;
}

/** What a run came to. */
export interface ReshardSoakReport {
  /** What is wrong; empty when all is well. */
  readonly problems: readonly string[];
  /** How movers have ended. */
  readonly moves: Tally;
  /** Faults by their kind. */
  readonly faults: Tally;
  /** Errors of writers, by their names and outcomes. */
  readonly errors: Tally;
  /** How many keys there are at the end. */
  readonly keys: number;
}

/** How many processes write. */
const WRITERS = 3;
/** Milliseconds that a move may take: some have writers that sleep. */
const LONGEST_MOVE = 60_000;
/** How often the last move is tried: a writer may have been asleep. */
const LAST_ATTEMPTS = 5;

/** Makes a run; it is bounded in time. */
export async function soakReshard(
  { seconds, seed }: ReshardSoakOptions,
): Promise<ReshardSoakReport> {
  const random = new Random(seed);
  const routers = [ConsistentHashingRouter, PartitionRouter];
  await using rings = await Rings.start({ router: random.pick(routers) });
  await using writers = await Writers.start(rings, WRITERS, seed);
  const moves = new Tally();
  const faults = new Tally();
  const errors = new Tally();
  const problems: string[] = [];
  let keys = 0;
  let back = false;
  try {
    const end = performance.now() + seconds * 1_000;
    while (performance.now() < end) {
      const over = new AbortController();
      const troubles = makeTrouble(rings, writers, {
        random: random.fork(),
        signal: over.signal,
        faults,
      });
      try {
        moves.add(await moveOnce(rings, random.fork(), back));
      } finally {
        over.abort();
        await troubles;
      }
      // It turns round after a move, and also halfway.
      if (random.chance(0.5)) back = !back;
    }
    await moveAtLast(rings, back);
    const cluster = back ? rings.before : rings.after;
    const found = await writers.check(cluster);
    for (const [kind, count] of Object.entries(found)) {
      errors.add(kind, "", count);
    }
    keys = await rings.assertPlaced(cluster);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return { problems, moves, faults, errors, keys };
}

/** Starts a mover, which may be killed; says how it ended. */
async function moveOnce(
  rings: Rings,
  random: Random,
  back: boolean,
): Promise<string> {
  const mover = rings.mover({
    back,
    rate: random.pick([100, 500, 100_000]),
    pageSize: random.pick([1, 7, 100]),
  }).spawn();
  await mover.stdin.close();
  const isKilled = random.chance(0.6);
  const most = isKilled ? random.integer(0, 12) : Infinity;
  let text = "";
  const late = setTimeout(() => mover.kill("SIGKILL"), LONGEST_MOVE);
  let count = 0;
  if (most === 0) mover.kill("SIGKILL");
  for await (const part of mover.stdout.pipeThrough(new TextDecoderStream())) {
    text = (text + part).slice(-200);
    count += part.split("\n").length - 1;
    if (count < most || text.includes("over\n")) continue;
    mover.kill("SIGKILL");
    break;
  }
  clearTimeout(late);
  await mover.status;
  if (text.includes("over\n")) return back ? "back" : "there";
  return text.includes("failed: ") ? "failed" : "killed";
}

/** The last one has to come to its end, now that nothing else happens. */
async function moveAtLast(rings: Rings, back: boolean): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      await rings.move({ grace: 2_500 }, { back });
      return;
    } catch (error) {
      const isLast = attempt === LAST_ATTEMPTS;
      if (isLast || !(error instanceof ReshardingError)) throw error;
    }
  }
}

/** Does harm until it is told not to. */
async function makeTrouble(
  rings: Rings,
  writers: Writers,
  { random, signal, faults }: {
    random: Random;
    signal: AbortSignal;
    faults: Tally;
  },
): Promise<void> {
  while (!signal.aborted) {
    const pause = random.integer(50, 500);
    await sleep(pause, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const kind = random.pick(["connections", "server", "writer", "nothing"]);
    if (kind === "nothing") continue;
    faults.add(kind);
    const time = random.integer(10, 400);
    switch (kind) {
      case "connections": {
        const hostId = random.integer(0, rings.servers.length - 1);
        await rings.ask(hostId, "CLIENT", "KILL", "TYPE", "normal");
        break;
      }
      case "server": {
        const server = random.pick(rings.servers);
        server.pause();
        await sleep(time);
        server.resume();
        break;
      }
      case "writer": {
        const pid = random.pick(writers.pids);
        Deno.kill(pid, "SIGSTOP");
        await sleep(time);
        Deno.kill(pid, "SIGCONT");
        break;
      }
    }
  }
}

/** What a run came to, and its verdict with the seed that repeats it. */
export function describeReshardSoak(
  { problems, moves, faults, errors, keys }: ReshardSoakReport,
  { seconds, seed }: ReshardSoakOptions,
): string {
  const line = (title: string, tally: Tally) =>
    `${title}: ${
      tally.rows.map((row) => `${row} ${tally.count(row)}`).join(", ") || "none"
    }`;
  return [
    line("Moves", moves),
    line("Faults", faults),
    line("Errors of writers", errors),
    `Keys: ${keys}`,
    "",
    ...problems.length === 0 ? [`ok (seed ${seed}, ${seconds} s)`] : [
      ...problems.map((problem) => `- ${problem}`),
      `Repeat it with --reshard --seconds ${seconds} --seed ${seed}`,
    ],
  ].join("\n");
}
