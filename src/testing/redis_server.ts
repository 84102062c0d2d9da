/**
 * Real servers for tests: started, paused, killed, restarted, and never left
 * behind.
 *
 * @module
 */

import { findExecutable, type ServerExecutable } from "./executable.ts";
import { guard, type Guarded, unguard } from "./exit_guard.ts";
import { HeldPort } from "./held_port.ts";
import {
  directiveLines,
  isOverTcp,
  readServerOptions,
  type RedisServerOptions,
} from "./server_config.ts";
import { ServerProcess } from "./server_process.ts";

const HOSTNAME = "127.0.0.1";
const DEFAULT_DATABASES = 16;
const DEFAULT_TIMEOUT = 10_000;
const PORT_ATTEMPTS = 5;

/**
 * A real server (Redis or Valkey) in a process of its own, with an empty
 * temporary directory for its data, which ends with the test.
 *
 * It is gone when it is stopped or disposed of, when the program ends by
 * itself, by `Deno.exit()`, SIGINT, SIGTERM or SIGHUP. It is also gone after a
 * SIGKILL or an error that nobody caught, provided that the program may run
 * `sh`, which then watches over it.
 *
 * Permissions: `--allow-run=redis-server` (`sh` added for the above) and
 * `--allow-read` and `--allow-write` for the temporary directory. To connect to
 * it, `--allow-net=127.0.0.1` on TCP; on a unix socket `--allow-net`, since the
 * path is a new one each time.
 *
 * @example A server for the length of a block
 * ```ts
 * import { RedisServer } from "@rb/rb/testing";
 *
 * await using server = await RedisServer.start();
 * using connection = await Deno.connect({
 *   transport: "unix",
 *   path: server.path,
 * });
 * ```
 *
 * @example A server that must keep its data
 * ```ts
 * import { RedisServer } from "@rb/rb/testing";
 *
 * await using server = await RedisServer.start({
 *   transport: "tcp",
 *   config: { appendonly: "yes", appendfsync: "always" },
 * });
 * await server.kill(); // SIGKILL, in the middle of something
 * await server.restart(); // on the same port, with the data that was saved
 * ```
 */
export class RedisServer implements AsyncDisposable {
  /** The directory of its data, its log and its socket; removed at the end. */
  readonly dir: string;
  /** The path of its unix socket, which it has with either transport. */
  readonly path: string;
  readonly #executable: ServerExecutable;
  readonly #options: RedisServerOptions;
  readonly #timeout: number;
  readonly #guarded: Guarded = { endNow: () => this.#endNow() };
  #port = 0;
  /** Its port, also its own while it is down, unless the caller chose it. */
  #heldPort: HeldPort | undefined;
  #isPaused = false;
  #process: ServerProcess | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(
    executable: ServerExecutable,
    dir: string,
    options: RedisServerOptions,
  ) {
    this.#executable = executable;
    this.#options = options;
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT;
    this.dir = dir;
    this.path = `${dir}/redis.sock`;
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param options How to start it.
   * @returns The server, ready for connections.
   * @throws {Deno.errors.NotFound} When there is no server program.
   * @throws {Error} When it exits or does not answer in time; the message ends
   * with what it printed.
   */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    // What is wrong with the options is said before anything is created.
    const read = readServerOptions(options);
    directiveLines(read);
    const executable = await findExecutable(read.executable);
    const dir = await Deno.makeTempDir({ prefix: "rb-redis-" });
    const server = new RedisServer(executable, dir, read);
    guard(server.#guarded);
    try {
      await server.#startOnPort();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** The address that it listens on over TCP. */
  get hostname(): string {
    return HOSTNAME;
  }

  /**
   * Its TCP port (the one for TLS, with `tls`), or 0 when it has none. Unless it was
   * given, it stays the server's own while that is down.
   */
  get port(): number {
    return this.#port;
  }

  /** What the `hosts` of a cluster take for the server. */
  get host(): { hostname: string; port: number } | { path: string } {
    return this.#port === 0
      ? { path: this.path }
      : { hostname: HOSTNAME, port: this.#port };
  }

  /** Where it is, for people: `127.0.0.1:6379`, or the path of its socket. */
  get address(): string {
    return this.#port === 0 ? this.path : `${HOSTNAME}:${this.#port}`;
  }

  /** The id of its process, a new one after each restart. */
  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Whether its process runs; a paused one does. */
  get isRunning(): boolean {
    return this.#process?.isRunning ?? false;
  }

  /** Whether its process runs and is not paused. */
  get isAwake(): boolean {
    return this.isRunning && !this.#isPaused;
  }

  /** How many databases it has. */
  get databases(): number {
    return this.#options.databases ?? DEFAULT_DATABASES;
  }

  /**
   * Freezes the process with SIGSTOP: connections stay open and new ones are
   * accepted by the system, but nothing is answered.
   */
  pause(): void {
    this.#isPaused = true;
    this.#process?.signal("SIGSTOP");
  }

  /** Lets a paused process go on, with everything that was sent meanwhile. */
  resume(): void {
    this.#isPaused = false;
    this.#process?.signal("SIGCONT");
  }

  /**
   * Ends the process and leaves the data where it is, for a restart.
   *
   * @param signal SIGKILL for a crash (the default), SIGTERM or SIGINT for a
   * shutdown in good order.
   * @throws {Error} When it has not ended within the server's timeout.
   */
  async kill(
    signal: "SIGKILL" | "SIGTERM" | "SIGINT" = "SIGKILL",
  ): Promise<void> {
    const process = this.#process;
    if (process === undefined) return;
    process.signal(signal);
    if (await process.untilExit(this.#timeout)) return;
    throw new Error(
      `Server process ${process.pid} did not end within ${this.#timeout} ms ` +
        `after ${signal}`,
    );
  }

  /**
   * Starts the server again, on the same port and path, with the same
   * configuration and data; when it still runs it is shut down first.
   *
   * @throws {Error} When it has been stopped for good, or does not start.
   */
  async restart(): Promise<void> {
    if (this.#stopping !== undefined) {
      throw new Error(`Cannot restart server "${this.address}": it is stopped`);
    }
    if (this.isRunning) {
      // A paused process gets a SIGTERM only once it goes on.
      this.#process?.signal("SIGTERM");
      this.#process?.signal("SIGCONT");
      await this.#process?.untilExit(this.#timeout / 2);
      await this.kill();
    }
    await this.#launch();
  }

  /**
   * Ends the process for good and removes its data; twice is fine.
   *
   * @returns A promise that resolves when nothing of it is left.
   */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /** The same as {@linkcode RedisServer.stop}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #startOnPort(): Promise<void> {
    const { port } = this.#options;
    const transport = this.#options.transport ??
      (isOverTcp(this.#options) ? "tcp" : "unix");
    if (transport === "unix") return await this.#launch();
    if (port !== undefined) {
      this.#port = port;
      return await this.#launch();
    }
    // Where a port cannot be held, somebody else may be faster.
    for (let attempt = 1;; attempt++) {
      this.#heldPort = await HeldPort.take(HOSTNAME);
      this.#port = this.#heldPort.number;
      try {
        return await this.#launch();
      } catch (error) {
        const isTaken = String(error).includes("Address already in use");
        if (!isTaken || attempt === PORT_ATTEMPTS) throw error;
        await this.#heldPort[Symbol.asyncDispose]();
      }
    }
  }

  async #launch(): Promise<void> {
    const { command, major = 0 } = this.#executable;
    const { tls } = this.#options;
    this.#isPaused = false;
    const lines = [
      `bind ${HOSTNAME}`,
      `port ${tls === undefined ? this.#port : 0}`,
      ...(tls === undefined ? [] : [`tls-port ${this.#port}`]),
      `unixsocket ${JSON.stringify(this.path)}`,
      "unixsocketperm 700",
      `databases ${this.databases}`,
      'save ""',
      // DEBUG is off, and this directive there to turn it on, since Redis 7.0.
      ...(major >= 7 ? ["enable-debug-command yes"] : []),
      ...directiveLines(this.#options),
    ];
    this.#process = await ServerProcess.spawn({
      command,
      directory: this.dir,
      config: lines.join("\n"),
      isSentinel: this.#options.sentinel,
    });
    // The socket is in a directory of our own, so that the answer cannot come
    // from a stranger; by the time it answers there, its port is bound too.
    await this.#process.untilReady(this.path, this.#timeout);
  }

  async #stop(): Promise<void> {
    try {
      await this.kill();
      await removeDirectory(this.dir);
    } finally {
      await this.#heldPort?.[Symbol.asyncDispose]();
      unguard(this.#guarded);
    }
  }

  #endNow(): void {
    this.#process?.signal("SIGKILL");
    try {
      Deno.removeSync(this.dir, { recursive: true });
    } catch {
      // A dying server may write its log once more in between.
      Deno.removeSync(this.dir, { recursive: true });
    }
  }
}

async function removeDirectory(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
