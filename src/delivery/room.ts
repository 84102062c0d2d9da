/**
 * The room of a queue: how many commands may be in it, and how many bytes.
 *
 * @module
 */

/** Bounds of a queue. */
export interface RoomLimits {
  /** The most commands in it. */
  readonly maxCommands: number;
  /** The most bytes in it, by an estimate. */
  readonly maxBytes: number;
}

/** A queue is roomy while it is filled to one in so many parts at the most. */
const ROOMY = 8;

/** Counts what is queued or under way, and refuses what does not fit. */
export class Room {
  /** Commands that are queued or under way, */
  commands = 0;
  /** and their bytes. */
  bytes = 0;
  readonly #maxCommands: number;
  readonly #maxBytes: number;

  /** @param limits Its bounds. */
  constructor({ maxCommands, maxBytes }: RoomLimits) {
    this.#maxCommands = maxCommands;
    this.#maxBytes = maxBytes;
  }

  /**
   * Whether commands of that many bytes still fit, all of them or none; they
   * count then until they are released.
   */
  admit(bytes: number, commands = 1): boolean {
    const allBytes = this.bytes + bytes;
    const allCommands = this.commands + commands;
    if (allBytes > this.#maxBytes || allCommands > this.#maxCommands) {
      return false;
    }
    this.bytes = allBytes;
    this.commands = allCommands;
    return true;
  }

  /** Gives back the room of commands that are settled. */
  release(bytes: number, commands: number): void {
    this.bytes -= bytes;
    this.commands -= commands;
  }

  /** Whether several times as much as is in it would still fit. */
  get roomy(): boolean {
    return this.bytes <= this.#maxBytes / ROOMY &&
      this.commands <= this.#maxCommands / ROOMY;
  }
}
