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

/** Told of a {@linkcode Trial}, before the owner of its connection is. */
export interface TrialEvents {
  /** What was behind the question is taken away, while it is still open. */
  onWithdrawn(): void;
  /** The connection is gone. */
  onEnded(): void;
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
  readonly #answer = Promise.withResolvers<Answer>();
  #isWithdrawn = false;

  /**
   * @param connection A connection that nobody else uses.
   * @param events Told how it ends, unless all is well.
   */
  constructor(connection: Connection, events: TrialEvents) {
    this.#connection = connection;
    this.#events = events;
    connection.probation = this;
    this.#question = new CommandExchange(
      [["PING", this.#token]],
      (reply) => this.#answered(reply),
      true,
    );
    connection.send(this.#question);
  }

  /** What comes of the question. */
  get answer(): Promise<Answer> {
    return this.#answer.promise;
  }

  /** Whether what was behind the question has been taken away. */
  get isWithdrawn(): boolean {
    return this.#isWithdrawn;
  }

  /** Takes away what is behind the question, which remains open. */
  withdraw(): void {
    if (this.#isWithdrawn || this.#connection.probation !== this) return;
    this.#isWithdrawn = true;
    this.#question.abandoned = false;
    this.#events.onWithdrawn();
    this.#connection.withdrawBehind(
      this.#question,
      new ConnectionError("The connection may be gone"),
    );
  }

  ended(): void {
    this.#events.onEnded();
    this.#answer.resolve("wrong");
  }

  forsaken(): void {
    this.withdraw();
  }

  #answered(reply: Reply): void {
    const answer = judge(reply, this.#token);
    if (answer !== "right") this.withdraw();
    this.#connection.probation = undefined;
    this.#answer.resolve(answer);
    if (!this.#isWithdrawn) this.#connection.owner?.connectionProven?.();
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
 * @param trial What has asked the question already, if anything has.
 */
export async function isAlive(
  connection: Connection,
  trial?: Trial,
): Promise<boolean> {
  const stop = countdown(TIMEOUT, () => connection.close());
  try {
    const first = await (trial?.answer ?? question(connection));
    // What was taken away may still get its replies, which come before another.
    if (first === "right" && trial?.isWithdrawn !== true) return true;
    return first !== "wrong" && isSame(first, await question(connection));
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
