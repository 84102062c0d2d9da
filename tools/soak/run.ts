/**
 * A randomised run: real servers, random faults, and every kind of client at
 * work at the same time.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { collectGarbage } from "../measure/garbage.ts";
import { checkAftermath, checkClosing } from "./aftermath.ts";
import { bytesRound } from "./bytes_worker.ts";
import { callRound, localRound, routingRound } from "./commands_worker.ts";
import {
  makeHostGround,
  popRound,
  pubsubRound,
  transactionRound,
} from "./dedicated_worker.ts";
import { fanoutRound, scriptRound, settledRound } from "./hosts_worker.ts";
import type { Journal } from "./journal.ts";
import { batchesRound, blockRound, joinRound, mapRound } from "./map_worker.ts";
import { abortRound, forgeRound } from "./neighbours_worker.ts";
import type { Ground } from "./orders.ts";
import { Random } from "../../support/random.ts";
import { Trouble } from "./trouble.ts";
import { TIMEOUT, World } from "./world.ts";

/** How long a run takes, and what it depends on. */
export interface SoakOptions {
  /** Seconds during which there are faults. */
  seconds: number;
  /** What chance depends on. */
  seed: number;
  /**
   * How many times as long things may take as on a machine that does nothing
   * else.
   *
   * @default {1}
   */
  patience?: number;
  /**
   * Whether enough has happened: until then a run goes on, at most ten times as
   * long.
   */
  isEnough?: (journal: Journal) => boolean;
}

/** What a run came to. */
export interface SoakReport {
  /** What is wrong; empty when all is well. */
  readonly problems: readonly string[];
  readonly journal: Journal;
  /** How many rounds each kind of worker made. */
  readonly rounds: ReadonlyMap<string, number>;
  /** Batches that were put on another connection. */
  readonly retries: number;
  /** Connections that were opened and lost. */
  readonly connections: { readonly opened: number; readonly lost: number };
  /** Bytes of heap in use before and after, where they can be measured. */
  readonly heap:
    | { readonly before: number; readonly after: number }
    | undefined;
}

/** One thing that a worker does over and over; it never rejects. */
type Round = (random: Random) => Promise<void>;

/** A run in which not enough happens is repeated so often, the first time counted. */
const MOST_PARTS = 10;

/** The most rounds of one worker. */
const MAX_ROUNDS = 100_000;

/** Milliseconds in which everything must end after the faults have. */
const LAST_ROUND_TIME = 4 * TIMEOUT + 5_000;

/** How much more memory may be in use after a run than before it, in bytes. */
const HEAP_MARGIN = 8 * 1024 * 1024;

/** Makes a run; it is bounded in time and in rounds. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const random = new Random(options.seed);
  await using world = await World.start(random.fork());
  const { journal } = world;
  journal.patience = options.patience ?? 1;
  using _watch = watchProgram(journal);
  const workers = await makeWorkers(world);
  const rounds = new Map<string, number>();
  // The first rounds fill caches, which are no leak.
  await Promise.all([...workers.values()].map((round) => round(random.fork())));
  const before = await heapInUse();

  const end = new AbortController();
  const trouble = new Trouble(world, random.fork());
  const work = Promise.all(
    [...workers].map(([name, round]) =>
      repeat(round, { random: random.fork(), end: end.signal }).then((count) =>
        rounds.set(name, count)
      )
    ),
  );
  for (let part = 0; part < MOST_PARTS; part++) {
    await sleep(options.seconds * 1_000);
    if (options.isEnough?.(journal) !== false) break;
  }
  end.abort();
  await trouble.stop();
  const lastRoundTime = LAST_ROUND_TIME * journal.patience;
  if (await endsWithin(work, lastRoundTime)) await checkAftermath(world);
  else journal.problem(`Still at work: ${journal.pending.join(", ")}`);

  const summary = summarize(world);
  await checkClosing(world);
  world.values.forget();
  for (const counter of world.counters) counter.forget();
  const heap = await compareHeap(journal, before);
  const { problems } = journal;
  return { problems, journal, rounds, ...summary, heap };
}

/** Every kind of worker, by name; each has keys of its own. */
async function makeWorkers(world: World): Promise<Map<string, Round>> {
  const workers = new Map<string, Round>();
  const rounds = {
    routing: routingRound,
    "routing 2": routingRound,
    calls: callRound,
    local: localRound,
    map: mapRound,
    "map 2": mapRound,
    block: blockRound,
    join: joinRound,
    mapBatches: batchesRound,
    fanout: fanoutRound,
    settled: settledRound,
    scripts: scriptRound,
    bytes: bytesRound,
  };
  for (const [name, round] of Object.entries(rounds)) {
    const ground: Ground = {
      keys: world.makeKeys(name, 60),
      counter: await world.makeCounter(`${name}:counter`),
    };
    workers.set(name, guarded(world, (random) => round(world, ground, random)));
  }
  const dedicated = {
    transactionRound,
    popRound,
    pubsubRound,
    abortRound,
    forgeRound,
  };
  for (const [name, round] of Object.entries(dedicated)) {
    for (const id of world.hostIds) {
      const ground = await makeHostGround(world, `${name}${id}`, id);
      workers.set(
        `${name} ${id}`,
        guarded(world, (random) => round(world, ground, random)),
      );
    }
  }
  return workers;
}

/** A round that reports what it throws: a reply of an unforeseen shape. */
function guarded({ journal }: World, round: Round): Round {
  return async (random) => {
    try {
      await round(random);
    } catch (error) {
      journal.problem(`A round failed: ${Deno.inspect(error)}`);
    }
  };
}

/** Repeats a round until the end; returns how often. */
async function repeat(
  round: Round,
  { random, end }: { random: Random; end: AbortSignal },
): Promise<number> {
  let count = 0;
  while (!end.aborted && count < MAX_ROUNDS) {
    await round(random);
    count++;
    // A host that is down refuses at once: that must not become a busy loop.
    await sleep(random.integer(0, 10));
  }
  return count;
}

/** Notes how late timers are, and errors that nobody caught. */
function watchProgram(journal: Journal): Disposable {
  let due = performance.now() + 20;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now > due + 5) journal.stalled(now - due);
    due = now + 20;
  }, 20);
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    journal.problem(`Unhandled rejection: ${Deno.inspect(event.reason)}`);
  };
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    journal.problem(`Uncaught: ${Deno.inspect(event.error)}`);
  };
  addEventListener("unhandledrejection", onRejection);
  addEventListener("error", onError);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      removeEventListener("unhandledrejection", onRejection);
      removeEventListener("error", onError);
    },
  };
}

async function endsWithin(
  work: Promise<unknown>,
  time: number,
): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((wake) => {
    timer = setTimeout(() => wake(false), time);
  });
  const isDone = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return isDone;
}

function summarize(
  world: World,
): Pick<SoakReport, "retries" | "connections"> {
  const stats = [...world.cluster.stats().values()];
  return {
    retries: stats.reduce((sum, { retries }) => sum + retries, 0),
    connections: {
      opened: stats.reduce((sum, one) => sum + one.connections.opened, 0),
      lost: stats.reduce((sum, one) => sum + one.connections.lost, 0),
    },
  };
}

/** Bytes in use after a collection, where one can be asked for. */
async function heapInUse(): Promise<number | undefined> {
  if (collectGarbage === undefined) return undefined;
  for (let i = 0; i < 3; i++) {
    // What finished a moment ago is let go in a turn of its own.
    await sleep(10);
    collectGarbage();
  }
  return Deno.memoryUsage().heapUsed;
}

async function compareHeap(
  journal: Journal,
  before: number | undefined,
): Promise<SoakReport["heap"]> {
  const after = await heapInUse();
  if (before === undefined || after === undefined) return undefined;
  if (after > before + HEAP_MARGIN) {
    const grown = Math.round((after - before) / 1024);
    journal.problem(`The heap has grown by ${grown} KiB`);
  }
  return { before, after };
}
