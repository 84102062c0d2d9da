/**
 * The lines of a reply that hold numbers. `undefined` stands for a line that is
 * none, so that the parser words the error.
 *
 * @module
 */

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** So many decimal digits are always exact in a number. */
const EXACT_DIGITS = 15;

const SIZE = /^(?:-1|\d+)$/;
const INTEGER = /^[+-]?\d+$/;
const DOUBLE = /^[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|inf|nan)$/;

/** Reads the size of a bulk or an aggregate; -1 stands for null. */
export function parseSize(line: string): number | undefined {
  return SIZE.test(line) ? Number(line) : undefined;
}

/**
 * Reads an integer exactly.
 *
 * @returns A bigint beyond ±(2^53-1), else a number; `undefined` for a line
 * that is no integer or does not fit 64 bits.
 */
export function parseInteger(line: string): number | bigint | undefined {
  if (!INTEGER.test(line)) return undefined;
  // Adding 0 turns -0 into 0.
  if (line.length <= EXACT_DIGITS) return Number(line) + 0;
  const value = parseBigNumber(line)!;
  if (value > MAX_INT64 || value < MIN_INT64) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Reads an integer of any size. */
export function parseBigNumber(line: string): bigint | undefined {
  return INTEGER.test(line) ? BigInt(line) : undefined;
}

/** Whether a line is a floating-point number as Redis writes it. */
export function isDouble(line: string): boolean {
  return DOUBLE.test(line);
}
