/**
 * One run of a server program, from its configuration to its exit.
 *
 * @module
 */

import { answers, mayConnect, saysItIsReady } from "./readiness.ts";
import { Watchdog } from "./watchdog.ts";

/** What a server process needs to run. */
export interface ServerProcessOptions {
  /** The program to start. */
  readonly command: string;
  /** Its configuration, one directive per line. */
  readonly config: string;
  /** The directory that holds its socket, its log and its data. */
  readonly directory: string;
  /**
   * Whether it is a Sentinel: that writes what it learns to the file of its
   * configuration, and finds it there again when it is started anew.
   */
  readonly isSentinel?: boolean;
}

const LOG_NAME = "server.log";
const SENTINEL_FILE = "sentinel.conf";
const TAIL_LINES = 12;
const FIRST_PAUSE = 2;
const LAST_PAUSE = 25;

/** A server process and how it ended. */
export class ServerProcess {
  /** Resolves when the process, and all that belongs to it, has ended. */
  readonly exited: Promise<void>;
  readonly #child: Deno.ChildProcess;
  readonly #options: ServerProcessOptions;
  #status: Deno.CommandStatus | undefined;

  private constructor(
    child: Deno.ChildProcess,
    options: ServerProcessOptions,
    watchdog: Watchdog | undefined,
  ) {
    this.#child = child;
    this.#options = options;
    this.exited = child.status.then((status) => {
      this.#status = status;
      return watchdog?.release();
    });
  }

  /**
   * Starts a process and hands it its configuration.
   *
   * @param options The program, its configuration and its directory.
   * @returns The process, which need not be ready yet.
   */
  static async spawn(options: ServerProcessOptions): Promise<ServerProcess> {
    const directory = JSON.stringify(options.directory);
    const text = `dir ${directory}\nlogfile ${LOG_NAME}\n${options.config}\n`;
    const child = new Deno.Command(options.command, {
      args: options.isSentinel
        ? [await keptFile(options.directory, text), "--sentinel"]
        : ["-"],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const watchdog = Watchdog.start(child.pid, options.directory);
    const started = new ServerProcess(child, options, watchdog);
    const writer = child.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode(text));
      await writer.close();
    } catch {
      // It has exited already; whoever waits for it to be ready hears why.
    }
    return started;
  }

  /** The id of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Whether the process still runs (or is paused). */
  get isRunning(): boolean {
    return this.#status === undefined;
  }

  /**
   * Waits until the server answers on its socket, or, where we may not ask it,
   * until it says in its log that it would.
   *
   * @param path The path of its socket.
   * @param timeout How long to wait, in milliseconds.
   * @throws {Error} When it exits first, or does not answer in time; the
   * message ends with what it printed.
   */
  async untilReady(path: string, timeout: number): Promise<void> {
    const deadline = Date.now() + timeout;
    let pause = FIRST_PAUSE;
    const isReady = mayConnect(path)
      ? () => answers(path, deadline)
      : () => saysItIsReady(this.#logPath, this.pid);
    while (!await isReady()) {
      if (!this.isRunning) throw await this.#failure(exitText(this.#status));
      if (Date.now() >= deadline) {
        this.signal("SIGKILL");
        await this.exited;
        throw await this.#failure(`did not answer within ${timeout} ms`);
      }
      await new Promise((wake) => setTimeout(wake, pause));
      pause = Math.min(pause * 2, LAST_PAUSE);
    }
    // From here on it writes to its log alone, and a program that has nothing
    // else to do may end.
    await this.#child.stderr.cancel();
    this.#child.unref();
  }

  /**
   * Sends a signal; to a process that has ended it does nothing.
   *
   * @param signal The signal.
   */
  signal(signal: Deno.Signal): void {
    if (!this.isRunning) return;
    try {
      this.#child.kill(signal);
    } catch {
      // It ended a moment ago.
    }
  }

  /**
   * Waits for the process to end.
   *
   * @param timeout How long to wait, in milliseconds.
   * @returns Whether it has ended.
   */
  async untilExit(timeout: number): Promise<boolean> {
    if (this.isRunning) this.#child.ref();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((wake) => timer = setTimeout(wake, timeout));
    await Promise.race([this.exited, late]);
    clearTimeout(timer);
    return !this.isRunning;
  }

  get #logPath(): string {
    return `${this.#options.directory}/${LOG_NAME}`;
  }

  async #failure(what: string): Promise<Error> {
    const { command } = this.#options;
    const errors = await new Response(this.#child.stderr).text();
    const log = await Deno.readTextFile(this.#logPath).catch(() => "");
    const lines = (log + errors).split("\n").filter((line) => line !== "");
    const tail = lines.slice(-TAIL_LINES).map(withoutSecrets).join("\n");
    return new Error(`Server "${command}" ${what}; it printed:\n${tail}`);
  }
}

/** The file with a text, or with what a server has made of it since. */
async function keptFile(directory: string, text: string): Promise<string> {
  const path = `${directory}/${SENTINEL_FILE}`;
  try {
    await Deno.writeTextFile(path, text, { createNew: true, mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return path;
}

/** A complaint about a directive quotes it, and it may hold a password. */
function withoutSecrets(line: string): string {
  return line.replace(/^>>> '(\S+) .*'$/, ">>> '$1 ...'");
}

function exitText(status: Deno.CommandStatus | undefined): string {
  const how = status?.signal ? `by ${status.signal}` : `code ${status?.code}`;
  return `exited (${how}) before it was ready`;
}
