/**
 * The files of recorded calls: a list, one call a line.
 *
 * @module
 */

import type { RecordedCall, RecordedSource } from "../../support/recorded.ts";

const FOLDER = new URL("../../tests/commands/recorded/", import.meta.url);

/** The lines of a family as they are; none when there is no file. */
export async function readLines(family: string): Promise<string[]> {
  try {
    const text = await Deno.readTextFile(new URL(`${family}.json`, FOLDER));
    return text.split("\n").slice(1, -2).map((line) => line.replace(/,$/, ""));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * The calls as lines. One whose times or ports alone are new stays as it was, so
 * that a difference between two recordings means something.
 */
export function linesOf(
  calls: readonly { call: RecordedCall; changing: boolean }[],
  before: readonly string[],
): string[] {
  const old = new Map(before.map((line) => [masked(line), line]));
  return calls.map(({ call, changing }) => {
    const line = asciiJson(call);
    return changing ? old.get(masked(line)) ?? line : line;
  });
}

/** Writes the lines of a family. */
export async function write(name: string, lines: string[]): Promise<void> {
  const text = `[\n${lines.join(",\n")}\n]\n`;
  await Deno.writeTextFile(new URL(`${name}.json`, FOLDER), text);
}

/** Writes what was recorded, and on what. */
export async function writeSource(source: RecordedSource): Promise<void> {
  const { methods, ...rest } = source;
  const names = methods.map((name) => JSON.stringify(name)).join(",\n");
  const text = `${
    JSON.stringify(rest).slice(0, -1)
  },"methods":[\n${names}\n]}\n`;
  await Deno.writeTextFile(new URL("source.json", FOLDER), text);
}

/** JSON in which bytes beyond ASCII can be told apart by looking at it. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) =>
      `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What is new each time: a number, an id, an address. */
const NEW_EACH_TIME = /^(?=.*\d)[0-9a-f_x]+$/;

/**
 * The words of a line, in whatever order, without what is new each time; what
 * RESP3 does differently may be that alone.
 */
function masked(line: string): string {
  const { resp3: _, ...call } = JSON.parse(line) as RecordedCall;
  const words = JSON.stringify(call).replace(/\\[a-z]/g, " ").match(/\w+/g);
  return words!.map((word) => NEW_EACH_TIME.test(word) ? "0" : word)
    .sort().join(" ");
}
