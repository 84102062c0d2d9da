/**
 * The keys that a database keeps for itself while other keys move.
 *
 * @module
 */

/** What all of them begin with. */
export const RESERVED_PREFIX = "__rb__:";

/** The record of which rings there are, and how far the move between them is. */
export const RECORD_KEY = `${RESERVED_PREFIX}ring`;

/** Whose move each key is part of: a hash of tokens by keys. */
export const CLAIMS_KEY = `${RESERVED_PREFIX}claims`;

/** What no key is called: a field of the claims that nobody finds. */
export const MARK_FIELD = `${RESERVED_PREFIX}mark`;

/** Counts how often somebody took over a move: what was sent before is void. */
export const GENERATION_KEY = `${RESERVED_PREFIX}gen`;

/** What users could do before they were kept from writing: a hash by their names. */
export const DENIED_KEY = `${RESERVED_PREFIX}denied`;

/** What a copy is called that another one of the same key stood in the way of. */
export const CONFLICT_PREFIX = `${RESERVED_PREFIX}conflict:`;

const decoder = new TextDecoder();

/** Whether a key is one of them. */
export function isReserved(key: string | Uint8Array): boolean {
  const text = typeof key === "string"
    ? key
    : decoder.decode(key.subarray(0, RESERVED_PREFIX.length));
  return text.startsWith(RESERVED_PREFIX);
}
