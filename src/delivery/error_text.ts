/**
 * The text of an error reply, without what it repeats of its command.
 *
 * Redis itself puts arguments between quotes, or into few sentences that are
 * known: `CommandError` leaves those out of any text. But scripts, functions and
 * modules word their errors as they like, so their texts are compared with the
 * arguments of the command they answer. What else they say is meant for people,
 * and stays.
 *
 * @module
 */

import type { CommandSpec } from "../commands/spec.ts";
import { CommandError } from "../errors.ts";
import { type Argument, numberText, type Reply } from "../values.ts";
import { isServerCode } from "./error_codes.ts";

/** What stands for something that was left out. */
const GAP = "…";

/** Shorter ones are left out where they stand alone: "a" is in most words. */
const LENGTH_OF_A_PART = 4;

/** A command, as far as the text of an error may repeat it. */
export interface Cited {
  /** What it is. */
  readonly spec: CommandSpec;
  /** Its arguments. */
  readonly args: readonly Argument[];
}

/**
 * A reply whose errors repeat no argument of their command, wherever they stand
 * in it. A list stays the same one.
 *
 * @param reply The reply.
 * @param command What it answers.
 */
export function withoutCitations(reply: Reply, command: Cited): Reply {
  let words: Set<string> | undefined;
  const clean = (value: Reply): Reply => {
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        if (typeof item === "object") value[index] = clean(item);
      });
    } else if (value instanceof CommandError) {
      words ??= wordsOf(command);
      return cleaned(value, words);
    }
    return value;
  };
  return clean(reply);
}

function cleaned(error: CommandError, words: Set<string>): CommandError {
  const { message } = error;
  // What servers say at the start is no citation, whatever the arguments are.
  const start = isServerCode(error.code) && message.startsWith(error.code)
    ? error.code
    : "";
  const rest = message.slice(start.length);
  const text = start + withoutWords(rest, withoutStart(words, start));
  return text === message ? error : new CommandError(text);
}

/** An argument may be a whole error, with its code. */
function withoutStart(words: Set<string>, start: string): Set<string> {
  if (start === "") return words;
  const ends = [...words].filter((word) => word.startsWith(`${start} `))
    .map((word) => word.slice(start.length + 1));
  return ends.length === 0 ? words : new Set([...words, ...ends]);
}

function withoutWords(text: string, words: Set<string>): string {
  const lower = text.toLowerCase();
  const found = [...words].filter((word) =>
    word.length <= text.length && lower.includes(word.toLowerCase())
  );
  if (found.length === 0) return text;
  // The longest ones first, as others may be parts of them.
  const patterns = found.toSorted((a, b) => b.length - a.length).map(pattern);
  // The line in a script is no argument, even if an argument is that number.
  const either = new RegExp(
    `(user_(?:script|function): ?\\d+)|(?:${patterns.join("|")})`,
    "gi",
  );
  return text.replace(either, (_, line?: string) => line ?? GAP);
}

function pattern(word: string): string {
  const literal = word.replace(/[^\w\s]/g, "\\$&");
  return word.length < LENGTH_OF_A_PART ? `(?<!\\w)${literal}(?!\\w)` : literal;
}

/** How the arguments of a command would stand in a text. */
function wordsOf({ spec, args }: Cited): Set<string> {
  const words = new Set<string>();
  for (const argument of args.slice(spec.row.dataFrom ?? 0)) {
    const text = textOf(argument);
    if (text === "") continue;
    words.add(text);
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) continue;
    // As Lua and C write numbers.
    words.add(String(Number(value.toPrecision(14))));
    words.add(value.toFixed(6));
  }
  return words;
}

/** An argument as an error reply could repeat it, which is one line. */
function textOf(argument: Argument): string {
  const text = typeof argument === "string"
    ? argument
    : typeof argument === "object"
    ? new TextDecoder().decode(argument)
    : numberText(argument);
  return text.replace(/[\r\n]/g, " ").trim();
}
