/**
 * What the comparison is asked for on its command line.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { Section } from "./sections.ts";

/** What was asked for. */
export interface Arguments {
  /** Rounds of every section; by default each has its own number. */
  readonly rounds: number | undefined;
  /** How many keys the small workloads have. */
  readonly keys: number;
  /** Names of sections or groups; none stand for all. */
  readonly only: readonly string[];
  /** When no more round begins, in minutes. */
  readonly minutes: number;
  readonly json: boolean;
}

/**
 * Reads the arguments.
 *
 * @throws {TypeError} If there is another option.
 * @throws {RangeError} If a number is none.
 */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      keys: { type: "string", default: "50000" },
      only: { type: "string", default: "" },
      minutes: { type: "string", default: "45" },
      json: { type: "boolean", default: false },
    },
  });
  const { rounds, keys, only, minutes, json } = values;
  return {
    rounds: rounds === undefined ? undefined : wholeNumber("rounds", rounds),
    keys: wholeNumber("keys", keys),
    only: namesIn(only),
    minutes: wholeNumber("minutes", minutes),
    json,
  };
}

/**
 * The sections that are named, by their name, its first words, or their group;
 * `=get` is the section of that very name.
 *
 * @throws {RangeError} If a name stands for none.
 */
export function chooseSections<S extends Pick<Section, "name" | "group">>(
  sections: readonly S[],
  only: readonly string[],
): S[] {
  if (only.length === 0) return [...sections];
  const stranger = only.find((name) =>
    !sections.some((section) => isNamed(section, name))
  );
  if (stranger !== undefined) {
    const groups = new Set(sections.map(({ group }) => group));
    const names = [...groups, ...sections.map(({ name }) => name)];
    throw new RangeError(
      `Option "only" cannot be "${stranger}": there are "${
        names.join('", "')
      }", and several of them with commas between them`,
    );
  }
  return sections.filter((section) =>
    only.some((name) => isNamed(section, name))
  );
}

function isNamed(
  section: Pick<Section, "name" | "group">,
  wanted: string,
): boolean {
  const { name, group } = section;
  if (wanted.startsWith("=")) return name === wanted.slice(1);
  return group === wanted || name === wanted || name.startsWith(`${wanted} `);
}

/** Names with commas between them. */
export function namesIn(text: string): string[] {
  return text.split(",").map((name) => name.trim())
    .filter((name) => name !== "");
}

/**
 * The number of an option.
 *
 * @throws {RangeError} If it is none, or less than 1.
 */
export function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new RangeError(
    `Option "${name}" must be a whole number from 1, not "${text}"`,
  );
}
