/**
 * What the clients of a cluster hold, as no host may take it yet.
 *
 * @module
 */

import type { Held, Holder } from "./delivery/holder.ts";
import { Room, type RoomLimits } from "./delivery/host.ts";
import { ConnectionError, QueueFullError } from "./errors.ts";

/** Knows who holds commands, and bounds what these take. */
export class HeldByClients {
  readonly #holders = new Set<Holder>();
  readonly #room: Room;
  #whenEmpty: PromiseWithResolvers<void> | undefined = undefined;
  #isClosed = false;

  /** @param limits How much may be held. */
  constructor(limits: RoomLimits) {
    this.#room = new Room(limits);
  }

  /** Whether nothing is held. */
  get isEmpty(): boolean {
    return this.#holders.size === 0;
  }

  /** Notes that something holds commands, or holds none any more. */
  note(holder: Holder): void {
    if (holder.isHolding) this.#holders.add(holder);
    else this.#holders.delete(holder);
    if (this.isEmpty) this.#whenEmpty?.resolve();
  }

  /**
   * Counts a command that is about to be held.
   *
   * @param name Its name in capitals.
   * @param size An estimate of its memory in bytes; 0 where it need not fit.
   * @throws {ConnectionError} If no more are taken.
   * @throws {QueueFullError} If there is no room for it.
   */
  admit(name: string, size: number): void {
    if (this.#isClosed) throw closed(name, "not-sent");
    if (size === 0 || this.#room.admit(size)) return;
    throw new QueueFullError(
      `Cannot queue "${name}": too much waits to know its host; await replies ` +
        'before issuing more, or raise "maxQueueBytes" or "maxQueueCommands"',
      { command: name, outcome: "not-sent" },
    );
  }

  /** Gives back the room of a command. */
  release(size: number): void {
    this.#room.release(size, 1);
  }

  /** Has all sent that waits for nothing any more. */
  releaseAll(): void {
    for (const holder of [...this.#holders]) holder.release();
  }

  /** Rejects all that is held. */
  refuseAll(makeReason: (held: Held) => unknown): void {
    for (const holder of [...this.#holders]) holder.refuse(makeReason);
  }

  /** Waits until nothing is held any more, at most for so many milliseconds. */
  async emptied(timeout: number): Promise<void> {
    if (this.isEmpty) return;
    this.#whenEmpty = Promise.withResolvers<void>();
    const timer = setTimeout(
      this.#whenEmpty.resolve,
      Math.min(timeout, 2 ** 31 - 1),
    );
    await this.#whenEmpty.promise;
    clearTimeout(timer);
    this.#whenEmpty = undefined;
  }

  /** Takes no more; what is held may still be sent. */
  close(): void {
    this.#isClosed = true;
  }

  /** Rejects what is held although the cluster is closed. */
  end(): void {
    this.refuseAll(({ command: { name, mayHaveRun } }) =>
      closed(name, mayHaveRun ? "unknown" : "not-sent")
    );
  }
}

function closed(
  command: string,
  outcome: "unknown" | "not-sent",
): ConnectionError {
  const message = `Cannot send "${command}": the cluster is closed`;
  return new ConnectionError(message, { command, outcome });
}
