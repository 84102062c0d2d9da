/**
 * The journal of a run: what was asked, what came of it, and what is wrong.
 *
 * @module
 */

import {
  CommandError,
  DecodeError,
  PartialError,
  ProtocolError,
  TimeoutError,
  TransportError,
} from "../../mod.ts";
import { Tally } from "./tally.ts";

/** How something that was promised ended. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown; readonly fate: Fate };

/**
 * What an error says about its command: that it did not run, that it may have,
 * that the server refused it, or that its caller gave up.
 */
export type Fate = "not-sent" | "unknown" | "refused" | "given up";

/** How long something may take, as far as it is known when it has ended. */
export interface Limit {
  /** Milliseconds from the call to the end. */
  readonly milliseconds: number;
}

/** The reason of every signal and cancellation of a run, and of its callbacks. */
export class GaveUp extends Error {
  override name = "GaveUp";
}

/** The columns of the outcomes. */
export const FATES = ["ok", "not-sent", "unknown", "refused", "given up"];

/** Milliseconds that a promise may take beyond its time limit on a busy machine. */
const GRACE = 250;

const FOREVER: Limit = { milliseconds: Infinity };

const MAX_PROBLEMS = 50;

/** How many of them may be the same except for names and numbers. */
const MAX_ALIKE = 6;

/** The names and numbers in the text of a problem. */
const PARTICULARS = /"[^"]*"|\d+|\n[^]*$/g;

/** How many of the latest stalls of the program are kept. */
const MAX_STALLS = 200;

/** Milliseconds after which a stall that has just ended is known. */
const STALL_NOTICE = 60;

/** Error replies that the commands and the faults of a run provoke. */
const EXPECTED_CODES = new Set([
  "WRONGTYPE",
  "READONLY",
  "LOADING",
  // What becomes of a transaction, and of a command that waits, when a server
  // becomes a replica.
  "EXECABORT",
  "UNBLOCKED",
]);

/** Before Redis 7 what a script ran into stands behind the line where it did. */
const IN_A_SCRIPT = /^ERR Error running script .*: -([A-Z]+) /;

/** The code of what a command was refused for. */
function reasonOf({ code, message }: CommandError): string {
  return IN_A_SCRIPT.exec(message)?.[1] ?? code;
}

/** When the program was held up, and for how many milliseconds. */
interface Stall {
  readonly end: number;
  readonly time: number;
}

/** Keeps count; holds on to nothing that has ended. */
export class Journal {
  /** What commands came to, by their kind. */
  readonly outcomes = new Tally();
  /** Errors by their class or code. */
  readonly errors = new Tally();
  /** Calls that stand for many commands, by how they ended. */
  readonly calls = new Tally();
  /** Faults by their kind. */
  readonly faults = new Tally();
  /** How many times as long as usual things may take. */
  patience = 1;
  readonly #pending = new Tally();
  readonly #stalls: Stall[] = [];
  #lag = 0;
  /** Errors that are counted: a map throws those of its promises once more. */
  readonly #counted = new WeakSet<object>();
  readonly #problems = new Map<string, number>();
  /** How many problems have which form. */
  readonly #alike = new Tally();

  /** Notes that something is wrong. */
  problem(text: string): void {
    const known = this.#problems.get(text);
    // One mistake can show in every command; a few of them tell enough.
    if (known === undefined) {
      if (this.#problems.size >= MAX_PROBLEMS) return;
      const form = text.replace(PARTICULARS, "");
      if (this.#alike.count(form) >= MAX_ALIKE) return;
      this.#alike.add(form);
    }
    this.#problems.set(text, (known ?? 0) + 1);
  }

  /** How far behind its timers the program has been, in milliseconds. */
  get lag(): number {
    return this.#lag;
  }

  /** Notes that the program has just been held up for so many milliseconds. */
  stalled(time: number): void {
    this.#lag = Math.max(this.#lag, time);
    this.#stalls.push({ end: performance.now(), time });
    if (this.#stalls.length > MAX_STALLS) this.#stalls.shift();
  }

  /** What is wrong, and how often. */
  get problems(): string[] {
    return [...this.#problems].map(([text, count]) =>
      count === 1 ? text : `${text} (${count} times)`
    );
  }

  /** Everything that is promised and not settled, by its kind. */
  get pending(): string[] {
    return this.#pending.rows
      .filter((kind) => this.#pending.count(kind) > 0)
      .map((kind) => `${kind} (${this.#pending.count(kind)})`);
  }

  /**
   * Watches one command until it is settled; never rejects.
   *
   * @param kind What it is, for the table.
   * @param promise The promise of its reply.
   * @param limit How long it may take.
   */
  async command<T>(
    kind: string,
    promise: PromiseLike<T>,
    limit: Limit = FOREVER,
  ): Promise<Result<T>> {
    const result = await this.#watch(kind, promise, limit);
    this.outcomes.add(kind, result.ok ? "ok" : result.fate);
    return result;
  }

  /** Watches a call that stands for many commands, which are counted apart. */
  async call<T>(
    kind: string,
    promise: PromiseLike<T>,
    limit: Limit = FOREVER,
  ): Promise<Result<T>> {
    const result = await this.#watch(kind, promise, limit);
    this.calls.add(kind, result.ok ? "ok" : "rejected");
    return result;
  }

  async #watch<T>(
    kind: string,
    promise: PromiseLike<T>,
    limit: Limit,
  ): Promise<Result<T>> {
    this.#pending.add(kind);
    const started = performance.now();
    let result: Result<T>;
    try {
      result = { ok: true, value: await promise };
    } catch (error) {
      result = { ok: false, error, fate: this.#fateOf(kind, error) };
    }
    this.#pending.add(kind, "", -1);
    const time = performance.now() - started;
    const late = time - limit.milliseconds - GRACE * this.patience;
    if (late > 0 && late > await this.#heldUpSince(started)) {
      const allowed = limit.milliseconds.toFixed();
      this.problem(`"${kind}" took ${time.toFixed()} ms and had ${allowed}`);
    }
    return result;
  }

  /** How long the program was held up, which is nobody's fault but its own. */
  async #heldUpSince(start: number): Promise<number> {
    await new Promise((wake) => setTimeout(wake, STALL_NOTICE));
    return this.#stalls.filter(({ end }) => end >= start)
      .reduce((sum, { time }) => sum + time, 0);
  }

  /** What an error says of its command; counts it, and judges its form. */
  #fateOf(kind: string, error: unknown): Fate {
    if (error instanceof GaveUp || isAbort(error)) return "given up";
    if (error instanceof PartialError) return this.#worst(kind, error.errors);
    if (error instanceof AggregateError) return this.#worst(kind, error.errors);
    if (error instanceof CommandError) {
      this.#count(error, error.code);
      if (!EXPECTED_CODES.has(reasonOf(error))) {
        this.problem(`"${kind}" was refused: ${error.message}`);
      }
      return "refused";
    }
    if (error instanceof TransportError) return this.#judge(kind, error);
    this.problem(`"${kind}" failed unexpectedly: ${Deno.inspect(error)}`);
    return "unknown";
  }

  #judge(kind: string, error: TransportError): Fate {
    this.#count(error, error.name);
    // A source or a callback that is late is no host's fault.
    const isOwn = error instanceof TimeoutError && kind.startsWith("map");
    if (error.hostId === undefined && !isOwn) {
      this.problem(`"${kind}": an error names no host: ${error.message}`);
    }
    if (error instanceof DecodeError || error instanceof ProtocolError) {
      // A stream that ends inside a reply is one; an unreadable byte is not.
      if (!error.message.includes("inside a reply")) {
        this.problem(`"${kind}": ${error.name}: ${error.message}`);
      }
    }
    return error.outcome;
  }

  #count(error: object, name: string): void {
    if (this.#counted.has(error)) return;
    this.#counted.add(error);
    this.errors.add(name);
  }

  #worst(kind: string, errors: readonly unknown[]): Fate {
    const fates = new Set(errors.map((error) => this.#fateOf(kind, error)));
    const order: Fate[] = ["unknown", "given up", "refused"];
    return order.find((fate) => fates.has(fate)) ?? "not-sent";
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
