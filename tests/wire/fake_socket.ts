/**
 * A socket in memory: what its far end says is said by the test.
 *
 * @module
 */

import type { Socket } from "../../src/runtime/runtime.ts";

/** CLIENT INFO, as it travels. */
const QUESTION = "*2\r\n$6\r\nCLIENT\r\n$4\r\nINFO\r\n";

/**
 * The near end of a link whose far end is the test. A question for the identity
 * of the connection, which travels with what is sent first, is answered by
 * itself and left out.
 */
export class FakeSocket implements Socket {
  /** Everything that was written, as text. */
  written = "";
  /** Whether it has been closed from this side. */
  isClosed = false;
  /** Whether a pending read keeps the program alive. */
  isHeld = true;
  #incoming: Uint8Array[] = [];
  #hasEnded = false;
  #wake: (() => void) | undefined = undefined;

  /** The far end sends some text. */
  say(text: string): void {
    this.#incoming.push(new TextEncoder().encode(text));
    this.#wake?.();
  }

  /** The far end hangs up. */
  hangUp(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.isClosed) throw new Deno.errors.BadResource("Socket is closed");
      const bytes = this.#incoming.shift();
      if (bytes !== undefined) {
        const count = Math.min(bytes.length, buffer.length);
        buffer.set(bytes.subarray(0, count));
        if (count < bytes.length) this.#incoming.unshift(bytes.subarray(count));
        return count;
      }
      if (this.#hasEnded) return null;
      await new Promise<void>((wake) => this.#wake = wake);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.isClosed) {
      return Promise.reject(new Deno.errors.BadResource("Socket is closed"));
    }
    const text = new TextDecoder().decode(bytes);
    if (text.includes(QUESTION)) this.say("-ERR unknown subcommand\r\n");
    this.written += text.replace(QUESTION, "");
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.isClosed = true;
    this.#wake?.();
  }

  ref(): void {
    this.isHeld = true;
  }

  unref(): void {
    this.isHeld = false;
  }
}
