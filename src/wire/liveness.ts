/**
 * Whether a server is there, and whether a connection that was idle is still
 * good.
 *
 * @module
 */

import { CommandError, ConnectionError } from "../errors.ts";
import type { Reply } from "../values.ts";
import { ask } from "./ask.ts";
import { CommandExchange } from "./command_exchange.ts";
import type { Connection, Probation } from "./connection.ts";
import { countdown } from "./countdown.ts";

/** Milliseconds that an answer may take. */
const TIMEOUT = 1_000;

let checks = 0;

/**
 * Whether an error that a PING has ended with proves that a server is there.
 * Every answer of its own does: one that loads its data, is busy with a script,
 * cannot save, or does not know us, is there, and commands are told the rest.
 */
export function provesLife(error: unknown): boolean {
  return error instanceof CommandError;
}

/**
 * Told how a {@linkcode Trial} ends, before the owner of its connection is: exactly
 * one of these is called, once.
 */
export interface TrialEvents {
  /** All is well. */
  onPassed(connection: Connection): void;
  /**
   * What was behind the question is taken away.
   *
   * @param isAlive Whether the connection is good all the same.
   */
  onWithdrawn(connection: Connection, isAlive: Promise<boolean>): void;
  /** The connection is gone. */
  onEnded(connection: Connection): void;
}

/**
 * Asks a connection whether it still answers, ahead of commands that leave in
 * the same write and may be sent again: one that only reads waits for no answer
 * then. Where the answer is not what it has to be, or does not come, those
 * commands are taken away, and no reply reaches them.
 */
export class Trial implements Probation {
  readonly #connection: Connection;
  readonly #events: TrialEvents;
  readonly #token = nextToken();
  readonly #question: CommandExchange;
  readonly #start = performance.now();
  /** What comes of the question, once what was behind it is taken away. */
  #answer: PromiseWithResolvers<Answer> | undefined = undefined;

  /**
   * @param connection A connection that nobody else uses, whose probation it is.
   * @param events Told how it ends.
   */
  constructor(connection: Connection, events: TrialEvents) {
    this.#connection = connection;
    this.#events = events;
    this.#question = new CommandExchange(
      [["PING", this.#token]],
      (reply) => this.#answered(reply),
      true,
    );
    connection.send(this.#question);
  }

  /** What is behind the question is taken away, and the question remains open. */
  forsaken(): void {
    if (this.#answer !== undefined) return;
    this.#answer = Promise.withResolvers();
    this.#question.abandoned = false;
    const connection = this.#connection;
    this.#events.onWithdrawn(connection, this.#isAlive(this.#answer.promise));
    connection.withdrawBehind(
      this.#question,
      new ConnectionError("The connection may be gone"),
    );
  }

  ended(): void {
    if (this.#answer === undefined) this.#events.onEnded(this.#connection);
    else this.#answer.resolve("wrong");
  }

  /**
   * Asks once more behind an answer, if that is none by itself: what was taken away
   * gets its replies before.
   */
  #isAlive(answer: Promise<Answer>): Promise<boolean> {
    const left = TIMEOUT - (performance.now() - this.#start);
    return within(this.#connection, left, async () => {
      const first = await answer;
      return first !== "wrong" &&
        isSame(first, await question(this.#connection));
    });
  }

  #answered(reply: Reply): void {
    const connection = this.#connection;
    const answer = judge(reply, this.#token);
    if (answer !== "right") this.forsaken();
    connection.probation = undefined;
    if (this.#answer !== undefined) return this.#answer.resolve(answer);
    this.#events.onPassed(connection);
    connection.owner?.connectionProven?.();
  }
}

/**
 * Asks a connection whether it still answers, before a command is trusted to it.
 * One that holds bytes nobody asked for gives itself away too: they come in
 * place of the answer, which is a number of its own. An error has no number, so
 * the question is asked once more: the server says the same again, or the number
 * where it has changed its mind.
 *
 * @param connection A connection that nobody else uses.
 */
export function isAlive(connection: Connection): Promise<boolean> {
  return within(connection, TIMEOUT, async () => {
    const first = await question(connection);
    if (first === "right") return true;
    return first !== "wrong" && isSame(first, await question(connection));
  });
}

/** Closes a connection for which an answer takes too long: it is none then. */
async function within(
  connection: Connection,
  time: number,
  ask: () => Promise<boolean>,
): Promise<boolean> {
  const stop = countdown(Math.max(0, time), () => connection.close());
  try {
    return await ask();
  } catch {
    return false;
  } finally {
    stop();
  }
}

/**
 * What a reply to the question is: the number that was asked for, an error, which
 * may be an answer, or what is none.
 */
type Answer = "right" | CommandError | "wrong";

function judge(reply: Reply, token: string): Answer {
  if (reply === token) return "right";
  return reply instanceof CommandError ? reply : "wrong";
}

function nextToken(): string {
  return String(++checks);
}

/** Asks for a number of its own. */
async function question(connection: Connection): Promise<Answer> {
  const token = nextToken();
  const [reply] = await ask(connection, [["PING", token]]);
  return judge(reply, token);
}

/** Whether the question asked once more confirms the first answer. */
function isSame(first: Answer, second: Answer): boolean {
  return second === "right" ||
    first instanceof CommandError && second instanceof CommandError &&
      second.message === first.message;
}
