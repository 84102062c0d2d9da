/**
 * Keys on their way from one host to another.
 *
 * @module
 */

export type { Ending, Problem } from "./key_move.ts";
export {
  KeyMover,
  type KeyMoverOptions,
  type MovingHost,
} from "./key_mover.ts";
export {
  CLAIMS_KEY,
  CONFLICT_PREFIX,
  GENERATION_KEY,
  isReserved,
  RECORD_KEY,
  RESERVED_PREFIX,
} from "./names.ts";
export {
  connectionName,
  epochOfName,
  formatRecord,
  parseRecord,
  type RingPhase,
  type RingRecord,
  withoutHolding,
} from "./record.ts";
export { SET_RECORD } from "./scripts.ts";
