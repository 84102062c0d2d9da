/**
 * The second pair of eyes: a direct connection to a server that shares no code
 * with the client under test and goes around every proxy.
 *
 * @module
 */

/** Where a server listens; a `RedisServer` is one. A port comes before a path. */
export interface OracleAddress {
  readonly hostname?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
}

/** A reply as it came; an error reply inside another one is a value. */
export type OracleReply = string | number | null | Error | OracleReply[];

/** A raw client for one server. */
export interface Oracle extends AsyncDisposable {
  /** Sends a command and reads its reply; an error reply is thrown. */
  command(...args: (string | number)[]): Promise<OracleReply>;
  /** Closes the connection; twice is fine. */
  close(): void;
}

const CR = 0x0d;
const CHUNK_SIZE = 65_536;

/**
 * A client that connects with its first command, and anew when a command finds
 * its connection gone (so that one oracle outlives a restart of its server).
 */
export function oracle(address: OracleAddress): Oracle {
  return new DirectClient(address);
}

class DirectClient implements Oracle {
  readonly #address: OracleAddress;
  #connection: Deno.Conn | undefined;
  #input = new Uint8Array(0);
  /** The end of the command before; the next one waits for it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(address: OracleAddress) {
    this.#address = address;
  }

  command(...args: (string | number)[]): Promise<OracleReply> {
    const reply = this.#turn.then(() => this.#ask(args));
    this.#turn = reply.catch(() => {});
    return reply;
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#input = new Uint8Array(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    this.close();
  }

  async #ask(args: (string | number)[]): Promise<OracleReply> {
    let reply: OracleReply;
    try {
      this.#connection ??= await this.#connect();
      await this.#write(frame(args));
      reply = await this.#read();
    } catch (error) {
      this.close();
      throw error;
    }
    if (reply instanceof Error) throw reply;
    return reply;
  }

  async #connect(): Promise<Deno.Conn> {
    const { hostname = "127.0.0.1", port = 0, path = "" } = this.#address;
    return port === 0
      ? await Deno.connect({ transport: "unix", path })
      : await Deno.connect({ hostname, port });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.length) {
      at += await this.#connection!.write(bytes.subarray(at));
    }
  }

  async #read(): Promise<OracleReply> {
    const line = await this.#line();
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return rest;
      case "-":
        return new Error(rest);
      case ":":
        return Number(rest);
      case "$":
        return Number(rest) < 0 ? null : await this.#bulk(Number(rest));
      case "*":
        return Number(rest) < 0 ? null : await this.#list(Number(rest));
      default:
        throw new Error(`The oracle cannot read "${line}"`);
    }
  }

  async #list(size: number): Promise<OracleReply[]> {
    const items: OracleReply[] = [];
    while (items.length < size) items.push(await this.#read());
    return items;
  }

  async #line(): Promise<string> {
    let end = this.#input.indexOf(CR);
    while (end < 0 || end + 1 >= this.#input.length) {
      await this.#fill();
      end = this.#input.indexOf(CR);
    }
    const text = new TextDecoder().decode(this.#input.subarray(0, end));
    this.#input = this.#input.slice(end + 2);
    return text;
  }

  async #bulk(size: number): Promise<string> {
    while (this.#input.length < size + 2) await this.#fill();
    const text = new TextDecoder().decode(this.#input.subarray(0, size));
    this.#input = this.#input.slice(size + 2);
    return text;
  }

  async #fill(): Promise<void> {
    const chunk = new Uint8Array(CHUNK_SIZE);
    const size = await this.#connection!.read(chunk);
    if (size === null) throw new Error("The server closed on the oracle");
    const joined = new Uint8Array(this.#input.length + size);
    joined.set(this.#input);
    joined.set(chunk.subarray(0, size), this.#input.length);
    this.#input = joined;
  }
}

function frame(args: (string | number)[]): Uint8Array {
  const encoder = new TextEncoder();
  let text = `*${args.length}\r\n`;
  for (const arg of args.map(String)) {
    text += `$${encoder.encode(arg).length}\r\n${arg}\r\n`;
  }
  return encoder.encode(text);
}
