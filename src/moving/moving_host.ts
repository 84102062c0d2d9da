/**
 * A server that keys move from or to.
 *
 * @module
 */

import type { Script } from "../commands/script.ts";
import type { Argument, Key, Reply } from "../values.ts";

/** A server that keys move from or to. Text in its replies comes as bytes. */
export interface MovingHost {
  /**
   * Runs a command.
   *
   * @throws {Error} If it refused, or if there is no reply.
   */
  command(name: string, ...args: Argument[]): Promise<Reply>;
  /** Runs a script; the same holds. */
  run(
    script: Script,
    keys: readonly Key[],
    args: readonly Argument[],
  ): Promise<Reply>;
}
