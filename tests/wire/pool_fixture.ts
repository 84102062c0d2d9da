/**
 * A pool over sockets in memory, and callers that want its connections.
 *
 * @module
 */

import { ask } from "../../src/wire/ask.ts";
import { Connection } from "../../src/wire/connection.ts";
import {
  type Applicant,
  type DialManner,
  Pool,
  type PoolSettings,
  type Refusal,
} from "../../src/wire/pool.ts";
import { FakeTime } from "../fake_time.ts";
import { eventually, turn } from "../../support/waiting.ts";
import { FakeSocket } from "./fake_socket.ts";

export { eventually, turn };

/**
 * A pool over sockets in memory, whose dials succeed unless they are told to
 * fail, and whose time is driven by hand.
 */
export class Bench implements AsyncDisposable {
  readonly time = new FakeTime();
  readonly sockets: FakeSocket[] = [];
  readonly dials: {
    manner: DialManner;
    prove: boolean;
    signal: AbortSignal;
  }[] = [];
  readonly health: boolean[] = [];
  readonly opened: boolean[] = [];
  /** What dials failed with. */
  readonly failed: unknown[] = [];
  /** How many connections were closed. */
  closed = 0;
  /** What the next dials fail with. */
  failure: Error | undefined = undefined;
  /** When given, dials wait for it. */
  hold: Promise<void> | undefined = undefined;
  /** Whether dials bring a connection though nobody wants it any more. */
  isDeaf = false;
  /** What becomes of a connection on its way from the dial to the pool. */
  onArrival: ((connection: Connection) => void) | undefined = undefined;
  readonly pool: Pool;

  constructor(settings: PoolSettings = {}) {
    this.pool = new Pool(
      (manner, signal) => this.#dial(manner, signal),
      settings,
      {
        onHealth: (refusal) => this.health.push(refusal !== undefined),
        onConnect: (_, again) => this.opened.push(again),
        onFail: (error) => this.failed.push(error),
        onClose: () => this.closed++,
      },
    );
  }

  async #dial(
    manner: DialManner,
    signal: AbortSignal,
  ): Promise<Connection> {
    const prove = manner === "proven";
    this.dials.push({ manner, prove, signal });
    await this.hold;
    if (!this.isDeaf) signal.throwIfAborted();
    if (this.failure !== undefined) throw this.failure;
    const socket = new FakeSocket();
    this.sockets.push(socket);
    const connection = new Connection(socket);
    if (prove) await deliver(connection, socket);
    this.onArrival?.(connection);
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
    this.time[Symbol.dispose]();
  }
}

/** Has a connection deliver one reply. */
export async function deliver(
  connection: Connection,
  socket: FakeSocket,
): Promise<void> {
  const reply = ask(connection, [["PING"]]);
  await turn();
  socket.say("+PONG\r\n");
  await reply;
}

/** Applies, and notes in `log` when it is served. */
export class Caller implements Applicant {
  connection: Connection | undefined = undefined;
  refusal: Refusal | undefined = undefined;
  readonly #name: string;
  readonly #log: string[];

  constructor(name = "", log: string[] = []) {
    this.#name = name;
    this.#log = log;
  }

  granted(connection: Connection): void {
    this.connection = connection;
    this.#log.push(this.#name);
  }

  refused(refusal: Refusal): void {
    this.refusal = refusal;
    this.#log.push(`${this.#name} refused`);
  }
}

export async function lease(pool: Pool): Promise<Connection> {
  const caller = new Caller();
  pool.apply(caller);
  await eventually(() => caller.connection !== undefined);
  return caller.connection!;
}
