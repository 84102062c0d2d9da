/**
 * Calls of `@db/redis` as they were recorded, and how JSON holds what they took
 * and gave.
 *
 * Words and replies are bytes, one character a byte. Arguments and values are
 * JSON; what JSON cannot hold is an object with one name that begins with `$`.
 *
 * @module
 */

/** One word of a command on the wire, one character a byte. */
export type Word = string;

/** What a call gave, under one version of the protocol. */
export interface Outcome {
  /** All bytes that the server sent, one character a byte. */
  readonly reply: string;
  /** What the method gave, when it gave something. */
  readonly value?: unknown;
  /** Its error: the name of the class, a colon, the message. */
  readonly error?: string;
}

/** One call of a method, what it sent and what became of the reply. */
export interface RecordedCall extends Outcome {
  /** The name of the method. */
  readonly method: string;
  /** Its arguments. */
  readonly args: readonly unknown[];
  /** For a pipeline: the calls that are flushed together. */
  readonly calls?: readonly (readonly [string, readonly unknown[]])[];
  /** The server, where it was not an ordinary one. */
  readonly on?: string;
  /** The commands before it, on the same connection. */
  readonly given?: readonly (readonly Word[])[];
  /** The commands before it, on another connection. */
  readonly beside?: readonly (readonly Word[])[];
  /** Whether the reply was made up, since the command cannot run here. */
  readonly scripted?: true;
  /** Whether the reply was made shorter than the server sent it. */
  readonly cut?: true;
  /** What it sent: one command, several of a pipeline, or nothing at all. */
  readonly words: readonly Word[] | readonly (readonly Word[])[] | null;
  /** What is different under RESP3; nothing when all of it is the same. */
  readonly resp3?: Outcome;
}

/** What was recorded, in `source.json`. */
export interface RecordedSource {
  /** The package, and its version. */
  readonly package: string;
  /** The server, and its version. */
  readonly server: string;
  /** The names of all methods that are commands, or send some. */
  readonly methods: readonly string[];
}

/** What was recorded of a call under a version of the protocol. */
export function outcomeOf(call: RecordedCall, protocol: 2 | 3): Outcome {
  return protocol === 3 && call.resp3 !== undefined ? call.resp3 : call;
}

/** The bytes as text, one character each. */
export function toLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** The bytes of a text that has one character for each. */
export function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** How many characters of an unknown text a word may have at the most. */
const PRINTED = 200;

/** Gives a value the form in which JSON holds it. */
export function toJson(value: unknown): unknown {
  switch (typeof value) {
    case "undefined":
      return { $undefined: true };
    case "bigint":
      return { $bigint: String(value) };
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "string":
      return value.isWellFormed() ? value : { $units: units(value) };
    case "boolean":
      return value;
    case "object":
      return objectToJson(value);
    default:
      throw new TypeError(
        `Cannot record a ${typeof value}: ${String(value).slice(0, PRINTED)}`,
      );
  }
}

/** Makes a value of what {@linkcode toJson} made of it. */
export function fromJson(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json !== "object" || json === null) return json;
  const entries = Object.entries(json);
  if (entries.length === 1 && entries[0][0].startsWith("$")) {
    return unmarked(entries[0][0], entries[0][1]);
  }
  return record(entries);
}

/** A text that is the same for equal values, whatever the order of fields. */
export function canonical(value: unknown): string {
  return JSON.stringify(toJson(value), (_, part) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) {
      return part;
    }
    return Object.fromEntries(
      Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1),
    );
  });
}

/** The error of a call, as it is recorded. */
export function errorText(error: unknown): string {
  return error instanceof Error
    ? `${error.constructor.name}: ${error.message}`
    : `${typeof error}: ${error}`;
}

/**
 * Reads the commands in what a client sent.
 *
 * @param text What it sent, one character a byte.
 * @returns The commands that are there as a whole, and what is left.
 */
export function readCommands(
  text: string,
): { commands: Word[][]; rest: string } {
  const commands: Word[][] = [];
  let start = 0;
  for (;;) {
    const found = readCommand(text, start);
    if (found === undefined) return { commands, rest: text.slice(start) };
    commands.push(found.words);
    start = found.end;
  }
}

function readCommand(
  text: string,
  start: number,
): { words: Word[]; end: number } | undefined {
  const size = readSize(text, start, "*");
  if (size === undefined) return undefined;
  let at = size.end;
  const words: Word[] = [];
  while (words.length < size.value) {
    const length = readSize(text, at, "$");
    if (length === undefined) return undefined;
    const end = length.end + length.value;
    if (text.length < end + 2) return undefined;
    words.push(text.slice(length.end, end));
    at = end + 2;
  }
  return { words, end: at };
}

function readSize(
  text: string,
  at: number,
  type: string,
): { value: number; end: number } | undefined {
  const end = text.indexOf("\r\n", at);
  if (end < 0) return undefined;
  if (text[at] !== type) {
    throw new TypeError(
      `Cannot read a command: expected "${type}" in "${
        text.slice(at, at + PRINTED)
      }"`,
    );
  }
  return { value: Number(text.slice(at + 1, end)), end: end + 2 };
}

function objectToJson(value: object | null): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Uint8Array) return { $bytes: toLatin1(value) };
  if (value instanceof Map) {
    return {
      $map: [...value].map(([key, item]) => [toJson(key), toJson(item)]),
    };
  }
  if (value instanceof Error) return { $error: errorText(value) };
  const entries = Object.entries(value).map(([name, item]) =>
    [name, toJson(item)] as const
  );
  const isPlain = entries.every(([name]) =>
    !name.startsWith("$") && name !== "__proto__"
  );
  return isPlain ? Object.fromEntries(entries) : { $record: entries };
}

function unmarked(mark: string, content: unknown): unknown {
  switch (mark) {
    case "$undefined":
      return undefined;
    case "$bigint":
      return BigInt(content as string);
    case "$number":
      return Number(content);
    case "$units":
      return String.fromCharCode(...content as number[]);
    case "$bytes":
      return fromLatin1(content as string);
    case "$map":
      return new Map(
        (content as [unknown, unknown][]).map(([key, item]) => [
          fromJson(key),
          fromJson(item),
        ]),
      );
    case "$error":
      return { $error: content };
    case "$record":
      return record(content as [string, unknown][]);
    default:
      throw new TypeError(`Cannot read "${mark}" in a recorded call`);
  }
}

/** A record in which every name is its own, `__proto__` included. */
function record(entries: [string, unknown][]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, item] of entries) {
    Object.defineProperty(result, name, {
      value: fromJson(item),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return result;
}

function units(text: string): number[] {
  return Array.from(
    { length: text.length },
    (_, index) => text.charCodeAt(index),
  );
}
