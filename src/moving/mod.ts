/**
 * Keys on their way from one host to another.
 *
 * @module
 */

export type { Ending, Problem } from "./key_move.ts";
export { offsetBetween } from "./clock_offset.ts";
export { confirmation, isConfirmed } from "./confirmation.ts";
export { KeyMover, type KeyMoverOptions } from "./key_mover.ts";
export type { MovingHost } from "./moving_host.ts";
export {
  CLAIMS_KEY,
  CONFLICT_PREFIX,
  DENIED_KEY,
  GENERATION_KEY,
  isReserved,
  RECORD_KEY,
  RESERVED_PREFIX,
} from "./names.ts";
export { pause } from "./pause.ts";
export {
  connectionName,
  epochOfName,
  formatRecord,
  parseRecord,
  type RingPhase,
  type RingRecord,
  withoutHolding,
} from "./record.ts";
export { LOOK, READ, SET_RECORD } from "./scripts.ts";
