/**
 * Patterns of keys, as servers match them.
 *
 * @module
 */

const [STAR, ONE, OPEN, CLOSE, NOT, DASH, ESCAPE] = [..."*?[]^-\\"].map((
  character,
) => character.charCodeAt(0));

/**
 * Whether a key matches a pattern, byte for byte: `*` stands for any bytes, `?`
 * for one, `[a-c]` for one of some, `[^a]` for one other, and `\` takes the
 * meaning of what follows.
 *
 * @param pattern The pattern.
 * @param key The key.
 */
export function matches(pattern: Uint8Array, key: Uint8Array): boolean {
  let at = 0;
  let inKey = 0;
  // Where the last star stands, and what it stands for so far.
  let star = -1;
  let starKey = 0;
  while (inKey < key.length) {
    if (at < pattern.length && pattern[at] === STAR) {
      star = at++;
      starKey = inKey;
      continue;
    }
    const next = at < pattern.length ? step(pattern, at, key[inKey]) : -1;
    if (next >= 0) {
      at = next;
      inKey++;
    } else if (star >= 0) {
      at = star + 1;
      inKey = ++starKey;
    } else return false;
  }
  while (at < pattern.length && pattern[at] === STAR) at++;
  return at === pattern.length;
}

/** Where the pattern goes on if a byte matches it at a place; else -1. */
function step(pattern: Uint8Array, at: number, byte: number): number {
  switch (pattern[at]) {
    case ONE:
      return at + 1;
    case OPEN:
      return stepOverClass(pattern, at + 1, byte);
    case ESCAPE:
      if (at + 1 < pattern.length) at++;
      return pattern[at] === byte ? at + 1 : -1;
    default:
      return pattern[at] === byte ? at + 1 : -1;
  }
}

function stepOverClass(
  pattern: Uint8Array,
  start: number,
  byte: number,
): number {
  let at = start;
  const isNegated = pattern[at] === NOT;
  if (isNegated) at++;
  let isIn = false;
  // A class that is not closed goes on to the end.
  while (at < pattern.length && pattern[at] !== CLOSE) {
    if (pattern[at] === ESCAPE && at + 1 < pattern.length) {
      at++;
      isIn ||= pattern[at] === byte;
    } else if (pattern[at + 1] === DASH && at + 2 < pattern.length) {
      const [one, other] = [pattern[at], pattern[at + 2]];
      isIn ||= Math.min(one, other) <= byte && byte <= Math.max(one, other);
      at += 2;
    } else isIn ||= pattern[at] === byte;
    at++;
  }
  return isIn === isNegated ? -1 : Math.min(at + 1, pattern.length);
}
