/**
 * A socket of Node.js that is read on demand.
 *
 * @module
 */

import type { OnReadOpts, Socket as NetSocket } from "node:net";
import type { Socket } from "./runtime.ts";

/** As much as Node.js reads at a time. */
const BUFFER_BYTES = 64 * 1024;

/** A read that waits for bytes. */
interface Reading {
  readonly buffer: Uint8Array;
  readonly resolve: (count: number | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads when it is asked to. Bytes go from one reused buffer straight to the
 * read that waits for them. Where none does, they are kept, and the socket is
 * paused until they are taken, so that the server is slowed down in turn. TLS
 * goes on for as long as it has bytes that it has already decrypted.
 */
export class NodeSocket implements Socket {
  readonly #socket: NetSocket;
  #reading: Reading | undefined = undefined;
  #rejectWrite: ((error: unknown) => void) | undefined = undefined;
  /** What arrived while no read waited for it. */
  #kept: Uint8Array[] = [];
  #isPaused = false;
  #hasEnded = false;
  #isClosed = false;
  #error: unknown = undefined;

  /**
   * @param open Starts to open a socket, with these options for reading.
   */
  constructor(open: (onread: OnReadOpts) => NetSocket) {
    this.#socket = open({
      buffer: new Uint8Array(BUFFER_BYTES),
      callback: (count, bytes) => this.#arrived(bytes.subarray(0, count)),
    });
    this.#socket
      .on("error", (error) => this.#error ??= error)
      .on("end", () => this.#end())
      .on("close", () => this.#close());
  }

  /**
   * Waits until it is open.
   *
   * @param event Which of the events of a socket tells that.
   * @param signal Closes it when aborted before.
   * @throws {unknown} The reason of the signal, or why it did not open.
   */
  async opened(
    event: "connect" | "secureConnect",
    signal: AbortSignal,
  ): Promise<void> {
    const socket = this.#socket;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onClose = () => reject(this.#reason());
    const onAbort = () => {
      reject(signal.reason);
      this.close();
    };
    signal.addEventListener("abort", onAbort);
    socket.once(event, resolve).once("close", onClose);
    try {
      if (signal.aborted) onAbort();
      await promise;
      signal.throwIfAborted();
      socket.setNoDelay(true);
    } finally {
      signal.removeEventListener("abort", onAbort);
      socket.off(event, resolve).off("close", onClose);
    }
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#isClosed) return Promise.reject(this.#reason());
    if (this.#kept.length > 0) return Promise.resolve(this.#take(buffer));
    if (this.#hasEnded) return Promise.resolve(null);
    if (this.#socket.destroyed) return Promise.reject(this.#reason());
    return new Promise((resolve, reject) => {
      this.#reading = { buffer, resolve, reject };
      if (this.#isPaused) this.#socket.resume();
      this.#isPaused = false;
    });
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#rejectWrite = reject;
      this.#socket.write(bytes, (error) => {
        if (error) reject(error);
        else resolve(bytes.length);
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#kept = [];
    this.#socket.destroy();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  /** Takes bytes whose buffer is used again, and says whether more may come. */
  #arrived(bytes: Uint8Array): boolean {
    const reading = this.#reading;
    if (reading === undefined) return this.#keep(bytes);
    this.#reading = undefined;
    const count = Math.min(bytes.length, reading.buffer.length);
    reading.buffer.set(count < bytes.length ? bytes.subarray(0, count) : bytes);
    reading.resolve(count);
    return count === bytes.length || this.#keep(bytes.subarray(count));
  }

  #keep(bytes: Uint8Array): boolean {
    this.#kept.push(bytes.slice());
    this.#isPaused = true;
    return false;
  }

  #take(buffer: Uint8Array): number {
    const [first] = this.#kept;
    const count = Math.min(first.length, buffer.length);
    buffer.set(first.subarray(0, count));
    if (count < first.length) this.#kept[0] = first.subarray(count);
    else this.#kept.shift();
    return count;
  }

  #end(): void {
    this.#hasEnded = true;
    this.#reading?.resolve(null);
    this.#reading = undefined;
  }

  #close(): void {
    const reason = this.#reason();
    this.#reading?.reject(reason);
    this.#reading = undefined;
    this.#rejectWrite?.(reason);
  }

  #reason(): unknown {
    const error = this.#error ?? new Error("The socket was closed");
    // One for each address of the host; together they have no message.
    return error instanceof AggregateError && error.message === ""
      ? new Error(error.errors.map(({ message }) => message).join("; "), {
        cause: error,
      })
      : error;
  }
}
