/**
 * The memory for one bulk that is too large to wait for in the receive buffer.
 *
 * @module
 */

import { READ_SIZE } from "./line_reader.ts";

/** What is allocated at once for a bulk, however large it says it is. */
const FIRST_SIZE = 262_144;

/** More than this, one read of a socket hardly ever brings. */
const MAX_ROOM = 4_194_304;

const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * Collects a bulk as it arrives. A size that was only announced takes no
 * memory: the buffer at most doubles what has come, up to the exact size, so
 * that in the end it can be handed over as it is.
 */
export class BulkCollector {
  #bytes: Uint8Array<ArrayBuffer> = NOTHING;
  /** Kept from bulk to bulk, for those that are copied out as text. */
  #scratch: Uint8Array<ArrayBuffer> | undefined;
  #size = 0;
  #received = 0;

  /**
   * Starts a bulk.
   *
   * @param size How many bytes it has.
   * @param owned Whether its bytes will be handed over, not only decoded.
   */
  begin(size: number, owned: boolean): void {
    this.#size = size;
    this.#received = 0;
    if (owned || size > FIRST_SIZE) {
      this.#bytes = new Uint8Array(Math.min(size, FIRST_SIZE));
    } else {
      this.#bytes = this.#scratch ??= new Uint8Array(FIRST_SIZE);
    }
  }

  /** How many bytes the bulk has. */
  get size(): number {
    return this.#size;
  }

  /** Whether the bulk has arrived. */
  get complete(): boolean {
    return this.#received === this.#size;
  }

  /** The bulk, at the front of what may be longer. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** Takes what belongs to the bulk, and returns how much that was. */
  take(source: Uint8Array, from: number, to: number): number {
    const count = Math.min(to - from, this.#size - this.#received);
    this.#reserve(count);
    this.#bytes.set(source.subarray(from, from + count), this.#received);
    this.#received += count;
    return count;
  }

  /**
   * Where a socket may put further bytes of the bulk, so that they need not be
   * copied; nothing when so little is missing that a read would be short.
   */
  room(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#size - this.#received < READ_SIZE) return undefined;
    this.#reserve(READ_SIZE);
    const to = Math.min(this.#size, this.#bytes.length);
    return this.#bytes.subarray(
      this.#received,
      Math.min(to, this.#received + MAX_ROOM),
    );
  }

  /** Counts bytes that were put into the room. */
  filled(count: number): void {
    this.#received += count;
  }

  /** Lets go of the bulk. */
  end(): void {
    this.#bytes = NOTHING;
  }

  #reserve(count: number): void {
    const needed = this.#received + count;
    if (needed <= this.#bytes.length) return;
    const doubled = Math.min(this.#size, 2 * this.#bytes.length);
    const bytes = new Uint8Array(Math.max(needed, doubled));
    bytes.set(this.#bytes.subarray(0, this.#received));
    this.#bytes = bytes;
  }
}
