/**
 * The shell of the process itself, in all runtimes by the modules of Node.js.
 * None of it needs a permission of Deno before it is used.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import process from "node:process";
import {
  Interruption,
  type Output,
  type Shell,
  SIGNAL_NUMBERS,
} from "./shell.ts";

/** What is assumed where nobody says how large a terminal is. */
const COLUMNS = 80;
const ROWS = 24;

/** What may end the work from outside; the pipe says so itself. */
const SIGNALS = (Object.keys(SIGNAL_NUMBERS) as (keyof typeof SIGNAL_NUMBERS)[])
  .filter((signal) => signal !== "SIGPIPE");

/** A shell, until it is closed. */
export interface ProcessShell extends Shell {
  /** Listens to no signal any more. */
  close(): void;
}

/**
 * Opens the shell of the process. The first signal aborts its work; from then on
 * signals do what they always do, so a second Ctrl-C ends the process at once.
 */
export function openProcessShell(): ProcessShell {
  const controller = new AbortController();
  const listeners = SIGNALS.map((signal) => {
    const listener = () => end(signal);
    process.on(signal, listener);
    return { signal, listener };
  });

  function close(): void {
    for (const { signal, listener } of listeners.splice(0)) {
      process.off(signal, listener);
    }
  }

  function end(signal: keyof typeof SIGNAL_NUMBERS): void {
    close();
    controller.abort(new Interruption(signal));
  }

  return {
    out: new StreamOutput(process.stdout, () => end("SIGPIPE")),
    err: new StreamOutput(process.stderr, () => {}),
    signal: controller.signal,
    input: () => readStandardInput(controller.signal),
    readFile: (path) => readFile(path, "utf8"),
    variable: (name) => process.env[name],
    close,
  };
}

/**
 * The text of standard input, until the signal is aborted: whoever types there
 * may also press Ctrl-C. A read that is under way then goes on; no runtime can
 * end it.
 */
async function* readStandardInput(signal: AbortSignal): AsyncGenerator<string> {
  const aborted = Promise.withResolvers<never>();
  // Between two reads nobody waits for it.
  aborted.promise.catch(() => {});
  const giveUp = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  const pieces = process.stdin.setEncoding("utf8")[Symbol.asyncIterator]();
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await Promise.race([pieces.next(), aborted.promise]);
      if (next.done === true) return;
      yield String(next.value);
    }
  } finally {
    signal.removeEventListener("abort", giveUp);
    process.stdin.pause();
  }
}

/** One of the two standard outputs. */
class StreamOutput implements Output {
  readonly #stream: NodeJS.WriteStream;
  readonly #onLost: () => void;
  #pending = 0;
  #isLost = false;
  #drain: PromiseWithResolvers<void> | undefined = undefined;

  /**
   * @param stream The stream.
   * @param onLost Called once, when its reader is gone.
   */
  constructor(stream: NodeJS.WriteStream, onLost: () => void) {
    this.#stream = stream;
    this.#onLost = onLost;
    stream.on("error", () => this.#lose());
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** See https://no-color.org: any text but an empty one turns them off. */
  get hasColor(): boolean {
    return this.isTerminal && !process.env.NO_COLOR;
  }

  get columns(): number {
    return this.#stream.columns || COLUMNS;
  }

  get rows(): number {
    return this.#stream.rows || ROWS;
  }

  write(text: string): void {
    if (this.#isLost) return;
    this.#pending++;
    try {
      this.#stream.write(text, () => this.#settle());
    } catch {
      // Deno 2.5 throws where others emit an error.
      this.#settle();
      this.#lose();
    }
  }

  drained(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    this.#drain ??= Promise.withResolvers<void>();
    return this.#drain.promise;
  }

  #settle(): void {
    if (--this.#pending === 0) this.#drain?.resolve();
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#onLost();
  }
}
