/**
 * The router of a Redis Cluster: a snapshot of which host has which slot.
 *
 * @module
 */

import { soleKeyPosition } from "../commands/keys.ts";
import { UnroutableCommandError } from "../errors.ts";
import type { Argument, Key } from "../values.ts";
import { BaseRouter, type RouterCluster } from "./router.ts";
import { slotOf } from "./slots.ts";

/** Routes a key to the host that had its slot when the router was made. */
export class SlotRouter extends BaseRouter {
  readonly #owners: Int16Array;

  /**
   * @param cluster The hosts.
   * @param owners The id of the host of each slot.
   */
  constructor(cluster: RouterCluster, owners: Int16Array) {
    super(cluster, { hashTags: true });
    this.#owners = owners;
  }

  /** The host that has the slot of a key. */
  override getHostForKey(key: Key): number {
    return this.#owners[slotOf(key)];
  }

  /** The host of a command whose keys are all in one slot. */
  override getHostForCommand(
    command: string,
    args: readonly Argument[],
  ): number {
    return this.#owners[this.slotOfCommand(command, args)];
  }

  /**
   * The slot that all keys of a command are in.
   *
   * @throws {UnroutableCommandError} If there is no single one.
   */
  slotOfCommand(command: string, args: readonly Argument[]): number {
    const position = soleKeyPosition(command);
    if (position >= 0 && position < args.length) {
      return slotOf(args[position] as Key);
    }
    const keys = this.getKeys(command, args);
    // It says what is wrong with a command that has none.
    if (keys.length === 0) return slotOf(this.getKey(command, args));
    const slots = new Set(keys.map(slotOf));
    const [slot] = slots;
    if (slots.size === 1) return slot;
    throw new UnroutableCommandError(
      `Cannot route "${command}": its ${keys.length} keys fall into ` +
        `${slots.size} slots, and a Redis Cluster runs it for one alone; give ` +
        "the keys a common hash tag, such as {user:1}",
      { command },
    );
  }
}
