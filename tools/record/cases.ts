/**
 * How the calls are written down that are recorded.
 *
 * @module
 */

/** A server that calls are made on. */
export type ServerName = "plain" | "cluster" | "acl";

/** What can be a word of a command. */
export type Argument = string | number | Uint8Array;

/** One call, and what is done before it. */
export interface Case {
  readonly method: string;
  readonly args: readonly unknown[];
  /** For a pipeline: the calls that are flushed together. */
  readonly calls?: readonly Case[];
  readonly on: ServerName;
  /** The commands before it, on its own connection. */
  readonly given: readonly (readonly Argument[])[];
  /** The commands before it, on another connection. */
  readonly beside: readonly (readonly Argument[])[];
  /** The messages that are published once a subscription is there. */
  readonly published?: readonly (readonly [string, string])[];
  /** The reply, where no server is asked. */
  readonly answer?: string;
  /** Whether a long reply is made shorter. */
  readonly cut?: boolean;
  /** Whether the reply has times, ports or sizes that are new each time. */
  readonly changing?: boolean;
}

/** A call by its method and its arguments. */
export function call(method: string, ...args: unknown[]): Case {
  return { method, args, on: "plain", given: [], beside: [] };
}

/** The calls of a pipeline or a transaction, which are flushed together. */
export function flushed(method: "pipeline" | "tx", ...calls: Case[]): Case {
  return { ...call(method), calls };
}

/** Commands, one after the other: text is cut at blanks, and at semicolons. */
export type Commands = string | readonly (readonly Argument[])[];

/** The same calls after some commands on their connection. */
export function given(commands: Commands, ...cases: Case[]): Case[] {
  const before = parse(commands);
  return cases.map((one) => ({ ...one, given: [...before, ...one.given] }));
}

/** The same calls after some commands on another connection. */
export function beside(commands: Commands, ...cases: Case[]): Case[] {
  const before = parse(commands);
  return cases.map((one) => ({ ...one, beside: [...before, ...one.beside] }));
}

/** The same calls on another server. */
export function on(server: ServerName, ...cases: Case[]): Case[] {
  return cases.map((one) => ({ ...one, on: server }));
}

/** The same calls with a reply that no server gave. */
export function answered(answer: string, ...cases: Case[]): Case[] {
  return cases.map((one) => ({ ...one, answer }));
}

/** The same calls with replies that are made shorter. */
export function cut(...cases: Case[]): Case[] {
  return cases.map((one) => ({ ...one, cut: true, changing: true }));
}

/** The same calls, whose replies differ from one time to the next. */
export function changing(...cases: Case[]): Case[] {
  return cases.map((one) => ({ ...one, changing: true }));
}

/** Subscriptions, to which messages are sent. */
export function published(
  messages: readonly (readonly [string, string])[],
  ...cases: Case[]
): Case[] {
  return cases.map((one) => ({ ...one, published: messages }));
}

/** A list where a call expects something else. */
export const LIST = "RPUSH k a";

/** A text where a call expects something else. */
export const TEXT = "SET k text";

/**
 * The same calls with nothing there, with what they are for, and with a value
 * of a wrong type.
 */
export function threeWays(
  { right, wrong }: { right: Commands; wrong: Commands },
  ...cases: Case[]
): Case[] {
  return [
    ...cases,
    ...given(right, ...cases),
    ...given(wrong, ...cases),
  ];
}

/** Bytes, written as hexadecimal digits. */
export function bytes(digits: string): Uint8Array {
  return Uint8Array.from(
    digits.match(/../g) ?? [],
    (byte) => parseInt(byte, 16),
  );
}

function parse(commands: Commands): readonly (readonly Argument[])[] {
  if (typeof commands !== "string") return commands;
  return commands.split(";").map((command) => command.trim().split(/\s+/));
}
