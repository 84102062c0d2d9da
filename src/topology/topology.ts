/**
 * The topology: which hosts there are and which of them has a key, now.
 *
 * @module
 */

import type { Argument, Key, Reply } from "../values.ts";
import type { RouterHost } from "./router.ts";

/**
 * Where keys live. Keys fall into groups: what belongs to one group never parts,
 * so commands over several keys are split by group. Which host a group is on may
 * change while commands are on their way; the answers are those of the moment.
 *
 * No answer about keys takes a promise, and none opens anything.
 */
export interface Topology<H extends RouterHost = RouterHost> {
  /**
   * What is known of the hosts now, by their ids. A host is the same thing as
   * long as its object is; with another one its connections lead elsewhere.
   */
  readonly hosts: ReadonlyMap<number, H>;
  /**
   * The group of a key.
   *
   * @throws {TypeError} If the value is no key.
   */
  groupOf(key: Key): number;
  /** The id of the host that a group is on. */
  hostOf(group: number): number;
  /**
   * The host that a command has to run on as a whole.
   *
   * @param name Its name in capitals.
   * @param args Its arguments.
   * @throws {UnroutableCommandError} If there is no single one.
   */
  hostForCommand(name: string, args: readonly Argument[]): number;
  /**
   * Whether the first argument alone decides about a command that has its only
   * key there; otherwise it has to be asked about the whole.
   */
  readonly goesByKeys: boolean;
  /**
   * Has someone told of every host that is gone, or has become another object,
   * as soon as that is so.
   */
  watch(onChange: (hostId: number) => void): void;
  /**
   * Finds out where the hosts are now: called, never twice at a time, after a
   * server said that it is not the right one, or could not be reached. What it
   * finds is told to whoever watches. When it fails all stays as it was, and the
   * next such event is another occasion.
   *
   * @param ask Asks a host, where it is now, a question that has no key.
   */
  refresh?(ask: Question): Promise<void>;
}

/**
 * Asks a host a question that has no key.
 *
 * @param hostId The id of the host.
 * @param words The command and its arguments.
 * @returns The reply.
 * @throws {Error} If there is none, or it is an error.
 */
export type Question = (
  hostId: number,
  words: readonly [string, ...string[]],
) => Promise<Reply>;
