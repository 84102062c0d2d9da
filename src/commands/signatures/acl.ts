/**
 * The methods for users and what they may do.
 *
 * @module
 */

import type { ACLLogMode } from "@db/redis";
import type { Argument, Reply } from "../../values.ts";

/** What a user may do with some keys beside what it may do anyway. */
export interface AclSelector {
  /** The commands, as rules. */
  commands: string;
  /** The keys, as rules. */
  keys: string;
  /** The channels, as rules. */
  channels: string;
}

/** A user. */
export interface AclUser {
  /** Whether it may log in, and how: `"on"`, `"nopass"` and others. */
  flags: string[];
  /** The SHA-256 of each of its passwords. */
  passwords: string[];
  /** The commands that it may issue, as rules. */
  commands: string;
  /** The keys that it may touch, as rules; before Redis 7.0.0 a list. */
  keys: string | string[];
  /** The channels that it may use, as rules; before Redis 7.0.0 a list. */
  channels: string | string[];
  /** What else it may do; since Redis 7.0.0. */
  selectors?: AclSelector[];
}

/** Commands about users. */
export interface AclMethods {
  /**
   * Lists the categories of commands.
   *
   * Redis 6.0.0, O(1).
   *
   * @param category The one whose commands are listed instead.
   */
  aclCat(category?: string): string[];
  /**
   * Deletes users and closes their connections.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns How many there were.
   */
  aclDelUser(...usernames: string[]): number;
  /** Deletes the users of a list. */
  aclDelUser(usernames: readonly string[]): number;
  /**
   * Asks whether a user may issue a command, which does not run.
   *
   * Redis 7.0.0, O(1).
   *
   * @param args The arguments of the command.
   * @returns `"OK"`, or what speaks against it.
   */
  aclDryRun(username: string, command: string, ...args: Argument[]): string;
  /**
   * Makes up a password.
   *
   * Redis 6.0.0, O(1).
   *
   * @param bits How strong, from 1 to 4096; 256 by default.
   * @returns It in hexadecimal.
   */
  aclGenPass(bits?: number): string;
  /**
   * Describes a user.
   *
   * Redis 6.0.0, O(N) in the number of its rules.
   *
   * @returns Names and values in turn; null if there is none.
   */
  aclGetUser(username: string): (string | string[])[] | null;
  /**
   * Explains ACL.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns Lines.
   */
  aclHelp(): string[];
  /**
   * Lists all users as rules.
   *
   * Redis 6.0.0, O(N) in the number of users.
   *
   * @returns One line for each.
   */
  aclList(): string[];
  /**
   * Reads all users from the file that the server was configured with.
   *
   * Redis 6.0.0, O(N) in the number of users.
   *
   * @returns `"OK"`.
   */
  aclLoad(): string;
  /**
   * Lists what users tried to do and may not, the last one first.
   *
   * Redis 6.0.0, O(N) in the number of entries.
   *
   * @param count The most entries; 10 by default.
   * @returns A list of names and values in turn for each.
   */
  aclLog(count?: number): string[];
  /**
   * Forgets it.
   *
   * @returns `"OK"`.
   */
  aclLog(mode: ACLLogMode): string;
  /**
   * Writes all users to the file that the server was configured with.
   *
   * Redis 6.0.0, O(N) in the number of users.
   *
   * @returns `"OK"`.
   */
  aclSave(): string;
  /**
   * Makes a user, or changes what it may do.
   *
   * Redis 6.0.0, O(N) in the number of rules.
   *
   * @param rules Such as `"on"`, `">password"`, `"~key*"`, `"+@read"`.
   * @returns `"OK"`.
   */
  aclSetUser(username: string, ...rules: string[]): string;
  /** Makes a user, or changes what it may do, by the rules of a list. */
  aclSetUser(username: string, rules: readonly string[]): string;
  /**
   * Lists the names of all users.
   *
   * Redis 6.0.0, O(N) in the number of users.
   */
  aclUsers(): string[];
  /**
   * Reads the name of the user of this connection.
   *
   * Redis 6.0.0, O(1).
   */
  aclWhoami(): string;
}

/** What is a record on clients that give records. */
export interface AclRecords {
  /**
   * Describes a user.
   *
   * Redis 6.0.0, O(N) in the number of its rules.
   *
   * @returns The user; null if there is none.
   */
  aclGetUser(username: string): AclUser | null;
  /**
   * Lists what users tried to do and may not, the last one first.
   *
   * Redis 6.0.0, O(N) in the number of entries.
   *
   * @param count The most entries; 10 by default.
   */
  aclLog(count?: number): Record<string, Reply>[];
  /**
   * Forgets it.
   *
   * @returns `"OK"`.
   */
  aclLog(mode: ACLLogMode): string;
}
