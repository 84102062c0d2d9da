/**
 * Loads a great many rows, and does not mind that servers restart meanwhile: what
 * a host did not take is given to it again when it is back.
 *
 * @module
 */

import { type Cluster, type MapBatchesOptions, TransportError } from "@rb/rb";
import { openCluster } from "./open_cluster.ts";

/** A row; no key stands twice, or the one loaded last would win. */
export interface Row {
  readonly key: string;
  readonly value: string;
}

/**
 * The options of those who have time: nothing ends the run, a write whose reply
 * was lost is sent again, and a server that is busy gets half a minute.
 */
export const PATIENT = {
  settled: true,
  idempotent: true,
  timeout: 30_000,
} as const satisfies MapBatchesOptions;

/** How many rows are taken from the source before those left are tried again. */
const PORTION = 100_000;

/** What a load came to. */
export interface Loaded {
  /** Rows that are in Redis. */
  rows: number;
  /** How many times a row was not taken at first. */
  again: number;
}

/**
 * Loads rows.
 *
 * @param cluster Where to.
 * @param source The rows; no more than 100,000 of them are remembered.
 * @param onProgress Told how many rows are loaded, now and then.
 * @throws What is no matter of patience, such as a server that is full.
 */
export async function load(
  cluster: Cluster,
  source: Iterable<Row>,
  onProgress: (rows: number) => void = () => {},
): Promise<Loaded> {
  const loaded: Loaded = { rows: 0, again: 0 };
  const rows = source[Symbol.iterator]();
  for (;;) {
    let portion: Row[] = [...take(rows, PORTION)];
    if (portion.length === 0) return loaded;
    while (portion.length > 0) {
      const left: Row[] = [];
      const entries = cluster.mapBatches(
        portion,
        (client, { key, value }) => client.set(key, value),
        PATIENT,
      );
      for await (const [row, outcome] of entries) {
        if (outcome.status === "fulfilled") {
          if (++loaded.rows % 1_000 === 0) onProgress(loaded.rows);
        } else if (outcome.reason instanceof TransportError) left.push(row);
        else throw outcome.reason;
      }
      loaded.again += left.length;
      if (left.length > 0) await cluster.waitUntilUp();
      portion = left;
    }
  }
}

function* take(rows: Iterator<Row>, count: number): Generator<Row> {
  for (let i = 0; i < count; i++) {
    const { done, value } = rows.next();
    if (done) return;
    yield value;
  }
}

if (import.meta.main) {
  await using cluster = await openCluster();
  const { rows } = await load(
    cluster,
    Array.from({ length: 200_000 }, (_, id) => ({
      key: `product:${id}`,
      value: `Product ${id}`,
    })),
  );
  console.log(`Loaded ${rows.toLocaleString("en")} rows`);
}
