/**
 * All commands of one node on a connection that others use, as a local client
 * has them: those of a routing client, and those that name no key.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type {
  FunctionListOptions,
  FunctionLoadOptions,
} from "../../commands/signatures/scripting.ts";
import type { LcsOptions } from "../../commands/signatures/strings.ts";
import type { Argument, Reply } from "../../values.ts";
import type { ScanOpts } from "@db/redis";
import type { RoutingCommands } from "./routing_commands.ts";

/**
 * All commands of one node on a connection that others use, as a local client
 * has them: those of a routing client, and those that name no key.
 */
export interface LocalCommands extends RoutingCommands {
  /**
   * Lists the keys of a node that match a pattern; use `scan` where there may be
   * many.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   */
  keys(pattern: Argument): Promise<string[]>;
  /**
   * Lists the subcommands of OBJECT.
   *
   * Redis 6.2.0, O(1).
   */
  objectHelp(): Promise<string[]>;
  /**
   * Picks a key of a node by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The key; null if there is none.
   */
  randomkey(): Promise<string | null>;
  /**
   * Goes through the keys of a node, a page at a time; see also `scan` of the
   * cluster.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @returns The next cursor, `"0"` at the end, and keys.
   */
  scan(
    cursor: number | string,
    options?: ScanOpts,
  ): Promise<[string, string[]]>;
  /**
   * Deletes a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionDelete(library: string): Promise<string>;
  /**
   * Reads all libraries in the format of `functionRestore`.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns Bytes.
   */
  functionDump(): Promise<Uint8Array>;
  /**
   * Deletes all libraries.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns `"OK"`.
   */
  functionFlush(mode?: "ASYNC" | "SYNC"): Promise<string>;
  /**
   * Ends the function that runs, if it has not written.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionKill(): Promise<string>;
  /**
   * Lists libraries and their functions.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   */
  functionList(options?: FunctionListOptions): Promise<Reply[]>;
  /**
   * Loads a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Its name.
   */
  functionLoad(code: string, options?: FunctionLoadOptions): Promise<string>;
  /**
   * Restores libraries that `functionDump` has read.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns `"OK"`.
   */
  functionRestore(
    dump: Uint8Array,
    policy?: "FLUSH" | "APPEND" | "REPLACE",
  ): Promise<string>;
  /**
   * Tells what function runs, and which engines there are.
   *
   * Redis 7.0.0, O(1).
   */
  functionStats(): Promise<Reply[]>;
  /**
   * Asks which scripts a server knows.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns For each 1 if it does, 0 if not.
   */
  scriptExists(...sha1s: string[]): Promise<number[]>;
  /**
   * Has a server forget all scripts.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns `"OK"`.
   */
  scriptFlush(mode?: "ASYNC" | "SYNC"): Promise<string>;
  /**
   * Ends the script that runs, if it has not written.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns `"OK"`.
   */
  scriptKill(): Promise<string>;
  /**
   * Has a server know a script.
   *
   * Redis 2.6.0, O(N) in its length.
   *
   * @returns The SHA-1 of its source.
   */
  scriptLoad(script: string): Promise<string>;
  /**
   * Lists the subcommands of XGROUP.
   *
   * Redis 5.0.0, O(1).
   */
  xgroupHelp(): Promise<string[]>;
  /**
   * Finds the longest subsequence that two texts, or the values of two keys, have
   * in common; `lcs` replaces it.
   *
   * Redis 6.0.0 to 6.2; 7.0.0 no longer has it.
   *
   * @returns The subsequence.
   */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
  ): Promise<string | null>;
  /** Finds its length. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { len: true },
  ): Promise<number>;
  /** Finds where the matches are. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true },
  ): Promise<[string, [[number, number], [number, number]][], string, number]>;
  /** Finds where the matches are, and their lengths. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true; withmatchlen: true },
  ): Promise<[
    string,
    [[number, number], [number, number], number][],
    string,
    number,
  ]>;
  /** Finds any of this. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: LcsOptions,
  ): Promise<
    | string
    | number
    | null
    | [
      string,
      [[number, number], [number, number], number | undefined][],
      string,
      number,
    ]
  >;
}
