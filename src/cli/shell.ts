/**
 * What a command line has around it: outputs, an input, files, variables, and
 * somebody who may press Ctrl-C.
 *
 * @module
 */

/** Where text goes: a terminal, or a pipe or file. */
export interface Output {
  /** Whether a person looks at it. */
  readonly isTerminal: boolean;
  /** Whether colours are wanted. */
  readonly hasColor: boolean;
  /** How wide it is, in characters. */
  readonly columns: number;
  /** How high it is, in lines. */
  readonly rows: number;
  /** Writes text as it is. */
  write(text: string): void;
  /** Resolves when all that was written is taken, or nobody wants it. */
  drained(): Promise<void>;
}

/** The world around a command line. */
export interface Shell {
  /** For results. */
  readonly out: Output;
  /** For errors and progress. */
  readonly err: Output;
  /** Aborted with an {@linkcode Interruption} when the work shall end. */
  readonly signal: AbortSignal;
  /** The text of standard input, in pieces. */
  input(): AsyncIterable<string>;
  /** The text of a file. */
  readFile(path: string): Promise<string>;
  /** The text of an environment variable, if it is set. */
  variable(name: string): string | undefined;
}

/** The work shall end: by Ctrl-C, by a signal, or since nobody reads it. */
export class Interruption extends Error {
  /** The name of the class. */
  override name = "Interruption";
  /** The name of the signal. */
  readonly signal: keyof typeof SIGNAL_NUMBERS;

  constructor(signal: keyof typeof SIGNAL_NUMBERS) {
    super(`Ended by ${signal}`);
    this.signal = signal;
  }

  /** The exit code by which shells know the signal. */
  get exitCode(): number {
    return 128 + SIGNAL_NUMBERS[this.signal];
  }
}

/** The signals that end the work, by their numbers. */
export const SIGNAL_NUMBERS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGPIPE: 13,
  SIGTERM: 15,
  SIGTSTP: 20,
};
