/**
 * Numbers for people.
 *
 * @module
 */

/** What stands where there is nothing to say. */
export const NOTHING = "-";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** A whole number with separators: `1,234`. */
export function grouped(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** A number of bytes: `512 B`, `1.5 KiB`, `24 MiB`. */
export function bytes(number: number): string {
  let value = number;
  let unit = 0;
  // What would be rounded to 1,024 is 1 of the next unit.
  while (value >= 1_023.5 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit++;
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** Milliseconds: `0.21 ms`, `12.3 ms`, `1,234 ms`. */
export function milliseconds(time: number): string {
  if (time >= 99.95) return `${grouped(time)} ms`;
  return `${time.toFixed(time >= 9.995 ? 1 : 2)} ms`;
}

/** A share of 1: `98.5 %`. */
export function percentage(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A number and its noun: `1 key`, `2 keys`. */
export function amount(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}
