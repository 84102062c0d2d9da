/**
 * A proxy that misbehaves on request, between a client and one real server.
 *
 * @module
 */

import {
  type Fault,
  type FaultProxyStats,
  FaultSwitch,
  ProxyLink,
} from "./proxy_link.ts";

/** The server behind a proxy; a `RedisServer` is one. */
export interface FaultProxyTarget {
  /**
   * Its address.
   *
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string | undefined;
  /** Its TCP port; 0 means that it has none. */
  readonly port?: number | undefined;
  /** The path of its unix socket, used when it has no port. */
  readonly path?: string | undefined;
}

/** How a proxy is reached. */
export interface FaultProxyOptions {
  /**
   * Whether the proxy listens on a port of 127.0.0.1 or on a unix socket.
   *
   * @default {"tcp"}
   */
  transport?: "tcp" | "unix" | undefined;
}

/** How much of the replies a cut lets through first. */
export interface CutOptions {
  /**
   * Whole replies that each connection still passes before it is dropped.
   *
   * @default {0} (without a limit when `bytes` is given)
   */
  replies?: number | undefined;
  /**
   * Bytes of replies that each connection still passes before it is dropped.
   *
   * @default {Infinity}
   */
  bytes?: number | undefined;
}

const HOSTNAME = "127.0.0.1";

/**
 * A proxy in front of one server, whose behaviour is switched at run time. A
 * switch holds for connections that are open and for those to come, until the
 * next one.
 *
 * It keeps at most one piece of 64 KiB per connection and direction: a side
 * that does not read slows the other one down, as it would without a proxy.
 *
 * Permissions: `--allow-net=127.0.0.1`; for unix sockets, on either side,
 * `--allow-net`, `--allow-read` and `--allow-write`.
 *
 * @example A reply that is lost after the command has run
 * ```ts
 * import { FaultProxy, RedisServer } from "@rb/rb/testing";
 *
 * await using server = await RedisServer.start();
 * await using proxy = await FaultProxy.start(server);
 * using connection = await Deno.connect({ port: proxy.port });
 *
 * proxy.cut();
 * await connection.write(new TextEncoder().encode("INCR counter\r\n"));
 * await connection.read(new Uint8Array(16)); // null: the counter is 1, unheard
 * ```
 */
export class FaultProxy implements AsyncDisposable {
  /** The path of its unix socket, or `""` when it listens on a port. */
  readonly path: string;
  readonly #target: FaultProxyTarget;
  readonly #dir: string | undefined;
  readonly #switch = new FaultSwitch();
  readonly #links = new Set<ProxyLink>();
  readonly #running = new Set<Promise<void>>();
  readonly #counts: FaultProxyStats = {
    accepted: 0,
    cut: 0,
    bytesToServer: 0,
    bytesToClient: 0,
  };
  #port = 0;
  #listener: Deno.Listener | undefined;
  #accepting: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(target: FaultProxyTarget, dir: string | undefined) {
    this.#target = target;
    this.#dir = dir;
    this.path = dir === undefined ? "" : `${dir}/proxy.sock`;
  }

  /**
   * Starts a proxy that passes everything.
   *
   * @param target The server behind it, which need not run yet.
   * @param options How the proxy is reached.
   * @returns The proxy, ready for connections.
   * @throws {TypeError} When the target has neither a port nor a path.
   */
  static async start(
    target: FaultProxyTarget,
    options: FaultProxyOptions = {},
  ): Promise<FaultProxy> {
    if (!target.port && !target.path) {
      throw new TypeError("The target of a proxy needs a port or a path");
    }
    const dir = options.transport === "unix"
      ? await Deno.makeTempDir({ prefix: "rb-proxy-" })
      : undefined;
    const proxy = new FaultProxy(target, dir);
    proxy.#listen();
    return proxy;
  }

  /** The address of its port. */
  get hostname(): string {
    return HOSTNAME;
  }

  /** Its TCP port, or 0 when it listens on a unix socket. */
  get port(): number {
    return this.#port;
  }

  /** What the `hosts` of a cluster take for the proxy. */
  get host(): { hostname: string; port: number } | { path: string } {
    return this.#port === 0
      ? { path: this.path }
      : { hostname: HOSTNAME, port: this.#port };
  }

  /** How many connections go through it now. */
  get connections(): number {
    return this.#links.size;
  }

  /** How much has gone through it so far. */
  get stats(): Readonly<FaultProxyStats> {
    return { ...this.#counts };
  }

  /** Passes everything, what was held included; this is how it starts. */
  pass(): void {
    this.#set({ kind: "pass" });
  }

  /**
   * Hands commands to the server, waits until it has answered, and then drops
   * the connection without the reply: whether a command whose reply was lost
   * ran once or twice is then the server's to tell.
   *
   * Of commands that were sent together, the first reply drops the connection,
   * and the rest may have run or not.
   *
   * @param options How much of the replies goes through first.
   */
  cut(options: CutOptions = {}): void {
    const { bytes = Infinity } = options;
    const { replies = bytes === Infinity ? 0 : Infinity } = options;
    checkAmount("replies", replies, 0);
    checkAmount("bytes", bytes, 0);
    this.#set({ kind: "cut", replies, bytes });
  }

  /** Accepts connections and keeps all bytes, both ways, until a switch. */
  hold(): void {
    this.#set({ kind: "hold" });
  }

  /**
   * Passes each piece of the replies later; requests go through at once.
   *
   * @param time How much later, in milliseconds.
   */
  delay(time: number): void {
    if (!(time >= 0 && time < 2 ** 31)) {
      throw new RangeError(`Argument "time" is out of range: "${time}"`);
    }
    this.#set({ kind: "delay", time });
  }

  /**
   * Passes the replies in small pieces; requests go through whole.
   *
   * @param size How many bytes a piece has.
   */
  split(size: number): void {
    checkAmount("size", size, 1);
    this.#set({ kind: "split", size });
  }

  /**
   * Refuses new connections, as a machine does on which no server runs; open
   * ones go on. The next switch listens on the same port again.
   *
   * @returns A promise that resolves when connections are refused.
   */
  async refuse(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    await this.#accepting;
  }

  /** Drops the open connections at once; new ones are as before. */
  reset(): void {
    for (const link of this.#links) link.close();
  }

  /**
   * Ends the proxy and its connections; twice is fine.
   *
   * @returns A promise that resolves when nothing of it is left.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@linkcode FaultProxy.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.refuse();
    this.reset();
    await Promise.all(this.#running);
    if (this.#dir) await Deno.remove(this.#dir, { recursive: true });
  }

  #set(fault: Fault): void {
    if (this.#closing !== undefined) return;
    if (this.#listener === undefined) this.#listen();
    this.#switch.set(fault);
  }

  #listen(): void {
    if (this.path === "") {
      const listener = Deno.listen({ hostname: HOSTNAME, port: this.#port });
      this.#port = listener.addr.port;
      this.#listener = listener;
    } else {
      this.#listener = Deno.listen({ transport: "unix", path: this.path });
    }
    this.#accepting = this.#accept(this.#listener);
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    for (;;) {
      let client: Deno.Conn;
      try {
        client = await listener.accept();
      } catch {
        return; // closed
      }
      this.#counts.accepted++;
      const running = this.#serve(client);
      this.#running.add(running);
      running.finally(() => this.#running.delete(running));
    }
  }

  async #serve(client: Deno.Conn): Promise<void> {
    let server: Deno.Conn;
    try {
      server = await this.#dial();
    } catch {
      return client.close();
    }
    const link = new ProxyLink({ client, server }, this.#switch, this.#counts);
    this.#links.add(link);
    // Closed while it dialled: there was no link yet to reset.
    if (this.#closing !== undefined) link.close();
    await link.run();
    this.#links.delete(link);
  }

  #dial(): Promise<Deno.Conn> {
    const { hostname = HOSTNAME, port = 0, path = "" } = this.#target;
    return port === 0
      ? Deno.connect({ transport: "unix", path })
      : Deno.connect({ hostname, port });
  }
}

function checkAmount(name: string, value: number, least: number): void {
  if (value >= least && (Number.isInteger(value) || value === Infinity)) return;
  throw new RangeError(
    `Argument "${name}" must be an integer from ${least}, not "${value}"`,
  );
}
