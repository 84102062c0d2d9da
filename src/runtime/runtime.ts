/**
 * What differs between Deno, Node.js and Bun: the seam to all of them.
 *
 * @module
 */

/** Where a server listens. */
export interface Address {
  /** A host name or an address. */
  hostname: string;
  /** A TCP port. */
  port: number;
  /** The path of a unix socket, used instead of host name and port. */
  path?: string | undefined;
  /** Whether to speak TLS. */
  tls: boolean;
  /** Certificates (PEM) to trust beside those of the system. */
  caCerts?: readonly string[] | undefined;
  /** The certificate (PEM) to show, and */
  cert?: string | undefined;
  /** its private key (PEM). */
  key?: string | undefined;
  /** The name to greet and to check the server by, instead of `hostname`. */
  serverName?: string | undefined;
}

/** An open socket; every `Deno.Conn` is one. */
export interface Socket {
  /** Reads into `buffer`; `null` at the end of the stream. One at a time. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes` and says how many. One at a time. */
  write(bytes: Uint8Array): Promise<number>;
  /** Closes both directions; what is pending rejects. */
  close(): void;
  /** Lets a pending read keep the program alive. */
  ref(): void;
  /** Lets the program end although a read is pending. */
  unref(): void;
}

/** What `setTimeout` returns. */
export type Timer = ReturnType<typeof setTimeout>;

/** What the library needs of the program that runs it. */
export interface Runtime {
  /** The encoding that a `Buffer` reads ASCII with the fastest. */
  readonly asciiEncoding: "latin1" | "utf8";
  /**
   * Opens a socket, which holds back no small writes, or none at all: one that
   * opens in the moment of an abort is closed.
   *
   * @param address Where to.
   * @param signal Aborted when the socket is not wanted any more.
   * @throws {unknown} The reason of the signal once that is aborted, otherwise
   * whatever the runtime says.
   */
  connect(address: Address, signal: AbortSignal): Promise<Socket>;
  /** Lets the program end although a timer is set. */
  unref(timer: Timer): void;
  /**
   * Whether an error of `connect` says that the server cannot be trusted, or
   * does not speak TLS: another attempt would end the same.
   */
  isUntrusted(error: unknown): boolean;
  /**
   * Why it cannot connect to such an address at all, if it cannot.
   *
   * @param address Where to.
   */
  objectionTo(address: Address): string | undefined;
}
