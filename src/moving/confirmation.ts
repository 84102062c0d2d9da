/**
 * Making sure that the replicas of a host have its record.
 *
 * @module
 */

import type { Argument, Reply } from "../values.ts";
import { RECORD_KEY } from "./names.ts";
import { formatRecord, type RingRecord } from "./record.ts";
import { SET_RECORD } from "./scripts.ts";

/** Milliseconds that replicas have for it. */
const PATIENCE = 1_000;

/** What is said to a host over one connection, so that its replicas have a record. */
export function confirmation(record: RingRecord): [string, ...Argument[]][] {
  const { script } = SET_RECORD;
  const args = [formatRecord(record), record.epoch];
  return [
    ["EVAL", script, 1, RECORD_KEY, ...args],
    ["WAIT", record.replicated ?? 0, PATIENCE],
  ];
}

/** Whether they have, by the replies to that. */
export function isConfirmed(
  { replicated = 0 }: RingRecord,
  [, acknowledged]: readonly Reply[],
): boolean {
  return Number(acknowledged) >= replicated;
}
