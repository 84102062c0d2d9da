/**
 * One connection through a fault proxy: two pumps and the fault between them.
 *
 * @module
 */

import type { AnswerFault, CutFault, FaultSwitch } from "./fault_switch.ts";
import { type Answer, ReplyOrder } from "./reply_order.ts";
import { RequestReader } from "./request_reader.ts";
import { Wakeup } from "./wakeup.ts";

/** How much a proxy has seen; see `FaultProxy.stats`. */
export interface FaultProxyStats {
  /** Connections that it has accepted. */
  accepted: number;
  /** Connections that it dropped because of `cut()`. */
  cut: number;
  /** Connections that it forgot because of `forget()`. */
  forgotten: number;
  /** Commands that it answered itself because of `answer()`. */
  answered: number;
  /** Bytes that it handed to the server. */
  bytesToServer: number;
  /** Bytes that it handed to clients. */
  bytesToClient: number;
}

/** What becomes of the request that is being read. */
type Fate =
  | "undecided" // until its name is known
  | "forward"
  | "discard";

const CHUNK_SIZE = 65_536;

/** One connection of a client and the one to the server that belongs to it. */
export class ProxyLink {
  readonly #client: Deno.Conn;
  readonly #server: Deno.Conn;
  readonly #switch: FaultSwitch;
  readonly #counts: FaultProxyStats;
  readonly #requests = new RequestReader();
  readonly #order = new ReplyOrder();
  readonly #closed = new Set<Deno.Conn>();
  /** Writes under way, which may outlast the pump that began them. */
  readonly #writes = new Set<Promise<void>>();
  /** The link is left. */
  readonly #leaving = new Wakeup();
  /** An answer has come or gone, or the link is left. */
  readonly #news = new Wakeup();
  #isOpen = true;
  #fate: Fate = "forward";
  #isCounted = false;
  /** The pieces of a request that came before its name was known. */
  #head: Uint8Array[] = [];
  /** Whether an answer ends the connection, so that commands are for nobody. */
  #isEnding = false;
  /** The cut that the two limits below belong to. */
  #cut: CutFault | undefined;
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

  /** Whether bytes may pass: it is neither closed nor forgotten. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Passes bytes both ways until either side is done.
   *
   * @returns A promise that resolves when both connections are closed.
   */
  async run(): Promise<void> {
    await Promise.all([
      this.#pumpRequests().catch(() => this.#end(this.#client)),
      // A server that is done with a connection never takes more requests.
      this.#pumpReplies().catch(() => {}).then(() => this.#end(this.#server)),
    ]);
    this.close();
    await Promise.allSettled(this.#writes);
  }

  /** Closes both connections at once, whatever is under way. */
  close(): void {
    this.#leave();
    this.#closeEnd(this.#client);
    this.#closeEnd(this.#server);
  }

  /**
   * Lets both sides believe that they are connected, and passes nothing any
   * more, what is under way and the end of either side included.
   */
  forget(): void {
    if (!this.#isOpen) return;
    this.#counts.forgotten++;
    this.#leave();
  }

  #leave(): void {
    this.#isOpen = false;
    this.#leaving.wake();
    this.#news.wake();
  }

  /** One side is done: so is the other, unless the two are apart. */
  #end(end: Deno.Conn): void {
    if (this.#isOpen) this.close();
    else this.#closeEnd(end);
  }

  #closeEnd(end: Deno.Conn): void {
    if (this.#closed.has(end)) return;
    this.#closed.add(end);
    end.close();
  }

  async #pumpRequests(): Promise<void> {
    const chunk = new Uint8Array(CHUNK_SIZE);
    while (this.#isOpen) {
      const size = await this.#client.read(chunk);
      while (this.#isHeld("requests")) await this.#untilChange();
      if (size === null) {
        if (this.#isOpen) return await this.#server.closeWrite();
        return this.#closeEnd(this.#client);
      }
      await this.#passRequests(chunk.subarray(0, size));
    }
    await this.#drain(this.#client);
  }

  async #pumpReplies(): Promise<void> {
    const chunk = new Uint8Array(CHUNK_SIZE);
    let reading: Promise<number | null> | undefined;
    while (this.#isOpen) {
      await this.#passAnswers();
      if (!this.#isOpen) break;
      reading ??= this.#server.read(chunk);
      const size = await this.#news.wait(reading);
      if (size === undefined) continue;
      reading = undefined;
      if (size === null) return;
      let rest = chunk.subarray(0, size);
      while (rest.length > 0 && this.#isOpen) {
        await this.#passAnswers();
        const passed = await this.#passReplies(rest, this.#order.limit);
        rest = rest.subarray(passed);
      }
    }
    await this.#drain(this.#server, reading);
  }

  /** Reads what is for nobody, until that side is done. */
  async #drain(
    end: Deno.Conn,
    reading?: Promise<number | null>,
  ): Promise<void> {
    if (await reading !== null) await drain(end);
    this.#closeEnd(end);
  }

  /** Forwards requests or answers them, as the fault of the moment says. */
  async #passRequests(bytes: Uint8Array): Promise<void> {
    /** Where the bytes begin that are to be forwarded and are not yet. */
    let from = 0;
    for (let at = 0; at < bytes.length && this.#isOpen;) {
      const start = at;
      if (this.#requests.isBetween) this.#beginRequest();
      at += this.#requests.advance(bytes.subarray(at));
      if (this.#requests.isNamed) this.#recogniseRequest();
      if (this.#fate === "forward") {
        // They are of the chunk before, so nothing of this one goes first.
        for (const piece of this.#head.splice(0)) await this.#request(piece);
        continue;
      }
      await this.#request(bytes.subarray(from, start));
      from = at;
      if (this.#fate === "discard") this.#head = [];
      else this.#head.push(bytes.slice(start, at));
      while (this.#order.isFull && this.#isOpen) await this.#news.wait();
    }
    await this.#request(bytes.subarray(from));
  }

  #beginRequest(): void {
    this.#isCounted = false;
    this.#fate = this.#isEnding
      ? "discard"
      : this.#switch.fault.kind === "answer"
      ? "undecided"
      : "forward";
  }

  #recogniseRequest(): void {
    if (this.#isCounted) return;
    this.#isCounted = true;
    if (this.#isEnding) return;
    const { name } = this.#requests;
    const { fault } = this.#switch;
    if (
      this.#fate === "undecided" && fault.kind === "answer" &&
      isFor(fault, name)
    ) {
      fault.left--;
      this.#fate = "discard";
      this.#isEnding = fault.close;
      this.#order.answered({ bytes: fault.reply, close: fault.close });
      this.#news.wake();
    } else {
      this.#fate = "forward";
      this.#order.forwarded(name);
    }
  }

  async #request(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || !this.#isOpen) return;
    await this.#write(this.#server, bytes);
    this.#counts.bytesToServer += bytes.length;
  }

  /** Gives the answers whose turn it is. */
  async #passAnswers(): Promise<void> {
    let answer: Answer | undefined;
    while (this.#isOpen && (answer = this.#order.take()) !== undefined) {
      this.#news.wake();
      let rest = answer.bytes;
      while (rest.length > 0 && this.#isOpen) {
        rest = rest.subarray(await this.#passReplies(rest));
      }
      if (!this.#isOpen) return;
      this.#counts.answered++;
      if (answer.close) return await this.#sayGoodbye();
    }
  }

  /** Ends both connections so that the client can still read what it was told. */
  async #sayGoodbye(): Promise<void> {
    this.#leave();
    this.#closeEnd(this.#server);
    await this.#client.closeWrite().catch(() => this.#closeEnd(this.#client));
  }

  /** Does what the fault of the moment says, and returns how far it came. */
  async #passReplies(
    bytes: Uint8Array<ArrayBuffer>,
    limit = Infinity,
  ): Promise<number> {
    const { fault } = this.#switch;
    switch (fault.kind) {
      case "pass":
      case "answer":
        return await this.#forward(bytes, limit);
      case "hold":
        if (!fault.replies) return await this.#forward(bytes, limit);
        await this.#untilChange();
        return 0;
      case "delay":
        if (await this.#isChangedWithin(fault.time)) return 0;
        return await this.#forward(bytes, limit);
      case "split":
        // The pause lets the piece arrive by itself: both ends are one machine.
        if (await this.#isChangedWithin(0)) return 0;
        return await this.#forward(bytes.subarray(0, fault.size), limit);
      case "cut":
        return await this.#passUntilCut(bytes, { fault, limit });
    }
  }

  async #passUntilCut(
    bytes: Uint8Array<ArrayBuffer>,
    { fault, limit }: { fault: CutFault; limit: number },
  ): Promise<number> {
    if (this.#cut !== fault) {
      this.#cut = fault;
      this.#replyLimit = this.#order.replies.count + fault.replies;
      this.#bytesLeft = fault.bytes;
    }
    if (this.#order.replies.count < this.#replyLimit) {
      return await this.#forward(bytes, Math.min(limit, this.#replyLimit));
    }
    if (this.#bytesLeft > 0) {
      const allowed = bytes.subarray(0, this.#bytesLeft);
      const size = await this.#forward(allowed, limit);
      this.#bytesLeft -= size;
      return size;
    }
    this.#counts.cut++;
    this.close();
    return 0;
  }

  async #forward(
    bytes: Uint8Array<ArrayBuffer>,
    limit: number,
  ): Promise<number> {
    const { replies } = this.#order;
    // Where an answer is due, only a message that has begun goes before it.
    const size = replies.count < limit
      ? replies.advance(bytes, limit)
      : replies.finish(bytes);
    await this.#write(this.#client, bytes.subarray(0, size));
    if (this.#isOpen) this.#counts.bytesToClient += size;
    return size;
  }

  /** Writes everything, unless the link is left before. */
  async #write(end: Deno.Conn, bytes: Uint8Array): Promise<void> {
    const writing = this.#writeAll(end, bytes);
    this.#writes.add(writing);
    const done = () => this.#writes.delete(writing);
    writing.then(done, done);
    await this.#leaving.wait(writing);
  }

  async #writeAll(end: Deno.Conn, bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.length && this.#isOpen) {
      at += await end.write(bytes.subarray(at));
    }
  }

  #isHeld(direction: "requests" | "replies"): boolean {
    const { fault } = this.#switch;
    return this.#isOpen && fault.kind === "hold" && fault[direction];
  }

  async #untilChange(): Promise<void> {
    if (this.#isOpen) await this.#leaving.wait(this.#switch.changed);
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

/** Reads and throws away until the other side is done. */
export async function drain(end: Deno.Conn): Promise<void> {
  const chunk = new Uint8Array(CHUNK_SIZE);
  while (await end.read(chunk) !== null);
}

function isFor(fault: AnswerFault, name: string): boolean {
  return fault.left > 0 && (fault.commands?.has(name) ?? true);
}
