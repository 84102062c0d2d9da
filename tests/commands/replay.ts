/**
 * Plays recorded calls to our own clients: a server that knows nothing but the
 * recorded reply, and what came of it.
 *
 * @module
 */

import type { Redis, RedisPipeline, RedisSubscription } from "@db/redis";
import {
  Cluster,
  CommandError,
  type LocalClient,
  UnroutableCommandError,
} from "../../mod.ts";
import { METHODS } from "../../src/commands/method_table.ts";
import {
  canonical,
  errorText,
  fromJson,
  outcomeOf,
  readCommands,
  type RecordedCall,
  toJson,
  type Word,
} from "../../support/recorded.ts";
import { asSentinel } from "../../src/wire/mistaken.ts";
import {
  type ScriptedLink,
  ScriptedServer,
} from "../../support/scripted_server.ts";
import { PATIENCE } from "../../support/waiting.ts";

const HELLO = "%1\r\n$5\r\nproto\r\n:3\r\n";
const UNEXPECTED = "-ERR nothing more was recorded\r\n";

/** What a call sent, and what it gave. */
export interface Played {
  /** All commands that arrived. */
  readonly commands: readonly (readonly Word[])[];
  /** What the method gave, in the form of JSON. */
  readonly value?: unknown;
  /** What it failed with. */
  readonly error?: unknown;
}

type Method = (...args: unknown[]) => unknown;

/** A cluster of one host that answers as it was recorded. */
export class Replay implements AsyncDisposable {
  readonly #protocol: 2 | 3;
  readonly #server: ScriptedServer;
  readonly #cluster: Cluster;
  readonly #client: LocalClient;
  /** The commands of the call that is being played. */
  #arrived: Word[][] = [];
  /** How many commands the reply is for. */
  #expected = 0;
  #reply = "";
  /** The words that should arrive. */
  #words: readonly (Word | readonly Word[])[] = [];

  /** @param protocol The version of the protocol to speak. */
  constructor(protocol: 2 | 3) {
    this.#protocol = protocol;
    this.#server = new ScriptedServer((link) => this.#serve(link));
    const { hostname, port } = this.#server;
    this.#cluster = new Cluster({
      hosts: [{ hostId: 0, hostname, port }],
      poolOptions: { protocol },
      timeout: PATIENCE,
    });
    this.#client = this.#cluster.getLocalClient(0);
  }

  /** Opens the connection that most calls share. */
  async open(): Promise<void> {
    this.#begin("+PONG\r\n", 1);
    await this.#client.ping();
  }

  /** Plays one call. */
  async play(call: RecordedCall): Promise<Played> {
    const { reply } = outcomeOf(call, this.#protocol);
    this.#words = call.words ?? [];
    this.#begin(reply, call.calls === undefined ? 1 : this.#words.length);
    const result = needsConnection(call)
      ? await this.#playAlone(call)
      : await settled(() => this.#call(this.#client, call));
    return { commands: this.#arrived, ...result };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cluster.close();
    await this.#server[Symbol.asyncDispose]();
  }

  #begin(reply: string, expected: number): void {
    this.#reply = reply;
    this.#expected = expected;
    this.#arrived = [];
  }

  async #playAlone(
    call: RecordedCall,
  ): Promise<{ value: unknown } | { error: unknown }> {
    const redis = await this.#cluster.connect(0);
    try {
      return await settled(() => this.#call(redis, call));
    } finally {
      redis.close();
    }
  }

  async #call(
    client: LocalClient | Redis,
    call: RecordedCall,
  ): Promise<unknown> {
    const method = Reflect.get(client, call.method) as Method;
    const result = method.apply(client, call.args.map(fromJson));
    if (call.calls !== undefined) {
      return await flush(result as RedisPipeline, call.calls);
    }
    const value = await result;
    return call.method.endsWith("subscribe")
      ? await receive(value as RedisSubscription, call)
      : value;
  }

  async #serve(link: ScriptedLink): Promise<void> {
    let greeted = this.#protocol === 2;
    let identified = false;
    let text = "";
    for (;;) {
      const more = await link.readAll();
      if (more === undefined) return;
      const { commands, rest } = readCommands(text + more);
      text = rest;
      for (const command of commands) {
        if (!greeted) {
          greeted = true;
          await link.write(HELLO);
        } else if (!identified && command.join(" ") === "CLIENT INFO") {
          // The connection asks who it is.
          identified = true;
          await link.write("$21\r\nid=7 addr=127.0.0.1:9\r\n");
        } else {
          await this.#answer(link, command);
        }
      }
    }
  }

  /** Whether a connection that was not used for a while is asked for a sign. */
  #isCheck([name, text, ...more]: Word[]): boolean {
    return name === "PING" && text !== undefined && more.length === 0 &&
      !this.#words.includes(text);
  }

  async #answer(link: ScriptedLink, command: Word[]): Promise<void> {
    if (this.#isCheck(command)) {
      return await link.write(`$${command[1].length}\r\n${command[1]}\r\n`);
    }
    const count = this.#arrived.push(command);
    if (count === this.#expected) await link.write(this.#reply);
    else if (count > this.#expected) await link.write(UNEXPECTED);
  }
}

/**
 * What is wrong with how a call was played.
 *
 * @param call What it should have been.
 * @param protocol The version of the protocol.
 * @param played What it was.
 * @returns One line; nothing when all is as recorded.
 */
export function difference(
  call: RecordedCall,
  protocol: 2 | 3,
  played: Played,
): string | undefined {
  const { words, calls } = call;
  const expected = words === null ? [] : calls ? words : [words];
  if (canonical(played.commands) !== canonical(expected)) {
    return `sends ${show(played.commands)}, not ${show(expected)}`;
  }
  const outcome = outcomeOf(call, protocol);
  if (outcome.error !== undefined) {
    return errorDifference(outcome.error, played);
  }
  if ("error" in played) return `fails: ${errorText(played.error)}`;
  const given = withoutAdvice(played.value);
  const value = withOurErrors(outcome.value);
  return JSON.stringify(sorted(given)) === JSON.stringify(sorted(value))
    ? undefined
    : `gives ${show(given)}, not ${show(value)}`;
}

/** The call as somebody would write it. */
export function describe({ method, args, calls }: RecordedCall): string {
  const list = calls === undefined
    ? args.map(show).join(", ")
    : calls.map(([name, args]) => `${name}(${args.map(show).join(", ")})`)
      .join(", ");
  return `${method}(${list})`;
}

function needsConnection(
  { method, args }: Pick<RecordedCall, "method" | "args">,
): boolean {
  // A client that shares its connection refuses them, and one of `connect()`
  // has them. What DEBUG does to a connection depends on its subcommand.
  return METHODS.get(method)?.alone === true || args[0] === "DEBUG";
}

/** The error of a call that is refused before anything is sent. */
export const REFUSED = "TypeError";

/** The error of a call whose reply is no text. */
export const DECODE_ERROR = "DecodeError";

const REPLY_ERROR = "ErrorReplyError: -";

function errorDifference(expected: string, played: Played): string | undefined {
  if (!("error" in played)) {
    return `gives ${show(played.value)}, but should fail: ${expected}`;
  }
  const { error } = played;
  if (expected.startsWith("string: ")) {
    return errorText(error) === expected
      ? undefined
      : `fails: ${errorText(error)}`;
  }
  if (!(error instanceof Error)) return `fails with no error: ${String(error)}`;
  if (expected === REFUSED) {
    return error instanceof TypeError || error instanceof UnroutableCommandError
      ? undefined
      : `fails: ${errorText(error)}`;
  }
  if (expected === DECODE_ERROR) {
    return error.constructor.name === expected
      ? undefined
      : `fails: ${errorText(error)}`;
  }
  // What goes wrong in a client itself, each says in its own words.
  if (!expected.startsWith(REPLY_ERROR)) return undefined;
  const ours = new CommandError(expected.slice(REPLY_ERROR.length));
  // Of a command of the table, it is said why a server may lack it.
  const texts = [ours, asSentinel(ours)].map(errorText);
  return texts.includes(errorText(error))
    ? undefined
    : `fails: ${errorText(error)}, not ${texts[0]}`;
}

/** The error that we give for an error reply. */
function ourError(recorded: string): string {
  return recorded.startsWith(REPLY_ERROR)
    ? errorText(new CommandError(recorded.slice(REPLY_ERROR.length)))
    : recorded;
}

function withOurErrors(value: unknown): unknown {
  return mapObjects(
    value,
    (part) =>
      typeof part.$error === "string"
        ? { $error: ourError(part.$error) }
        : part,
  );
}

/** The value with the names alone of errors about text. */
function withoutAdvice(value: unknown): unknown {
  return mapObjects(
    value,
    (part) =>
      String(part.$error).startsWith(DECODE_ERROR)
        ? { $error: DECODE_ERROR }
        : part,
  );
}

function sorted(value: unknown): unknown {
  return mapObjects(value, (part) =>
    Object.fromEntries(
      Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1),
    ));
}

function mapObjects(
  value: unknown,
  map: (part: Record<string, unknown>) => unknown,
): unknown {
  if (Array.isArray(value)) return value.map((item) => mapObjects(item, map));
  if (typeof value !== "object" || value === null) return value;
  return map(
    Object.fromEntries(
      Object.entries(value).map((
        [name, item],
      ) => [name, mapObjects(item, map)]),
    ),
  );
}

async function settled(
  act: () => Promise<unknown>,
): Promise<{ value: unknown } | { error: unknown }> {
  try {
    return { value: toJson(await act()) };
  } catch (error) {
    return { error };
  }
}

async function flush(
  pipeline: RedisPipeline,
  calls: NonNullable<RecordedCall["calls"]>,
): Promise<unknown[]> {
  for (const [name, args] of calls) {
    await (Reflect.get(pipeline, name) as Method)
      .apply(pipeline, args.map(fromJson));
  }
  return await pipeline.flush();
}

async function receive(
  subscription: RedisSubscription,
  call: RecordedCall,
): Promise<unknown[]> {
  const { length } = call.value as unknown[];
  const messages: unknown[] = [];
  for await (const message of subscription.receive()) {
    if (messages.push(message) === length) break;
  }
  return messages;
}

/** How much of a value an error shows. */
const SHOWN = 300;

function show(value: unknown): string {
  return JSON.stringify(value).slice(0, SHOWN);
}
