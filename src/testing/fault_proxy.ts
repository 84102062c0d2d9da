/**
 * A proxy that misbehaves on request, between a client and one real server.
 *
 * @module
 */

// A test may have its own time stand still.
import { setTimeout as pause } from "node:timers/promises";
import { isText, oneOf, readOptions } from "../options.ts";
import { connectTcp } from "../runtime/deno.ts";
import {
  type AnswerOptions,
  checkAmount,
  checkNumber,
  checkTarget,
  type CutOptions,
  errorReply,
  type FaultProxyOptions,
  type FaultProxyTarget,
  type HoldOptions,
  isBoolean,
  isNames,
  isNumber,
  type RefuseOptions,
} from "./fault_options.ts";
import { type Fault, FaultSwitch } from "./fault_switch.ts";
import { HeldPort } from "./held_port.ts";
import { drain, type FaultProxyStats, ProxyLink } from "./proxy_link.ts";

const HOSTNAME = "127.0.0.1";
const MAX_TIME = 2 ** 31;

/** How often it is looked whether a listener is gone, a millisecond apart. */
const MAX_PROBES = 5_000;

/**
 * A proxy in front of one server, whose behaviour is switched at run time.
 *
 * `pass`, `cut`, `hold`, `delay`, `split` and `answer` are switches: each holds
 * for connections that are open and for those to come, until the next one.
 * `refuse` adds to them what becomes of new connections, until the next one.
 * `reset`, `forget` and `leadTo` happen once and leave the switch as it is.
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
 *
 * @example A failover: the address leads to another server from now on
 * ```ts
 * import { Cluster } from "@rb/rb";
 * import { FaultProxy, RedisServer } from "@rb/rb/testing";
 *
 * await using old = await RedisServer.start();
 * await using promoted = await RedisServer.start();
 * await using proxy = await FaultProxy.start(old);
 * await using cluster = new Cluster({ hosts: [proxy.host] });
 * const client = cluster.getRoutingClient();
 * await client.set("greeting", "hello");
 *
 * proxy.leadTo(promoted);
 * console.log(await client.get("greeting")); // hello
 * proxy.reset();
 * console.log(await client.get("greeting")); // null
 * ```
 */
export class FaultProxy implements AsyncDisposable {
  /** The path of its unix socket, or `""` when it listens on a port. */
  readonly path: string;
  readonly #dir: string | undefined;
  readonly #switch = new FaultSwitch();
  readonly #links = new Set<ProxyLink>();
  /** Connections that are told an error and nothing else. */
  readonly #turnedAway = new Set<Deno.Conn>();
  readonly #running = new Set<Promise<void>>();
  readonly #counts: FaultProxyStats = {
    accepted: 0,
    cut: 0,
    forgotten: 0,
    answered: 0,
    bytesToServer: 0,
    bytesToClient: 0,
  };
  /** Connections of clients for which the server is being dialled. */
  readonly #arriving = new Set<Arrival>();
  /** Its port, unless it has a unix socket: also its own while it refuses. */
  readonly #heldPort: HeldPort | undefined;
  #target: FaultProxyTarget;
  /** What new connections are told instead of being served. */
  #refusal: Uint8Array | undefined;
  #listener: Deno.Listener | undefined;
  #accepting: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(
    target: FaultProxyTarget,
    dir: string | undefined,
    port: HeldPort | undefined,
  ) {
    this.#target = target;
    this.#dir = dir;
    this.#heldPort = port;
    this.path = dir === undefined ? "" : `${dir}/proxy.sock`;
  }

  /**
   * Starts a proxy that passes everything.
   *
   * @param target The server behind it, which need not run yet.
   * @param options How the proxy is reached.
   * @returns The proxy, ready for connections.
   * @throws {TypeError} When the target has neither a port nor a path, or when
   * an option is unknown or wrong.
   */
  static async start(
    target: FaultProxyTarget,
    options: FaultProxyOptions = {},
  ): Promise<FaultProxy> {
    checkTarget(target);
    const { transport } = readOptions(
      options,
      { transport: oneOf("tcp", "unix") },
      "FaultProxy.start()",
    );
    const dir = transport === "unix"
      ? await Deno.makeTempDir({ prefix: "rb-proxy-" })
      : undefined;
    const port = dir === undefined ? await HeldPort.take(HOSTNAME) : undefined;
    const proxy = new FaultProxy(target, dir, port);
    try {
      proxy.#listen();
    } catch (error) {
      await proxy.close();
      throw error;
    }
    return proxy;
  }

  /** The address of its port. */
  get hostname(): string {
    return HOSTNAME;
  }

  /** Its TCP port, or 0 when it listens on a unix socket. */
  get port(): number {
    return this.#heldPort?.number ?? 0;
  }

  /** What the `hosts` of a cluster take for the proxy. */
  get host(): { hostname: string; port: number } | { path: string } {
    return this.#heldPort === undefined
      ? { path: this.path }
      : { hostname: HOSTNAME, port: this.port };
  }

  /** How many connections go through it now; forgotten ones do not. */
  get connections(): number {
    let count = 0;
    for (const link of this.#links) if (link.isOpen) count++;
    return count;
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
   * @example Two whole replies, and three bytes of the next one
   * ```ts
   * import { FaultProxy, RedisServer } from "@rb/rb/testing";
   *
   * await using server = await RedisServer.start();
   * await using proxy = await FaultProxy.start(server);
   * using connection = await Deno.connect({ port: proxy.port });
   *
   * proxy.cut({ replies: 2, bytes: 3 });
   * await connection.write(new TextEncoder().encode("PING\r\n".repeat(3)));
   * const text = await new Response(connection.readable).text();
   * console.log(text.split("\r\n")); // [ "+PONG", "+PONG", "+PO" ]
   * ```
   *
   * @param options How much of the replies goes through first: whole replies,
   * and then bytes.
   * @throws {TypeError | RangeError} When an option is unknown or wrong.
   */
  cut(options: CutOptions = {}): void {
    const checks = { replies: isNumber, bytes: isNumber };
    const read = readOptions(options, checks, "cut()");
    const { replies = 0, bytes = 0 } = read;
    checkAmount("replies", replies, 0);
    checkAmount("bytes", bytes, 0);
    this.#set({ kind: "cut", replies, bytes });
  }

  /**
   * Accepts connections and keeps all bytes, both ways or one way, until a
   * switch.
   *
   * @example A command that has run while its reply is still on its way
   * ```ts
   * import { Cluster } from "@rb/rb";
   * import { FaultProxy, RedisServer } from "@rb/rb/testing";
   *
   * await using server = await RedisServer.start();
   * await using proxy = await FaultProxy.start(server);
   * await using cluster = new Cluster({ hosts: [proxy.host] });
   *
   * proxy.hold({ direction: "replies" });
   * const count = cluster.getRoutingClient().incr("counter");
   * // The counter is 1 on the server, and here nobody knows.
   * proxy.pass();
   * console.log(await count); // 1
   * ```
   *
   * @param options What is held.
   * @throws {TypeError} When an option is unknown or wrong.
   */
  hold(options: HoldOptions = {}): void {
    const checks = { direction: oneOf("requests", "replies", "both") };
    const { direction = "both" } = readOptions(options, checks, "hold()");
    this.#set({
      kind: "hold",
      requests: direction !== "replies",
      replies: direction !== "requests",
    });
  }

  /**
   * Passes each piece of the replies later; requests go through at once.
   *
   * @param time How much later, in milliseconds.
   * @throws {TypeError | RangeError} When it is no number, or out of range.
   */
  delay(time: number): void {
    checkNumber("time", time);
    if (!(time >= 0 && time < MAX_TIME)) {
      throw new RangeError(`Argument "time" is out of range: "${time}"`);
    }
    this.#set({ kind: "delay", time });
  }

  /**
   * Passes the replies in small pieces; requests go through whole.
   *
   * @param size How many bytes a piece has.
   * @throws {TypeError | RangeError} When it is no number, or out of range.
   */
  split(size: number): void {
    checkAmount("size", size, 1);
    this.#set({ kind: "split", size });
  }

  /**
   * Answers commands with an error, one for each; the server never sees them.
   * Replies to commands that the server has got come before it, as always.
   *
   * Commands are recognised as arrays and inline, however they are cut up. On a
   * connection that is subscribed, monitors, or uses CLIENT REPLY, where a
   * command does not have one reply, an answer may come at the wrong place or
   * not at all.
   *
   * @example A server that has become a replica, for two of its commands
   * ```ts
   * import { Cluster } from "@rb/rb";
   * import { FaultProxy, RedisServer } from "@rb/rb/testing";
   *
   * await using server = await RedisServer.start();
   * await using proxy = await FaultProxy.start(server);
   * await using cluster = new Cluster({ hosts: [proxy.host] });
   * const client = cluster.getRoutingClient();
   *
   * proxy.answer("OOM command not allowed when used memory > 'maxmemory'.", {
   *   commands: ["SET", "INCR"],
   * });
   * console.log(await client.incr("n").catch((error) => error.code)); // OOM
   * console.log(await client.get("n")); // null
   * console.log(proxy.stats.answered); // 1
   * ```
   *
   * @param error The error as clients show it, without the `-` in front of it.
   * @param options Which commands are answered, and what follows.
   * @throws {TypeError | RangeError} When the error is not one line of text, or
   * when an option is unknown or wrong.
   */
  answer(error: string, options: AnswerOptions = {}): void {
    const reply = errorReply("error", error);
    const checks = { commands: isNames, times: isNumber, close: isBoolean };
    const read = readOptions(options, checks, "answer()");
    const { commands, times = Infinity, close = false } = read;
    checkAmount("times", times, 1);
    this.#set({
      kind: "answer",
      reply,
      commands: commands &&
        new Set(commands.map((name) => name.toUpperCase())),
      close,
      left: times,
    });
  }

  /**
   * Refuses new connections, as a machine does on which no server runs; open
   * ones go on. The next switch accepts connections again, on the same port,
   * which nobody else is given meanwhile.
   *
   * @example A server that has too many clients
   * ```ts
   * import { FaultProxy, RedisServer } from "@rb/rb/testing";
   *
   * await using server = await RedisServer.start();
   * await using proxy = await FaultProxy.start(server);
   *
   * await proxy.refuse({ error: "ERR max number of clients reached" });
   * using connection = await Deno.connect({ port: proxy.port });
   * const text = await new Response(connection.readable).text();
   * console.log(text.trim()); // -ERR max number of clients reached
   * ```
   *
   * @param options How they are refused.
   * @returns A promise that resolves when connections are refused.
   * @throws {TypeError | RangeError} When an option is unknown or wrong.
   */
  async refuse(options: RefuseOptions = {}): Promise<void> {
    const { error } = readOptions(options, { error: isText }, "refuse()");
    if (error !== undefined) {
      const refusal = errorReply("error", error);
      if (this.#closing !== undefined) return;
      this.#refusal = refusal;
      if (this.#listener === undefined) this.#listen();
      return;
    }
    if (this.#listener === undefined) return;
    this.#listener.close();
    this.#listener = undefined;
    await this.#accepting;
    await this.#untilClosed();
  }

  /** Drops the open connections at once; new ones are as before. */
  reset(): void {
    for (const link of this.#links) link.close();
    for (const arrival of this.#arriving) arrival.abort();
    for (const client of this.#turnedAway) client.close();
    this.#turnedAway.clear();
  }

  /**
   * Forgets the open connections, as a NAT or a load balancer does with those
   * that were idle for long; new ones are as before.
   *
   * Neither side is told. What either of them sends is accepted and lost, the
   * end of its connection included: the server has its half until it closes it
   * by itself, also when the client is long gone. No switch brings them back;
   * `reset()` ends them.
   *
   * @example An idle connection that has vanished without a word
   * ```ts
   * import { Cluster } from "@rb/rb";
   * import { FaultProxy, RedisServer } from "@rb/rb/testing";
   *
   * await using server = await RedisServer.start();
   * await using proxy = await FaultProxy.start(server);
   * await using cluster = new Cluster({ hosts: [proxy.host], timeout: 200 });
   * const client = cluster.getRoutingClient();
   * await client.incr("counter");
   *
   * proxy.forget();
   * const error = await client.incr("counter").catch((error) => error);
   * console.log(error.name, error.outcome); // TimeoutError unknown
   * console.log(await client.incr("counter")); // 2
   * ```
   */
  forget(): void {
    for (const link of this.#links) link.forget();
    for (const arrival of this.#arriving) arrival.isForgotten = true;
  }

  /**
   * Leads the connections to come to another server, as an address does after
   * a failover; open ones stay with theirs, until `reset()` for example.
   *
   * @param target The server, which need not run yet.
   * @throws {TypeError} When it has neither a port nor a path, or a wrong one.
   */
  leadTo(target: FaultProxyTarget): void {
    checkTarget(target);
    this.#target = target;
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
    await this.#heldPort?.[Symbol.asyncDispose]();
    if (this.#dir) await Deno.remove(this.#dir, { recursive: true });
  }

  #set(fault: Fault): void {
    if (this.#closing !== undefined) return;
    if (this.#listener === undefined) this.#listen();
    this.#refusal = undefined;
    this.#switch.set(fault);
  }

  #listen(): void {
    this.#listener = this.path === ""
      ? Deno.listen({ hostname: HOSTNAME, port: this.port })
      : Deno.listen({ transport: "unix", path: this.path });
    this.#accepting = this.#accept(this.#listener);
  }

  /**
   * Waits until nobody listens any more. A process that the program is starting has
   * a copy of the listener until it runs: whoever dials meanwhile is accepted and
   * then cut off, and the port is taken.
   */
  async #untilClosed(): Promise<void> {
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      // Whoever does not wait for this may have it listen again.
      if (this.#listener !== undefined) return;
      try {
        const connection = this.path === ""
          ? await Deno.connect({ hostname: HOSTNAME, port: this.port })
          : await Deno.connect({ transport: "unix", path: this.path });
        connection.close();
      } catch {
        return;
      }
      await pause(1);
    }
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
      const running = this.#refusal === undefined
        ? this.#serve(client)
        : this.#turnAway(client, this.#refusal);
      this.#running.add(running);
      running.finally(() => this.#running.delete(running));
    }
  }

  async #serve(client: Deno.Conn): Promise<void> {
    const arrival = new Arrival();
    this.#arriving.add(arrival);
    const server = await this.#dial(arrival.signal).catch(() => undefined);
    this.#arriving.delete(arrival);
    if (server === undefined || arrival.signal.aborted) {
      server?.close();
      return client.close();
    }
    const link = new ProxyLink({ client, server }, this.#switch, this.#counts);
    this.#links.add(link);
    const running = link.run();
    if (arrival.isForgotten) link.forget();
    await running;
    this.#links.delete(link);
  }

  async #turnAway(client: Deno.Conn, refusal: Uint8Array): Promise<void> {
    this.#turnedAway.add(client);
    try {
      await client.write(refusal);
      this.#counts.bytesToClient += refusal.length;
      // Closed at once, it could be lost with what the client has sent.
      await client.closeWrite();
      await drain(client);
    } catch {
      // It is gone already.
    }
    if (this.#turnedAway.delete(client)) client.close();
  }

  #dial(signal: AbortSignal): Promise<Deno.Conn> {
    const { hostname = HOSTNAME, port = 0, path = "" } = this.#target;
    return port === 0
      ? Deno.connect({ transport: "unix", path })
      : connectTcp({ hostname, port }, signal);
  }
}

/** A connection of a client that is not joined to one to the server yet. */
class Arrival extends AbortController {
  /** Whether neither side is to hear of the other. */
  isForgotten = false;
}
