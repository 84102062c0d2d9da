/**
 * All commands of one node on a connection that others use, as a local client
 * has them: those of a routing client, and those that name no key.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { LcsOptions } from "../../commands/signatures/strings.ts";
import type { Argument } from "../../values.ts";
import type { RoutingCommands } from "./routing_commands.ts";

/**
 * All commands of one node on a connection that others use, as a local client
 * has them: those of a routing client, and those that name no key.
 */
export interface LocalCommands extends RoutingCommands {
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
