/**
 * One connection through a fault proxy: two pumps and the fault between them.
 *
 * @module
 */

import { ReplyCounter } from "./reply_counter.ts";

/** What a proxy does with the bytes that pass through it. */
export type Fault =
  | { readonly kind: "pass" | "hold" }
  | { readonly kind: "cut"; readonly replies: number; readonly bytes: number }
  | { readonly kind: "delay"; readonly time: number }
  | { readonly kind: "split"; readonly size: number };

/** How much a proxy has seen; see `FaultProxy.stats`. */
export interface FaultProxyStats {
  /** Connections that it has accepted. */
  accepted: number;
  /** Connections that it dropped because of `cut()`. */
  cut: number;
  /** Bytes that it handed to the server. */
  bytesToServer: number;
  /** Bytes that it handed to clients. */
  bytesToClient: number;
}

/** The fault of a proxy, and who waits for it to change. */
export class FaultSwitch {
  #fault: Fault = { kind: "pass" };
  #change = Promise.withResolvers<void>();

  /** The fault of the moment. */
  get fault(): Fault {
    return this.#fault;
  }

  /** Resolves when the fault of the moment is replaced. */
  get changed(): Promise<void> {
    return this.#change.promise;
  }

  /**
   * Replaces the fault.
   *
   * @param fault The new one.
   */
  set(fault: Fault): void {
    this.#fault = fault;
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}

const CHUNK_SIZE = 65_536;

/** One connection of a client and the one to the server that belongs to it. */
export class ProxyLink {
  readonly #client: Deno.Conn;
  readonly #server: Deno.Conn;
  readonly #switch: FaultSwitch;
  readonly #counts: FaultProxyStats;
  readonly #replies = new ReplyCounter();
  readonly #end = Promise.withResolvers<void>();
  #isClosed = false;
  /** The cut that the two budgets below belong to. */
  #cut: Fault | undefined;
  #replyLimit = 0;
  #bytesLeft = 0;

  /**
   * Joins two open connections.
   *
   * @param ends The two connections, which the link owns from now on.
   * @param faults The switch of its proxy.
   * @param counts The counts of its proxy.
   */
  constructor(
    ends: { client: Deno.Conn; server: Deno.Conn },
    faults: FaultSwitch,
    counts: FaultProxyStats,
  ) {
    this.#client = ends.client;
    this.#server = ends.server;
    this.#switch = faults;
    this.#counts = counts;
  }

  /**
   * Passes bytes both ways until either side is done.
   *
   * @returns A promise that resolves when both connections are closed.
   */
  async run(): Promise<void> {
    await Promise.all([
      this.#pumpRequests().catch(() => this.close()),
      // A server that is done with a connection never takes more requests.
      this.#pumpReplies().catch(() => {}).finally(() => this.close()),
    ]);
  }

  /** Closes both connections at once, whatever is under way. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end.resolve();
    this.#client.close();
    this.#server.close();
  }

  async #pumpRequests(): Promise<void> {
    const chunk = new Uint8Array(CHUNK_SIZE);
    for (;;) {
      const size = await this.#client.read(chunk);
      while (this.#switch.fault.kind === "hold" && !this.#isClosed) {
        await this.#untilChange();
      }
      if (size === null) return await this.#server.closeWrite();
      await writeAll(this.#server, chunk.subarray(0, size));
      this.#counts.bytesToServer += size;
    }
  }

  async #pumpReplies(): Promise<void> {
    const chunk = new Uint8Array(CHUNK_SIZE);
    for (;;) {
      const size = await this.#server.read(chunk);
      if (size === null) return;
      let rest = chunk.subarray(0, size);
      while (rest.length > 0 && !this.#isClosed) {
        rest = rest.subarray(await this.#passReplies(rest));
      }
    }
  }

  /** Does what the fault of the moment says, and returns how far it came. */
  async #passReplies(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const fault = this.#switch.fault;
    switch (fault.kind) {
      case "pass":
        return await this.#forward(bytes);
      case "hold":
        await this.#untilChange();
        return 0;
      case "delay":
        if (await this.#isChangedWithin(fault.time)) return 0;
        return await this.#forward(bytes);
      case "split":
        // The pause lets the piece arrive by itself: both ends are one machine.
        if (await this.#isChangedWithin(0)) return 0;
        return await this.#forward(bytes.subarray(0, fault.size));
      case "cut":
        return await this.#passUntilCut(bytes, fault);
    }
  }

  async #passUntilCut(
    bytes: Uint8Array<ArrayBuffer>,
    fault: Fault & { kind: "cut" },
  ): Promise<number> {
    if (this.#cut !== fault) {
      this.#cut = fault;
      this.#replyLimit = this.#replies.count + fault.replies;
      this.#bytesLeft = fault.bytes;
    }
    const allowed = bytes.subarray(0, this.#bytesLeft);
    const size = await this.#forward(allowed, this.#replyLimit);
    this.#bytesLeft -= size;
    if (size < bytes.length) {
      this.#counts.cut++;
      this.close();
    }
    return size;
  }

  async #forward(
    bytes: Uint8Array<ArrayBuffer>,
    replyLimit = Infinity,
  ): Promise<number> {
    const size = this.#replies.advance(bytes, replyLimit);
    await writeAll(this.#client, bytes.subarray(0, size));
    this.#counts.bytesToClient += size;
    return size;
  }

  #untilChange(): Promise<void> {
    return Promise.race([this.#switch.changed, this.#end.promise]);
  }

  async #isChangedWithin(time: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((wake) => {
      timer = setTimeout(() => wake(false), time);
    });
    const changed = this.#untilChange().then(() => true);
    const isChanged = await Promise.race([changed, late]);
    clearTimeout(timer);
    return isChanged;
  }
}

async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  let at = 0;
  while (at < bytes.length) at += await connection.write(bytes.subarray(at));
}
