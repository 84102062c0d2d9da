/**
 * The methods that run scripts and functions.
 *
 * @module
 */

import type { Argument, Key, Reply } from "../../values.ts";

/** What `functionList` tells. */
export interface FunctionListOptions {
  /** Only libraries whose names match a pattern. */
  libraryName?: string;
  /**
   * Whether the code comes with each.
   *
   * @default {false}
   */
  withCode?: boolean;
}

/** How `functionLoad` loads. */
export interface FunctionLoadOptions {
  /**
   * Whether a library of that name is written over.
   *
   * @default {false}
   */
  replace?: boolean;
}

/** A library of functions. */
export interface FunctionLibrary {
  /** Its name. */
  library_name: string;
  /** The engine that runs it, such as `"LUA"`. */
  engine: string;
  /** Its functions: `name`, `description` and `flags`. */
  functions: {
    name: string;
    description: string | null;
    flags: string[];
  }[];
  /** Its code, with `withCode`. */
  library_code?: string;
}

/** What functions do on a server. */
export interface FunctionStats {
  /** The one that runs: `name`, `command` and `duration_ms`; null if none does. */
  running_script:
    | { name: string; command: string[]; duration_ms: number }
    | null;
  /** How much each engine has. */
  engines: Record<string, { libraries_count: number; functions_count: number }>;
}

/** Commands that run scripts and functions. */
export interface ScriptingMethods {
  /**
   * Runs a script by its source; `run` sends it once.
   *
   * Redis 2.6.0, as long as the script takes.
   *
   * @param keys Its keys, all of one host.
   * @returns What it returns.
   */
  eval(script: string, keys: readonly Key[], args: readonly Argument[]): Reply;
  /**
   * Runs a script that may not write.
   *
   * Redis 7.0.0, as long as the script takes.
   *
   * @returns What it returns.
   */
  evalRo(
    script: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): Reply;
  /**
   * Runs a script by the SHA-1 of its source.
   *
   * Redis 2.6.0, as long as the script takes.
   *
   * @returns What it returns.
   */
  evalsha(sha1: string, keys: readonly Key[], args: readonly Argument[]): Reply;
  /**
   * Runs a script that may not write by the SHA-1 of its source.
   *
   * Redis 7.0.0, as long as the script takes.
   *
   * @returns What it returns.
   */
  evalshaRo(
    sha1: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): Reply;
  /**
   * Runs a function.
   *
   * Redis 7.0.0, as long as the function takes.
   *
   * @returns What it returns.
   */
  fcall(name: string, keys: readonly Key[], args: readonly Argument[]): Reply;
  /**
   * Runs a function that does not write.
   *
   * Redis 7.0.0, as long as the function takes.
   *
   * @returns What it returns.
   */
  fcallRo(name: string, keys: readonly Key[], args: readonly Argument[]): Reply;
  /**
   * Deletes a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionDelete(library: string): string;
  /**
   * Reads all libraries in the format of `functionRestore`.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns Bytes.
   */
  functionDump(): Uint8Array;
  /**
   * Deletes all libraries.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns `"OK"`.
   */
  functionFlush(mode?: "ASYNC" | "SYNC"): string;
  /**
   * Ends the function that runs, if it has not written.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionKill(): string;
  /**
   * Lists libraries and their functions.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   */
  functionList(options?: FunctionListOptions): Reply[];
  /**
   * Loads a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Its name.
   */
  functionLoad(code: string, options?: FunctionLoadOptions): string;
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
  ): string;
  /**
   * Tells what function runs, and which engines there are.
   *
   * Redis 7.0.0, O(1).
   */
  functionStats(): Reply[];
  /**
   * Asks which scripts a server knows.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns For each 1 if it does, 0 if not.
   */
  scriptExists(...sha1s: string[]): number[];
  /**
   * Has a server forget all scripts.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns `"OK"`.
   */
  scriptFlush(mode?: "ASYNC" | "SYNC"): string;
  /**
   * Ends the script that runs, if it has not written.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns `"OK"`.
   */
  scriptKill(): string;
  /**
   * Has a server know a script.
   *
   * Redis 2.6.0, O(N) in its length.
   *
   * @returns The SHA-1 of its source.
   */
  scriptLoad(script: string): string;
}

/** What are records on clients that give records. */
export interface ScriptingRecords {
  /**
   * Lists libraries and their functions.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   */
  functionList(options?: FunctionListOptions): FunctionLibrary[];
  /**
   * Tells what function runs, and which engines there are.
   *
   * Redis 7.0.0, O(1).
   */
  functionStats(): FunctionStats;
}
