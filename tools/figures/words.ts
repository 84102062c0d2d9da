/**
 * Figures as the documents write them.
 *
 * @module
 */

import type { KnownMachine } from "../measure/machine.ts";
import type { ComparedPart, SectionFigures } from "./record.ts";

const NUMBERS = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];

/** `seven`, but `15`. */
export function inWords(count: number): string {
  return NUMBERS[count] ?? count.toLocaleString("en-US");
}

/** `3.68 M`. */
export function millions(rate: number): string {
  return `${(rate / 1e6).toFixed(2)} M`;
}

/** `5.3`, but `21`: two digits of a ratio are those to rely on. */
export function multiple(ratio: number): string {
  return ratio < 9.95 ? ratio.toFixed(1) : ratio.toFixed(0);
}

/** How many rounds some sections had, where that is known of all: `, 7 rounds`. */
export function roundsOf(sections: readonly SectionFigures[]): string {
  const all = sections.map(({ rounds }) => rounds);
  if (all.length === 0 || all.includes(undefined)) return "";
  const known = all as number[];
  const [least, most] = [Math.min(...known), Math.max(...known)];
  if (most === 1) return ", 1 round";
  return least === most ? `, ${most} rounds` : `, ${least} to ${most} rounds`;
}

/** The section of a part, if it was measured. */
export function sectionOf(
  part: ComparedPart | undefined,
  name: string,
): SectionFigures | undefined {
  return part?.sections[name];
}

/** How fast one is beside another; nothing unless both were measured. */
export function ratioOf(
  section: SectionFigures | undefined,
  contender: string,
  peer: string,
): number | undefined {
  const own = section?.medians[contender];
  const other = section?.medians[peer];
  return own === undefined || other === undefined
    ? section?.ratios?.[contender]
    : own / other;
}

/** The versions, as far as they are known: `Deno 2.9.6, ioredis 6.0.0`. */
export function versionsOf(
  { versions }: KnownMachine,
  names: readonly string[],
): string {
  return names.flatMap((name) =>
    versions[name] === undefined ? [] : [`${called(name)} ${versions[name]}`]
  ).join(", ");
}

/** The package "redis" is known by another name. */
function called(name: string): string {
  return name === "redis" ? "node-redis" : name;
}
