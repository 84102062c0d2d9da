/**
 * Which command, and which key, an error belongs to.
 *
 * @module
 */

import {
  CommandError,
  TransportError,
  UnroutableCommandError,
} from "../errors.ts";
import { PartialError } from "../partial_error.ts";

/** Errors that say where in a map they belong. */
type Placeable =
  | CommandError
  | PartialError
  | TransportError
  | UnroutableCommandError;

/** Where in a map an error belongs. */
export type FailurePlace = Pick<Placeable, "index" | "keyIndex">;

/** Whether an error is one of the library, and no reason of somebody else's. */
export function isPlaceable(reason: unknown): reason is Placeable {
  return reason instanceof TransportError || reason instanceof CommandError ||
    reason instanceof UnroutableCommandError || reason instanceof PartialError;
}

/**
 * Has an error say where it belongs. Of one that several commands share, the
 * first one counts.
 */
export function placeFailure(reason: unknown, place: FailurePlace): void {
  if (!isPlaceable(reason)) return;
  const { index = place.index, keyIndex = place.keyIndex } = reason;
  if (index !== undefined) reason.index = index;
  if (keyIndex !== undefined) reason.keyIndex = keyIndex;
}

/**
 * The same for all that a map threw.
 *
 * @param error What it threw.
 * @param keyIndexOf The position of a key, by the index of a command for it.
 */
export function placeKeys(
  error: unknown,
  keyIndexOf: (index: number) => number,
): void {
  const reasons = error instanceof AggregateError && !isPlaceable(error)
    ? error.errors
    : [error];
  for (const reason of reasons) {
    if (!isPlaceable(reason) || reason.index === undefined) continue;
    placeFailure(reason, { keyIndex: keyIndexOf(reason.index) });
  }
}
