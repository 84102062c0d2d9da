/**
 * A client that knows nothing but bytes: the second pair of eyes on a server.
 *
 * @module
 */

export { eventually } from "../waiting.ts";

/** Where a {@linkcode RawClient} connects to; a port comes before a path. */
export interface RawTarget {
  readonly hostname?: string;
  readonly port?: number;
  readonly path?: string;
}

const READ_SIZE = 65_536;
const READ_TIMEOUT = 60_000;

/** One connection over which text is sent and read. */
export class RawClient implements Disposable {
  readonly #connection: Deno.Conn;
  #isClosed = false;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async connect(target: RawTarget): Promise<RawClient> {
    const { hostname = "127.0.0.1", port = 0, path = "" } = target;
    const connection = port === 0
      ? await Deno.connect({ transport: "unix", path })
      : await Deno.connect({ hostname, port });
    return new RawClient(connection);
  }

  /** Sends inline commands, each with its line end. */
  async send(...commands: string[]): Promise<void> {
    const text = commands.map((command) => `${command}\r\n`).join("");
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    while (at < bytes.length) {
      at += await this.#connection.write(bytes.subarray(at));
    }
  }

  /**
   * Reads what comes next; `null` when the connection is gone. Nothing at all
   * is an error after a minute.
   */
  async read(): Promise<string | null> {
    const bytes = new Uint8Array(READ_SIZE);
    const timer = setTimeout(() => this.close(), READ_TIMEOUT);
    try {
      const size = await this.#connection.read(bytes);
      if (size === null) return null;
      return new TextDecoder().decode(bytes.subarray(0, size));
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Reads until as many characters have come, or the connection is gone. */
  async readText(length: number): Promise<string> {
    let text = "";
    while (text.length < length) {
      const more = await this.read();
      if (more === null) break;
      text += more;
    }
    return text;
  }

  /** Sends one command and reads a short reply. */
  async ask(command: string): Promise<string | null> {
    await this.send(command);
    return await this.read();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Asks one thing over a connection of its own. */
export async function askOnce(
  target: RawTarget,
  command: string,
): Promise<string | null> {
  using client = await RawClient.connect(target);
  return await client.ask(command);
}

/** Tells whether a process is there; one that has ended but is not reaped is not. */
export async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "stat=", "-p", String(pid)],
  }).output();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}

/** Tells whether there is a file or directory. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
