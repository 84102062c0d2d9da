/**
 * The options of a server, and the directives they become.
 *
 * @module
 */

import {
  type Checks,
  isAnything,
  isObject,
  isText,
  oneOf,
  optionNames,
  readOptions,
} from "../options.ts";

/** The certificate files of a server that speaks TLS. */
export interface ServerTlsFiles {
  /** The path of its certificate (PEM). */
  cert: string;
  /** The path of its private key (PEM). */
  key: string;
  /**
   * The path of the authority (PEM) whose clients it lets in; without one, it
   * asks clients for no certificate.
   */
  ca?: string | undefined;
}

/** How to start a `RedisServer`. */
export interface RedisServerOptions {
  /**
   * The name or path of the server program.
   *
   * @default {"the variable RB_REDIS_SERVER, redis-server, valkey-server"}
   */
  executable?: string | undefined;
  /**
   * Whether it listens on a TCP port of 127.0.0.1 as well, or on its unix
   * socket alone.
   *
   * @default {"unix"} ("tcp" when there is a `port` or `tls`, or for a Sentinel)
   */
  transport?: "unix" | "tcp" | undefined;
  /**
   * How many databases it has.
   *
   * @default {16}
   */
  databases?: number | undefined;
  /**
   * More directives of its configuration, by name or one per line; one that is
   * given here replaces our own (`save ""`).
   *
   * @default {{}}
   */
  config?: Readonly<Record<string, string>> | readonly string[] | undefined;
  /** The certificate it shows; its port then speaks TLS only. */
  tls?: ServerTlsFiles | undefined;
  /**
   * Whether it is a Sentinel, which watches over other servers: `config` says
   * over which ones. What it learns of them outlives a restart.
   *
   * @default {false}
   */
  sentinel?: boolean | undefined;
  /**
   * The TCP port.
   *
   * @default {"a free one"}
   */
  port?: number | undefined;
  /**
   * How long it may take to answer after its start, and to end, in
   * milliseconds.
   *
   * @default {10_000}
   */
  timeout?: number | undefined;
}

const CHECKS: Checks = {
  executable: isText,
  transport: oneOf("unix", "tcp"),
  config: isObject,
  tls: isObject,
  sentinel: oneOf(true, false),
  // What is wrong with a number is said with the directives.
  databases: isAnything,
  port: isAnything,
  timeout: isAnything,
};

const TLS_CHECKS: Checks = { cert: isText, key: isText, ca: isText };

/** What would put a server where its own properties do not say it is. */
const OWN_DIRECTIVES = new Set([
  "bind",
  "daemonize",
  "databases",
  "dir",
  "logfile",
  "port",
  "tls-port",
  "unixsocket",
]);

/**
 * Reads the options of a server, once.
 *
 * @param options As a caller gave them.
 * @returns What was given, in objects of their own.
 * @throws {TypeError} When one is unknown or not as expected.
 */
export function readServerOptions(
  options: RedisServerOptions,
): RedisServerOptions {
  const read = readOptions(options, CHECKS, "RedisServer.start()");
  if (read.tls !== undefined) {
    read.tls = readOptions(read.tls, TLS_CHECKS, '"tls"');
  }
  const { config = [] } = read;
  if (!Array.isArray(config)) {
    const record = config as Readonly<Record<string, string>>;
    read.config = optionNames(record, '"config"')
      .map((name) => directiveLine(name, record[name]));
  }
  return read;
}

function directiveLine(name: string, value: string): string {
  return `${name} ${value === "" ? '""' : value}`;
}

/**
 * Turns the options that are a user's own into directives.
 *
 * @param options The options of a server.
 * @returns The directives, one a line.
 * @throws {TypeError} When one of them belongs to the server itself, or when
 * the options contradict each other.
 * @throws {RangeError} When a number is out of range.
 */
export function directiveLines(options: RedisServerOptions): string[] {
  checkOptions(options);
  const { config = {}, tls } = options;
  const lines = Array.isArray(config) ? [...config] : Object.entries(config)
    .map(([name, value]) => directiveLine(name, value));
  for (const line of lines) checkLine(line);
  return tls === undefined ? lines : [...tlsLines(tls), ...lines];
}

/** Whether options speak of TCP without saying whether to listen there. */
export function isOverTcp(options: RedisServerOptions): boolean {
  const { port, tls, sentinel = false } = options;
  return port !== undefined || tls !== undefined || sentinel;
}

function checkOptions(options: RedisServerOptions): void {
  const { transport, databases, timeout } = options;
  if (transport === "unix" && isOverTcp(options)) {
    const name = (["tls", "sentinel"] as const).find((name) => options[name]);
    throw new TypeError(`Option "${name ?? "port"}" needs the transport "tcp"`);
  }
  checkNumber("port", options.port, 65_535);
  checkNumber("databases", databases, 2 ** 31 - 1);
  checkNumber("timeout", timeout, 2 ** 31 - 1);
}

function checkNumber(
  name: string,
  value: number | undefined,
  highest: number,
): void {
  if (value === undefined) return;
  if (Number.isInteger(value) && value >= 1 && value <= highest) return;
  throw new RangeError(
    `Option "${name}" must be an integer from 1 to ${highest}, not "${value}"`,
  );
}

function checkLine(line: string): void {
  if (/[\r\n]/.test(line)) {
    throw new TypeError("A directive of a server takes one line");
  }
  const [name = ""] = line.trim().toLowerCase().split(/\s/, 1);
  if (!OWN_DIRECTIVES.has(name)) return;
  throw new TypeError(
    `Directive "${name}" belongs to the server: use its options instead`,
  );
}

function tlsLines({ cert, key, ca }: ServerTlsFiles): string[] {
  return [
    `tls-cert-file ${JSON.stringify(cert)}`,
    `tls-key-file ${JSON.stringify(key)}`,
    ...(ca === undefined
      ? ["tls-auth-clients no"]
      : [`tls-ca-cert-file ${JSON.stringify(ca)}`]),
  ];
}
