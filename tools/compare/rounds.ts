/**
 * The rounds of a section: everybody in turn, in another order each time, and checked.
 *
 * @module
 */

import type { Cluster } from "@rb/rb";
import { collectGarbage } from "../measure/garbage.ts";
import type { Outcome } from "./contender.ts";
import type { Check, Contender, Section } from "./sections.ts";
import { firstOf, withValues, type Workload } from "./workload.ts";

/** Keys a second of each contender, one figure a round, by its name. */
export type Rates = ReadonlyMap<string, number[]>;

/** How the rounds of a section are run. */
export interface RoundsOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Reads back what was written. */
  readonly cluster: Cluster;
  /**
   * When no more round begins that would not end before, by the clock. One round
   * counts in any case.
   *
   * @default {Infinity}
   */
  readonly until?: number;
  /**
   * Milliseconds from some moment on.
   *
   * @default {"performance.now"}
   */
  readonly clock?: () => number;
  /** Told which round is about to run; below 0 it does not count. */
  readonly onRound?: (round: number) => void;
}

/** How many of the keys of a write are read back. */
const SAMPLES = 200;

/** How long each contender works at least before its time is taken, */
export const WARMUP = { time: 500, laps: 5 };
/** and while it is taken; times in milliseconds. */
export const TIMED = { time: 300, laps: 1 };

/** No lap takes that long, in milliseconds, unless a server is gone. */
const MAX_LAP = 120_000;

/**
 * Runs a section round by round, so that what disturbs the machine for a while
 * disturbs everybody.
 *
 * @returns The rates of its contenders.
 */
export async function runRounds(
  section: Section,
  options: RoundsOptions,
): Promise<Rates> {
  const { rounds, cluster, onRound, until = Infinity } = options;
  const { clock = () => performance.now() } = options;
  const { contenders, warmups } = section;
  const rates = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (let round = -warmups; round < rounds; round++) {
    const start = clock();
    onRound?.(round);
    for (const contender of rotated(contenders, round + warmups)) {
      const rate = await runOnce(section, contender, cluster);
      if (round >= 0) rates.get(contender.name)?.push(rate);
    }
    const end = clock();
    if (round >= 0 && 2 * end - start > until) break;
  }
  return rates;
}

let runs = 0;

async function runOnce(
  section: Section,
  contender: Contender,
  cluster: Cluster,
): Promise<number> {
  const whole = section.writes
    ? withValues(section.workload, `${++runs}`)
    : section.workload;
  const workload = firstOf(whole, contender.limit ?? Infinity);
  const { outcome, seconds } = await runLaps(contender, workload);
  if (outcome.rate !== undefined) return outcome.rate;
  const { check = checkValues } = section;
  if (section.writes) await checkWritten(cluster, workload, contender);
  else check(workload, contender, outcome.values?.() ?? []);
  return workload.keys.length / seconds;
}

/**
 * Laps to get going, and then laps that are timed. What the ones before left
 * behind is swept up first: whoever allocates when a heap of all contenders is
 * full would pay for everybody. But collecting garbage, like the work of others,
 * costs a contender its optimized code: the first laps take many times as long as
 * the fifth.
 */
async function runLaps(
  contender: Contender,
  workload: Workload,
): Promise<{ outcome: Outcome; seconds: number }> {
  if (contender.restore?.before === "run") await contender.restore.run();
  collectGarbage?.();
  const { outcome } = await lapsFor(WARMUP, contender, workload);
  if (outcome.rate !== undefined) return { outcome, seconds: 0 };
  return await lapsFor(TIMED, contender, workload);
}

/** Works for that long at least, and to the end of the lap. */
async function lapsFor(
  least: typeof WARMUP,
  { name, way, restore }: Contender,
  workload: Workload,
): Promise<{ outcome: Outcome; seconds: number }> {
  let time = 0;
  for (let laps = 1;; laps++) {
    if (restore?.before === "lap") await restore.run();
    const start = performance.now();
    const outcome = await withinLap(name, way(workload));
    time += performance.now() - start;
    const enough = time >= least.time && laps >= least.laps;
    if (enough || outcome.rate !== undefined) {
      return { outcome, seconds: time / laps / 1_000 };
    }
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const from = by % items.length;
  return [...items.slice(from), ...items.slice(0, from)];
}

/** A client that never answers ends the comparison, not only its own lap. */
async function withinLap<T>(name: string, lap: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`"${name}" is not done after ${MAX_LAP} ms`)),
    MAX_LAP,
  );
  try {
    return await Promise.race([lap, promise]);
  } finally {
    clearTimeout(timer);
  }
}

const checkValues: Check = ({ keys, values }, contender, found) => {
  keys.forEach((key, at) => {
    if (found[at] === values[at]) return;
    throw new Error(`"${contender.name}" has a wrong value for "${key}"`);
  });
};

async function checkWritten(
  cluster: Cluster,
  { keys, values }: Workload,
  contender: Contender,
): Promise<void> {
  const step = Math.max(1, Math.floor(keys.length / SAMPLES));
  const isSample = (_: string, at: number) => at % step === 0;
  const sample = {
    keys: keys.filter(isSample),
    values: values.filter(isSample),
  };
  const found = await cluster.map((client) =>
    sample.keys.map((key) => client.get(key))
  );
  checkValues(sample, contender, found.map(({ value }) => value));
}
