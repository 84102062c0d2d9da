/**
 * What single calls cost that are issued together, and what they leave behind.
 *
 * @module
 */

import { TestSetup } from "@rb/rb/testing";
import { makeKey } from "../compare/workload.ts";
import { collectGarbage } from "../measure/garbage.ts";
import { median } from "../measure/statistics.ts";
import { timeLaps } from "./laps.ts";

/** What a GET under `Promise.all` costs, among 50,000 on four hosts. */
export interface CallCosts {
  /** Nanoseconds of all of it, */
  readonly call: number;
  /** and of a promise of the language alone, made, awaited so and resolved. */
  readonly promise: number;
  /** Bytes that a call keeps until its reply is there, if that can be told, */
  readonly keptByCall?: number;
  /** and bytes that `Promise.all` keeps for it. */
  readonly keptByAll?: number;
}

const COUNT = 50_000;
const KEYS = Array.from({ length: COUNT }, (_, id) => makeKey("key", id));
const VALUE = "v".repeat(16);

/** Measures in rounds that take turns; medians. */
export async function measureCalls(rounds: number): Promise<CallCosts> {
  await using setup = await TestSetup.start({
    databasesEach: 1,
    transport: "tcp",
  });
  const cluster = setup.makeCluster({ timeout: 60_000 });
  const client = cluster.getRoutingClient();
  await cluster.map((client) => KEYS.map((key) => client.set(key, VALUE)));
  const times = { call: [] as number[], promise: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    const call = await timeLaps(() =>
      Promise.all(KEYS.map((key) => client.get(key)))
    );
    const promise = await timeLaps(promisesAlone);
    if (round < 0) continue;
    times.call.push(call * 1e6 / COUNT);
    times.promise.push(promise * 1e6 / COUNT);
  }
  const kept: [byCall: number, byAll: number][] = [];
  for (let round = 0; round < rounds && collectGarbage; round++) {
    // What a round leaves in its variables is no part of the next one.
    kept.push(await keptBy((key) => client.get(key)));
  }
  return {
    call: median(times.call),
    promise: median(times.promise),
    ...kept.length === 0 ? {} : {
      keptByCall: median(kept.map(([byCall]) => byCall)) / COUNT,
      keptByAll: median(kept.map(([, byAll]) => byAll)) / COUNT,
    },
  };
}

/** Bytes that calls keep until their replies are there, and `Promise.all` for them. */
async function keptBy(
  get: (key: string) => Promise<unknown>,
): Promise<[byCall: number, byAll: number]> {
  const before = heapUsed();
  const calls = KEYS.map(get);
  const issued = heapUsed();
  const all = Promise.all(calls);
  const kept: [number, number] = [issued - before, heapUsed() - issued];
  await all;
  return kept;
}

/** What the language itself does for so many calls. */
async function promisesAlone(): Promise<void> {
  const all: ((value: string) => void)[] = [];
  const promises = KEYS.map(() =>
    new Promise<string>((resolve) => all.push(resolve))
  );
  const values = Promise.all(promises);
  for (const resolve of all) resolve(VALUE);
  await values;
}

function heapUsed(): number {
  collectGarbage?.();
  return Deno.memoryUsage().heapUsed;
}
