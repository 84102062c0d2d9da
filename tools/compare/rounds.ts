/**
 * The rounds: everybody in turn, in another order each time, and checked.
 *
 * @module
 */

import type { Cluster } from "@rb/rb";
import { collectGarbage } from "../measure/garbage.ts";
import type { Outcome, Way } from "./contender.ts";
import type { Contender, Section } from "./sections.ts";
import { firstOf, withValues, type Workload } from "./workload.ts";

/** Keys a second of each contender, one figure a round, by its name. */
export type Rates = ReadonlyMap<string, number[]>;

/** How the rounds are run. */
export interface RoundsOptions {
  /** Rounds that count. */
  readonly rounds: number;
  /** Rounds before them that do not. */
  readonly warmups: number;
  /** Reads back what was written. */
  readonly cluster: Cluster;
  /** Told what is about to run. */
  readonly onProgress?: (round: number, section: Section) => void;
}

/** How many of the keys of a write are read back. */
const SAMPLES = 200;

/** How long each contender works at least before its time is taken, */
const WARMUP = { time: 500, laps: 5 };
/** and while it is taken; times in milliseconds. */
const TIMED = { time: 300, laps: 1 };

/**
 * Runs the sections round by round, so that what disturbs the machine for a
 * while disturbs everybody.
 *
 * @returns The rates of each section, by its name.
 */
export async function runRounds(
  sections: readonly Section[],
  options: RoundsOptions,
): Promise<Map<string, Rates>> {
  const { rounds, warmups, cluster, onProgress } = options;
  const rates = new Map(sections.map(({ name, contenders }) => [
    name,
    new Map(contenders.map(({ name }) => [name, [] as number[]])),
  ]));
  for (let round = -warmups; round < rounds; round++) {
    for (const section of sections) {
      onProgress?.(round, section);
      for (const contender of rotated(section.contenders, round + warmups)) {
        const rate = await runOnce(section, contender, cluster);
        if (round >= 0) {
          rates.get(section.name)?.get(contender.name)?.push(rate);
        }
      }
    }
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
  { way }: Contender,
  workload: Workload,
): Promise<{ outcome: Outcome; seconds: number }> {
  collectGarbage?.();
  const { outcome } = await lapsFor(WARMUP, way, workload);
  if (outcome.rate !== undefined) return { outcome, seconds: 0 };
  return await lapsFor(TIMED, way, workload);
}

/** Works for that long at least, and to the end of the lap. */
async function lapsFor(
  least: typeof WARMUP,
  way: Way,
  workload: Workload,
): Promise<{ outcome: Outcome; seconds: number }> {
  const start = performance.now();
  for (let laps = 1;; laps++) {
    const outcome = await way(workload);
    const time = performance.now() - start;
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

function check(
  { keys, values }: Pick<Workload, "keys" | "values">,
  contender: Contender,
  found: readonly unknown[],
): void {
  keys.forEach((key, at) => {
    if (found[at] === values[at]) return;
    throw new Error(`"${contender.name}" has a wrong value for "${key}"`);
  });
}

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
  check(sample, contender, found.map(({ value }) => value));
}
