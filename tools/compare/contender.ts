/**
 * The seam between the comparison and the clients in it.
 *
 * @module
 */

import type { Workload } from "./workload.ts";

/** What is left of a run to look at when the clock has stopped. */
export interface Outcome {
  /** What was read, in the order of the keys. */
  readonly values?: () => readonly unknown[];
  /** Keys a second, by the contender's own clock. */
  readonly rate?: number;
}

/** One way to read or write all keys of a workload; it alone is timed. */
export type Way = (workload: Workload) => Promise<Outcome>;

/** Where a server is. */
export interface ServerAddress {
  readonly hostname: string;
  readonly port: number;
}

/** Some ways of one client, which closes its connections when disposed of. */
export interface Client<W extends string> extends AsyncDisposable {
  readonly ways: Readonly<Record<W, Way>>;
}
