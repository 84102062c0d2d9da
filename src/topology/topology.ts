/**
 * The topology: which hosts there are and which of them has a key, now.
 *
 * @module
 */

import type { Argument, Key } from "../values.ts";
import type { RouterHost } from "./router.ts";

/**
 * Where keys live. Keys fall into groups: what belongs to one group never parts,
 * so commands over several keys are split by group. Which host a group is on may
 * change while commands are on their way; the answers are those of the moment.
 *
 * No answer takes a promise, and none opens anything.
 */
export interface Topology {
  /** What is known of the hosts, by their ids. */
  readonly hosts: ReadonlyMap<number, RouterHost>;
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
}
