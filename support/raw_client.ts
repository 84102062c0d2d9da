/**
 * The second pair of eyes: a direct connection to a server that shares no code
 * with the client under test.
 *
 * @module
 */

/** Where a server listens; a `RedisServer` is one. A port comes before a path. */
export interface RawAddress {
  readonly hostname?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  /** @default {0} */
  readonly db?: number | undefined;
}

/** A reply as it came; an error reply inside another one is a value. */
export type RawReply = string | number | null | Error | RawReply[];

/** A raw client that goes around every proxy and is asked what happened. */
export type Oracle = Pick<
  RawClient,
  "command" | "close" | typeof Symbol.asyncDispose
>;

const CR = 0x0d;
const CHUNK_SIZE = 65_536;
const READ_TIMEOUT = 60_000;

/** A client for {@linkcode RawClient.command} alone. */
export function oracle(address: RawAddress): Oracle {
  return new RawClient(address);
}

/** Sends one command over a connection of its own; an error reply is thrown. */
export async function ask(
  address: RawAddress,
  ...args: (string | number)[]
): Promise<RawReply> {
  using client = new RawClient(address);
  return await client.command(...args);
}

/** Sends one inline command over a connection of its own; the reply as it comes. */
export async function askOnce(
  address: RawAddress,
  command: string,
): Promise<string | null> {
  using client = await RawClient.connect(address);
  return await client.ask(command);
}

/** One connection, for commands and their replies or for text as it comes. */
export class RawClient implements Disposable, AsyncDisposable {
  readonly #address: RawAddress;
  #connection: Deno.Conn | undefined;
  #input = new Uint8Array(0);
  /** The end of the command before; the next one waits for it. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param address Where to connect to with the first command. */
  constructor(address: RawAddress) {
    this.#address = address;
  }

  /** Connects at once. */
  static async connect(address: RawAddress): Promise<RawClient> {
    const client = new RawClient(address);
    await client.#open();
    return client;
  }

  /**
   * Sends a command and reads its reply; an error reply is thrown. It connects
   * anew when its connection is gone, so that it outlives a restart.
   */
  command(...args: (string | number)[]): Promise<RawReply> {
    const reply = this.#turn.then(() => this.#command(args));
    this.#turn = reply.catch(() => {});
    return reply;
  }

  /** Sends inline commands, each with its line end. */
  async send(...commands: string[]): Promise<void> {
    await this.write(commands.map((command) => `${command}\r\n`).join(""));
  }

  /**
   * Reads what comes next; `null` when the connection is gone. Nothing at all
   * is an error after a minute.
   */
  async read(): Promise<string | null> {
    const timer = setTimeout(() => this.close(), READ_TIMEOUT);
    try {
      const chunk = await this.#readChunk();
      return chunk && new TextDecoder().decode(chunk);
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

  /** Sends one inline command and reads a short reply as it comes. */
  async ask(command: string): Promise<string | null> {
    await this.send(command);
    return await this.read();
  }

  /** Closes the connection; twice is fine. */
  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#input = new Uint8Array(0);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    this.close();
  }

  async #command(args: (string | number)[]): Promise<RawReply> {
    let reply: RawReply;
    try {
      if (this.#connection === undefined) await this.#open();
      reply = await this.#exchange(args);
    } catch (error) {
      this.close();
      throw error;
    }
    if (reply instanceof Error) throw reply;
    return reply;
  }

  async #open(): Promise<void> {
    const { hostname = "127.0.0.1", port = 0, path = "", db = 0 } =
      this.#address;
    this.#connection = port === 0
      ? await Deno.connect({ transport: "unix", path })
      : await Deno.connect({ hostname, port });
    if (db !== 0) await this.#exchange(["SELECT", db]);
  }

  async #exchange(args: (string | number)[]): Promise<RawReply> {
    const { length } = args;
    const parts = args.map((arg) => `$${byteLength(`${arg}`)}\r\n${arg}\r\n`);
    await this.write(`*${length}\r\n${parts.join("")}`);
    return await this.#readReply();
  }

  /** Sends text as it is. */
  async write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    while (at < bytes.length) {
      at += await this.#connection!.write(bytes.subarray(at));
    }
  }

  async #readReply(): Promise<RawReply> {
    const line = await this.#readLine();
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case "-":
        return new Error(rest);
      case ":":
        return Number(rest);
      case "$":
        return Number(rest) < 0 ? null : await this.#readBulk(Number(rest));
      case "*":
        return Number(rest) < 0 ? null : await this.#readList(Number(rest));
      default:
        throw new Error(`A raw client cannot read "${line}"`);
    }
  }

  async #readList(size: number): Promise<RawReply[]> {
    const items: RawReply[] = [];
    while (items.length < size) items.push(await this.#readReply());
    return items;
  }

  async #readLine(): Promise<string> {
    let end = this.#input.indexOf(CR);
    while (end < 0 || end + 1 >= this.#input.length) {
      await this.#fill();
      end = this.#input.indexOf(CR);
    }
    return this.#take(end);
  }

  async #readBulk(size: number): Promise<string> {
    while (this.#input.length < size + 2) await this.#fill();
    return this.#take(size);
  }

  /** Takes so many bytes of text, and the line end behind them. */
  #take(size: number): string {
    const text = new TextDecoder().decode(this.#input.subarray(0, size));
    this.#input = this.#input.slice(size + 2);
    return text;
  }

  async #fill(): Promise<void> {
    const chunk = await this.#readChunk();
    if (chunk === null) throw new Error("The server closed on a raw client");
    const joined = new Uint8Array(this.#input.length + chunk.length);
    joined.set(this.#input);
    joined.set(chunk, this.#input.length);
    this.#input = joined;
  }

  async #readChunk(): Promise<Uint8Array | null> {
    const chunk = new Uint8Array(CHUNK_SIZE);
    const size = await this.#connection!.read(chunk);
    return size === null ? null : chunk.subarray(0, size);
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
