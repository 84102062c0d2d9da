/**
 * All commands of one node, as the `targetKey` of a fanout has them: those of a
 * mapping client, and those that name no key.
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
import type { RbPromise } from "../../promise.ts";
import type { MappingCommands } from "./mapping_commands.ts";

/**
 * All commands of one node, as the `targetKey` of a fanout has them: those of a
 * mapping client, and those that name no key.
 */
export interface TargetedCommands extends MappingCommands {
  /**
   * Lists the keys of a node that match a pattern; use `scan` where there may be
   * many.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   */
  keys(pattern: Argument): RbPromise<string[]>;
  /**
   * Lists the subcommands of OBJECT.
   *
   * Redis 6.2.0, O(1).
   */
  objectHelp(): RbPromise<string[]>;
  /**
   * Picks a key of a node by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The key; null if there is none.
   */
  randomkey(): RbPromise<string | null>;
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
  ): RbPromise<[string, string[]]>;
  /**
   * Deletes a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionDelete(library: string): RbPromise<string>;
  /**
   * Reads all libraries in the format of `functionRestore`.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns Bytes.
   */
  functionDump(): RbPromise<Uint8Array>;
  /**
   * Deletes all libraries.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns `"OK"`.
   */
  functionFlush(mode?: "ASYNC" | "SYNC"): RbPromise<string>;
  /**
   * Ends the function that runs, if it has not written.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionKill(): RbPromise<string>;
  /**
   * Lists libraries and their functions.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   */
  functionList(options?: FunctionListOptions): RbPromise<Reply[]>;
  /**
   * Loads a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Its name.
   */
  functionLoad(code: string, options?: FunctionLoadOptions): RbPromise<string>;
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
  ): RbPromise<string>;
  /**
   * Tells what function runs, and which engines there are.
   *
   * Redis 7.0.0, O(1).
   */
  functionStats(): RbPromise<Reply[]>;
  /**
   * Asks which scripts a server knows.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns For each 1 if it does, 0 if not.
   */
  scriptExists(...sha1s: string[]): RbPromise<number[]>;
  /**
   * Has a server forget all scripts.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns `"OK"`.
   */
  scriptFlush(mode?: "ASYNC" | "SYNC"): RbPromise<string>;
  /**
   * Ends the script that runs, if it has not written.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns `"OK"`.
   */
  scriptKill(): RbPromise<string>;
  /**
   * Has a server know a script.
   *
   * Redis 2.6.0, O(N) in its length.
   *
   * @returns The SHA-1 of its source.
   */
  scriptLoad(script: string): RbPromise<string>;
  /**
   * Lists the subcommands of XGROUP.
   *
   * Redis 5.0.0, O(1).
   */
  xgroupHelp(): RbPromise<string[]>;
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
  ): RbPromise<string | null>;
  /** Finds its length. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { len: true },
  ): RbPromise<number>;
  /** Finds where the matches are. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true },
  ): RbPromise<
    [string, [[number, number], [number, number]][], string, number]
  >;
  /** Finds where the matches are, and their lengths. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true; withmatchlen: true },
  ): RbPromise<[
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
  ): RbPromise<
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
