/**
 * What the program that writes figures is asked for on its command line.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { namesIn, wholeNumber } from "../compare/arguments.ts";
import { type PartName, PARTS } from "./record.ts";

/** What was asked for. */
export interface Arguments {
  /** What is measured anew, in the order in which that is done. */
  readonly only: readonly PartName[];
  /** Rounds of everything; by default each part has its own number. */
  readonly rounds: number | undefined;
  /** Whether it is only to be seen that everything works. */
  readonly short: boolean;
  /** Where the files are written, if not in their places. */
  readonly out: string | undefined;
}

/**
 * Reads the arguments.
 *
 * @throws {TypeError} If there is another option.
 * @throws {RangeError} If a value makes no sense.
 */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      rounds: { type: "string" },
      short: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      out: { type: "string" },
    },
  });
  const { only, rounds, short, write, out } = values;
  if (short && !write && out === undefined) {
    throw new RangeError(
      'Option "short" needs "out": its figures are not for the documents',
    );
  }
  return {
    only: write ? [] : partsIn(only),
    rounds: rounds === undefined ? undefined : wholeNumber("rounds", rounds),
    short,
    out,
  };
}

function partsIn(text: string | undefined): PartName[] {
  if (text === undefined) return [...PARTS];
  const names = namesIn(text);
  const stranger = names.find((name) =>
    !(PARTS as readonly string[]).includes(name)
  );
  if (stranger === undefined && names.length > 0) {
    return PARTS.filter((part) => names.includes(part));
  }
  throw new RangeError(
    `Option "only" cannot be "${stranger ?? text}": there are "${
      PARTS.join('", "')
    }", and several of them with commas between them`,
  );
}
