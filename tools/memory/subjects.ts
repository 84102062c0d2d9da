/**
 * What is measured of memory, each in a process of its own.
 *
 * @module
 */

import type { Cluster } from "@rb/rb";
import { makeKey } from "../compare/workload.ts";
import { MemoryWatch } from "./watch.ts";

/** How much of everything; a small share of it shows that it works. */
export interface Amounts {
  /** Keys in the servers, and commands of the one map. */
  readonly keys: number;
  /** Keys of mapBatches, which go round those in the servers. */
  readonly batchKeys: number;
  /** Large replies, of each of which a small part is kept. */
  readonly largeReplies: number;
}

/** What a subject found: a number of commands, and bytes by name. */
export type Findings = Readonly<Record<string, number>>;

/** Bytes of the value in each key. */
export const VALUE_SIZE = 16;

/** A large reply: so many values of 64 KiB, and a small one. */
export const LARGE_VALUES = 16;

/** The key that holds a small value between the large ones. */
export const SMALL_KEY = "small";

/** A measurement that begins with the servers filled and nothing connected. */
export type Subject = (cluster: Cluster, amounts: Amounts) => Promise<Findings>;

/** The subjects by name. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
  values: measureValues,
  map: (cluster, amounts) => measureMap(cluster, amounts),
  mapPlain: (cluster, amounts) =>
    measureMap(cluster, amounts, { autoBatch: false }),
  mapLive: (cluster, amounts) => measureMap(cluster, amounts, { sweep: true }),
  mapBatches: measureBatches,
  keptText: (cluster, amounts) => measureKept(cluster, amounts, false),
  keptBytes: (cluster, amounts) => measureKept(cluster, amounts, true),
};

/** The key of a number, as the servers were filled. */
export function keyOf(id: number): string {
  return makeKey("key", id);
}

/** What so many values take by themselves, in the heap. */
function measureValues(_: Cluster, { keys }: Amounts): Promise<Findings> {
  const bytes = new Uint8Array(VALUE_SIZE).fill(0x76);
  const decoder = new TextDecoder();
  const values: string[] = new Array(keys);
  const watch = new MemoryWatch();
  for (let id = 0; id < keys; id++) values[id] = decoder.decode(bytes);
  const { endLive } = watch.stop();
  return Promise.resolve({ commands: values.length, endLive });
}

/**
 * One map of all keys, its keys not counted. Sweeping at the moment when all is
 * issued shows what is in use, but spares the peak, so it is a run of its own.
 */
async function measureMap(
  cluster: Cluster,
  { keys: count }: Amounts,
  { autoBatch = true, sweep = false } = {},
): Promise<Findings> {
  const keys = Array.from({ length: count }, (_, id) => keyOf(id));
  await warmUp(cluster, keys.slice(0, 20_000));
  const watch = new MemoryWatch();
  const replies = await cluster.map((client) => {
    const replies = keys.map((key) => client.get(key));
    if (sweep) watch.sampleLive();
    return replies;
  }, { autoBatch });
  const { peakResident, peakLive } = watch.stop();
  if (replies[count - 1].value?.length !== VALUE_SIZE) {
    throw new Error("A value is missing");
  }
  return { commands: count, peakResident, peakLive };
}

/** A loop over far more keys than a map would hold. */
async function measureBatches(
  cluster: Cluster,
  { keys: count, batchKeys }: Amounts,
): Promise<Findings> {
  function* ids(from: number, to: number): Generator<number> {
    for (let id = from; id < to; id++) yield id % count;
  }
  let found = 0;
  const loop = async (keys: Iterable<number>) => {
    const entries = cluster.mapBatches(
      keys,
      (client, id) => client.get(keyOf(id)),
      { batchSize: 1_000 },
    );
    for await (const [_id, value] of entries) {
      if (value !== null) found++;
    }
  };
  // The heap settles on its size: all later growth would be a leak.
  await loop(ids(0, Math.min(batchKeys, 200_000)));
  found = 0;
  const watch = new MemoryWatch();
  await loop(ids(0, batchKeys));
  const { peakResident, peakLive, endLive } = watch.stop();
  if (found !== batchKeys) throw new Error("A value is missing");
  return { commands: batchKeys, peakResident, peakLive, endLive };
}

/** A small value of each of many large replies, kept. */
async function measureKept(
  cluster: Cluster,
  { largeReplies }: Amounts,
  asBytes: boolean,
): Promise<Findings> {
  const client = cluster.getLocalClientForKey(SMALL_KEY);
  const keys = Array.from({ length: LARGE_VALUES }, () => `${SMALL_KEY}:large`);
  keys.splice(LARGE_VALUES / 2, 0, SMALL_KEY);
  const options = { returnUint8Arrays: asBytes };
  const read = async () => {
    const reply = await client.sendCommand("MGET", keys, options) as (
      | string
      | Uint8Array
    )[];
    return reply[LARGE_VALUES / 2];
  };
  for (let turn = 0; turn < 10; turn++) await read();
  const kept: (string | Uint8Array)[] = [];
  const watch = new MemoryWatch();
  for (let turn = 0; turn < largeReplies; turn++) kept.push(await read());
  const { endLive } = watch.stop();
  if (kept.some((value) => value.length !== VALUE_SIZE)) {
    throw new Error("A value is wrong");
  }
  const replySize = LARGE_VALUES * 65_536;
  return { commands: largeReplies, replySize, endLive };
}

async function warmUp(
  cluster: Cluster,
  keys: readonly string[],
): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await cluster.map((client) => keys.map((key) => client.get(key)));
  }
}
