/**
 * What is said to the process of a guest, and what it says.
 *
 * @module
 */

/** The clients that work in a process of their own. */
export type GuestName = "rb" | "bun" | "glide";

/** How long to work at least. */
export interface Least {
  /** Milliseconds, */
  readonly time: number;
  /** and how often all is done. */
  readonly laps: number;
}

/** What a guest is to do. */
export interface GuestTask {
  readonly work: "get" | "set ex";
  readonly servers: readonly {
    readonly hostname: string;
    readonly port: number;
  }[];
  readonly keys: readonly string[];
  /** The value of each key, */
  readonly values: readonly string[];
  /** and the index of its server. */
  readonly hosts: readonly number[];
  /** The reply for each key. */
  readonly expected: readonly string[];
  /** Untimed, and then timed. */
  readonly warmup: Least;
  readonly timed: Least;
}

/** What came of it. */
export type GuestReply =
  | { readonly rate: number }
  | { readonly error: string };
