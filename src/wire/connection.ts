/**
 * One pipelined connection.
 *
 * @module
 */

import {
  type CommandError,
  ConnectionError,
  ProtocolError,
} from "../errors.ts";
import type { Socket } from "../runtime/mod.ts";
import type { Reply } from "../values.ts";
import { countdown } from "./countdown.ts";
import { Encoder } from "./resp/encoder.ts";
import { type Exchange, ExchangeQueue, Unclaimed } from "./exchange.ts";
import { type Identity, identityQuestion } from "./identity.ts";
import { FAREWELL_GRACE, isFarewell, turnedAway } from "./farewell.ts";
import { INCOMPLETE, Parser, type ParserOptions } from "./resp/parser.ts";

/** Whoever has a connection to itself for the time being. */
export interface ConnectionOwner {
  /** Everything that was sent has been answered. */
  connectionIdle(connection: Connection): void;
  /** Its {@linkcode Probation} is over, and all is well. */
  connectionProven?(): void;
  /**
   * The connection is gone, and these exchanges have not got all their
   * replies. Called once, also when the connection was closed on purpose.
   */
  connectionLost(
    connection: Connection,
    error: Error,
    exchanges: Exchange[],
  ): void;
}

/**
 * Whoever asks a connection that was idle whether it is still good, while there
 * are commands behind the question already.
 */
export interface Probation {
  /** The connection is gone without an answer; its owner is told after that. */
  ended(): void;
  /** Nobody waits for a reply to what is behind the question any more. */
  forsaken(): void;
}

/** What has passed through the connections of a server. */
export interface Traffic {
  /** Bytes written. */
  bytesSent: number;
  /** Bytes read. */
  bytesReceived: number;
  /** When the last of them came, in milliseconds of `performance.now()`. */
  heardAt: number;
}

/** Settings of a {@linkcode Connection}. */
export interface ConnectionOptions extends ParserOptions {
  /** Where to count the bytes; several connections may share it. */
  traffic?: Traffic;
  /**
   * Where it leads, for people.
   *
   * @default {""}
   */
  address?: string;
}

/**
 * Takes a message that no command asked for. While a promise it returns is
 * pending, nothing more is read.
 */
export type MessageReceiver = (message: Reply) => Promise<void> | undefined;

/**
 * How many bytes are encoded before they are written. Enough for a system call
 * to be cheap beside its work, little enough that a server starts early and
 * that few commands count as sent when a connection fails.
 */
const CHUNK_BYTES = 128 * 1024;

/** Room for the frame that exceeds a chunk, such as an MSET of small values. */
const LAST_FRAME_BYTES = 256 * 1024;

/**
 * A reply or a chunk of more bytes than this holds up others for too long: it
 * takes 4 ms over a network of 1 Gbit/s.
 */
const CLOG_BYTES = 512 * 1024;

const NOTHING = new Uint8Array(0);

const PUSH = 0x3e; // ">"

/**
 * A pipelined connection: writes exchanges in the order they are sent, reads at
 * the same time, and matches replies to commands by order alone. Whatever
 * breaks that order ends the connection: an unreadable byte, a reply too many, a
 * lost link.
 *
 * It reads all the time, so a server that closes it while it is idle is noticed
 * before the next command. While nothing is asked of it, it does not keep the
 * program alive.
 */
export class Connection {
  /** Settles when the connection is closed and all its operations have ended. */
  readonly closed: Promise<void>;
  /** Where it leads, for people. */
  readonly address: string;
  /** Who is told about idleness and loss. */
  owner: ConnectionOwner | undefined = undefined;
  /** When it last became idle, in milliseconds of `performance.now()`. */
  idleSince = 0;
  /** Whether a command of a caller was ever sent over it. */
  used = false;
  /** How many bytes have come. */
  received = 0;
  /** By what the server knows it, if it said so. */
  identity: Identity | undefined = undefined;
  /** What it is asked ahead of all else, until that is answered. */
  probation: Probation | undefined = undefined;

  readonly #socket: Socket;
  readonly #parser: Parser;
  readonly #traffic: Traffic | undefined;
  readonly #encoder = new Encoder(CHUNK_BYTES + LAST_FRAME_BYTES);
  readonly #queue = new ExchangeQueue();
  /** Asks the server for the identity. */
  #question: Exchange | undefined = undefined;
  #onMessage: MessageReceiver | undefined = undefined;
  /** Pending while the receiver of messages has no room. */
  #room: Promise<void> | undefined = undefined;
  /** Replies still to come for what was written. */
  #awaited = 0;
  #answered = false;
  /** How many bytes have come since the last reply was whole, */
  #partial = 0;
  /** and how many of those encoded have not left. */
  #leaving = 0;
  #isWriting = false;
  /** What is being written, */
  #bytes: Uint8Array = NOTHING;
  /** and told when it has been, at the end. */
  #whenWritten: (() => void) | undefined = undefined;
  #held = false;
  /** Whether somebody waits for messages. */
  #expecting = false;
  #retired = false;
  /** Why it writes no more, if so. */
  #stopped: Error | undefined = undefined;
  /** Which replies count, if not all do. */
  #trusts: ((reply: Reply) => boolean) | undefined = undefined;
  #failed = false;
  #error: Error | undefined = undefined;
  /** A first reply that may be a farewell, until the server goes on or ends. */
  #farewell: Suspicion | undefined = undefined;
  #endGrace: (() => void) | undefined = undefined;

  /**
   * @param socket An open socket, which the connection now owns.
   * @param options Bounds of the parser, counters, a receiver of messages.
   */
  constructor(socket: Socket, options: ConnectionOptions = {}) {
    this.#socket = socket;
    this.#parser = new Parser(options);
    this.#traffic = options.traffic;
    this.address = options.address ?? "";
    socket.unref();
    this.closed = this.#run();
  }

  /** Whether it takes further exchanges. */
  get usable(): boolean {
    return this.#error === undefined && !this.#retired;
  }

  /** Whether anything has been asked of it that is not answered yet. */
  get busy(): boolean {
    return this.#queue.nextToAnswer() !== undefined;
  }

  /** Whether it has ever delivered a reply. */
  get proven(): boolean {
    return this.#answered;
  }

  /** Whether it ended by itself, rather than being closed from this side. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Whether whatever is sent now has to wait for something large to pass. */
  get clogged(): boolean {
    return this.#partial > CLOG_BYTES || this.#leaving > CLOG_BYTES;
  }

  /** Why it ended, once it has. */
  get error(): Error | undefined {
    return this.#error;
  }

  /**
   * Sends an exchange behind those sent before. It may still grow; then
   * {@linkcode Connection.proceed} is called when it does not any more.
   *
   * @param exchange What to send.
   * @param atOnce Whether its first bytes leave before this returns, if nothing
   * is being written; otherwise exchanges sent together leave together.
   */
  send(exchange: Exchange, atOnce = false): void {
    this.#queue.push(exchange);
    this.#hold(true);
    this.proceed(atOnce);
  }

  /**
   * Asks the server for its identity, in the write of what is sent next: nobody
   * waits for the answer.
   */
  identify(): void {
    this.#question = identityQuestion(
      this.address,
      (identity) => this.identity = identity,
    );
    this.#queue.push(this.#question);
  }

  /**
   * Takes away all that is behind an exchange, and its owner with it, which is
   * told so as of a loss. Replies that are still to come are read and dropped.
   *
   * @param exchange One that asks a single thing.
   * @param reason Why; told to the owner.
   */
  withdrawBehind(exchange: Exchange, reason: Error): void {
    // Of what was asked ahead of commands, each has a single reply.
    const ahead = [this.#question, exchange].filter((one) => one?.awaited);
    const rest = this.#queue.replaceBehind(
      exchange,
      new Unclaimed(Math.max(0, this.#awaited - ahead.length)),
    );
    const { owner } = this;
    this.owner = undefined;
    owner?.connectionLost(this, reason, rest);
  }

  /** Has nothing more to do with an exchange that is finished. */
  forget(exchange: Exchange): void {
    this.#queue.forget(exchange);
  }

  /** Goes on writing where an exchange had nothing more to encode for a while. */
  proceed(atOnce = false): void {
    if (this.#isWriting || this.#error !== undefined) return;
    this.#isWriting = true;
    try {
      if (atOnce && this.#encodeChunk()) return this.#writeChunk();
    } catch (error) {
      return this.#onUnwritten(error);
    }
    // A turn of the microtask queue lets exchanges sent together leave together.
    queueMicrotask(this.#writeOn);
  }

  /**
   * Lets it receive messages that no command asked for (pub/sub), as bytes.
   * Without a receiver such a message is an error.
   */
  receive(onMessage: MessageReceiver): void {
    this.#onMessage = onMessage;
  }

  /** Keeps the program alive while messages are awaited, or no longer. */
  keepAlive(alive: boolean): void {
    this.#expecting = alive;
    this.#hold(alive || this.busy);
  }

  /**
   * Takes no further exchanges and closes as soon as nobody waits for a reply
   * that is still to come. Called again whenever a waiting one was abandoned.
   */
  retire(): void {
    this.#retired = true;
    if (!this.#isForsaken) return;
    // What it was asked concerns others, who would have to ask again.
    if (this.probation !== undefined) this.probation.forsaken();
    else this.close(this.#stopped);
  }

  /**
   * Writes no more: it closes as soon as nobody waits for a reply to what was
   * written, and what was not goes back to the owner.
   *
   * @param reason Why; told to the owner.
   */
  stop(reason: Error): void {
    this.#stopped = reason;
    this.retire();
  }

  /**
   * Takes only some of the replies that still come: any other one closes it, as if
   * it had not come.
   *
   * @param trusts Whether a reply counts.
   */
  distrust(trusts: (reply: Reply) => boolean): void {
    this.#trusts = trusts;
  }

  /**
   * Closes at once; whatever is outstanding goes back to the owner.
   *
   * @param error Why; told to the owner.
   */
  close(error: Error = new ConnectionError("The connection was closed")): void {
    if (this.#error !== undefined) return;
    // Whoever waits for the end sees it: the pending read is about to end.
    this.#hold(true);
    this.#error = error;
    this.#awaited = 0;
    this.#endGrace?.();
    try {
      this.#socket.close();
    } catch {
      // It closed by itself a moment ago.
    }
    this.probation?.ended();
    this.owner?.connectionLost(this, error, this.#queue.drain());
    this.probation = undefined;
  }

  /** Reads until the end, then waits for a write that is still under way. */
  async #run(): Promise<void> {
    try {
      while (this.#error === undefined) {
        const count = await this.#socket.read(this.#parser.room());
        if (count === null) throw endOfStream(this.#parser.idle);
        this.received += count;
        this.#partial += count;
        if (this.#traffic !== undefined) {
          this.#traffic.bytesReceived += count;
          this.#traffic.heardAt = performance.now();
        }
        this.#parser.filled(count);
        this.#admit();
        this.#deliver();
        if (this.#room !== undefined) await this.#room;
        this.#room = undefined;
      }
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#isWriting) return;
    await new Promise<void>((resolve) => this.#whenWritten = resolve);
  }

  #deliver(): void {
    while (this.#error === undefined) {
      const exchange = this.#queue.nextToAnswer();
      const wantsBytes = exchange === undefined || this.#awaited === 0
        ? this.#onMessage !== undefined
        : exchange.wantsBytes;
      const reply = this.#parser.read(wantsBytes);
      if (reply === INCOMPLETE) {
        // The rest of it would pass for the reply to the next command.
        if (this.#awaited === 0 && !this.#parser.idle) this.#refuseStray();
        break;
      }
      if (this.#partial > CLOG_BYTES) exchange?.clogs?.();
      this.#partial = 0;
      if (this.#trusts?.(reply) === false) return this.close(this.#stopped);
      // What comes before anything was asked answers nothing that is asked later.
      const asking = this.#awaited === 0 || this.#isPush()
        ? undefined
        : exchange;
      if (!this.#answered && isFarewell(reply) && this.#parser.idle) {
        return this.#suspect({ reply, asking });
      }
      // Only commands of its owner count: what came before proves little.
      this.#answered ||= asking === undefined || asking !== this.#question;
      this.#pass(reply, asking);
    }
    this.#afterDelivery();
  }

  /** Gives a reply to the exchange that asked for it, or to the receiver. */
  #pass(reply: Reply, asking: Exchange | undefined): void {
    if (asking === undefined) {
      this.#receive(reply);
    } else {
      this.#awaited--;
      asking.accept(reply);
    }
  }

  /**
   * A server that lets nobody in says so as it hangs up, whatever it is asked:
   * that answers no command. Whether this is such a farewell shows in a moment.
   */
  #suspect(farewell: Suspicion): void {
    this.#farewell = farewell;
    this.#endGrace = countdown(FAREWELL_GRACE, () => {
      try {
        this.#admit();
        this.#afterDelivery();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /** The server went on: what looked like a farewell was a reply. */
  #admit(): void {
    const farewell = this.#farewell;
    if (farewell === undefined) return;
    this.#endGrace?.();
    this.#farewell = undefined;
    this.#answered = true;
    this.#pass(farewell.reply, farewell.asking);
  }

  #isPush(): boolean {
    return this.#parser.lastType === PUSH;
  }

  /** A message that belongs to no command: for the receiver, or an error. */
  #receive(message: Reply): void {
    this.#refuseStray();
    this.#room = this.#onMessage?.(message) ?? this.#room;
  }

  #refuseStray(): void {
    if (this.#onMessage !== undefined) return;
    throw new ProtocolError(
      "The server sent a reply that no command had asked for",
    );
  }

  #afterDelivery(): void {
    if (this.#error !== undefined) return;
    this.#queue.compact();
    // What only goes ahead of a command has no time limit of its own, and that
    // command may have been given up before it left.
    if (this.#retired || this.busy) {
      if (this.#isForsaken) this.close(this.#stopped);
    } else {
      this.#hold(this.#expecting);
      this.owner?.connectionIdle(this);
    }
  }

  /** Encodes a chunk and writes it, or ends where nothing is left to write. */
  readonly #writeOn = (): void => {
    try {
      if (this.#error === undefined && this.#encodeChunk()) {
        return this.#writeChunk();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#endWriting();
  };

  #writeChunk(): void {
    this.#bytes = this.#encoder.bytes();
    if (this.#traffic !== undefined) {
      this.#traffic.bytesSent += this.#bytes.length;
    }
    this.#writeBytes();
  }

  /*
   * An asynchronous function would do the same with half as many lines; but it makes
   * an object, promises and turns for each write, which may be of one command.
   */
  #writeBytes(): void {
    this.#leaving = this.#bytes.length;
    this.#socket.write(this.#bytes).then(this.#onWritten, this.#onUnwritten);
  }

  readonly #onWritten = (count: number): void => {
    if (count === this.#bytes.length) {
      this.#leaving = 0;
      return this.#writeOn();
    }
    this.#bytes = this.#bytes.subarray(count);
    try {
      this.#writeBytes();
    } catch (error) {
      this.#onUnwritten(error);
    }
  };

  readonly #onUnwritten = (error: unknown): void => {
    this.#fail(error);
    this.#endWriting();
  };

  #endWriting(): void {
    this.#isWriting = false;
    // It may be far more than the encoder keeps.
    this.#bytes = NOTHING;
    this.#whenWritten?.();
    // What was sent may have been abandoned before it left: no reply will tell.
    this.#afterDelivery();
  }

  /** Whether nobody waits for a reply that is still to come. */
  get #isForsaken(): boolean {
    return this.#stopped === undefined
      ? this.#queue.abandoned
      : !this.#queue.awaited;
  }

  #encodeChunk(): boolean {
    this.#encoder.clear();
    if (this.#stopped !== undefined) return false;
    while (this.#encoder.length < CHUNK_BYTES) {
      const exchange = this.#queue.nextToWrite();
      if (exchange === undefined) break;
      const { length } = this.#encoder;
      this.#awaited += exchange.encode(this.#encoder, CHUNK_BYTES);
      // It still grows, and whatever is behind it has to wait as well.
      if (this.#encoder.length === length) break;
    }
    return this.#encoder.length > 0;
  }

  #fail(error: unknown): void {
    if (this.#error !== undefined) return;
    this.#failed = true;
    if (this.#farewell !== undefined) {
      const { reply, asking } = this.#farewell;
      this.close(turnedAway(reply, asking?.forgeable !== true));
    } else if (
      error instanceof ConnectionError || error instanceof ProtocolError
    ) {
      this.close(error);
    } else {
      this.close(
        new ConnectionError("The connection was lost", { cause: error }),
      );
    }
  }

  #hold(alive: boolean): void {
    if (alive === this.#held || this.#error !== undefined) return;
    this.#held = alive;
    if (alive) this.#socket.ref();
    else this.#socket.unref();
  }
}

/** A reply that may be a farewell, and the exchange that it answers otherwise. */
interface Suspicion {
  readonly reply: CommandError;
  readonly asking: Exchange | undefined;
}

/** An end inside a reply is a loss like any other: what came of it was right. */
function endOfStream(idle: boolean): Error {
  return new ConnectionError(
    idle
      ? "The server closed the connection"
      : "The server closed the connection inside a reply",
  );
}
