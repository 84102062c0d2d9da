/**
 * Hosts: what a caller says of them, and what the cluster knows of them.
 *
 * @module
 */

import type { Inspect } from "./inspect.ts";
import { pythonRbLabel, type RouterHost } from "./topology/mod.ts";
import {
  assertOptions,
  isFilledText,
  isText,
  isTexts,
  isWhole,
  oneOf,
} from "./options.ts";

/** How to reach one Redis server, and one database of it. */
export interface HostOptions {
  /**
   * A host name or an address.
   *
   * @default {"localhost"}
   */
  hostname?: string;
  /**
   * A TCP port.
   *
   * @default {6379}
   */
  port?: number;
  /** The path of a unix socket, used instead of `hostname` and `port`. */
  path?: string;
  /**
   * The number of the database.
   *
   * @default {0}
   */
  db?: number;
  /** The user name for AUTH; without it the password is that of the default user. */
  username?: string;
  /** The password for AUTH. */
  password?: string;
  /**
   * Whether to speak TLS.
   *
   * @default {false}
   */
  tls?: boolean;
  /** Certificates (PEM) to trust beside those of the system; they imply `tls`. */
  caCerts?: string[];
  /**
   * What places the host on the ring of the ConsistentHashingRouter, instead of
   * its address and password: with it, a new address or password moves no key.
   * Leave it out where Python rb shares the servers.
   */
  label?: string;
  /**
   * The share of the ring that the host gets, relative to the other hosts.
   *
   * @default {1}
   */
  weight?: number;
  /** The name of its connections in CLIENT LIST. */
  name?: string;
}

const CHECKS = {
  hostname: isFilledText,
  port: isWhole(0, 65_535),
  path: isFilledText,
  db: isWhole(0, 2 ** 31 - 1),
  username: isText,
  password: isText,
  tls: oneOf(true, false),
  caCerts: isTexts,
  label: isText,
  weight: (value: unknown) =>
    typeof value === "number" && value > 0 && value < Infinity
      ? undefined
      : "a positive number",
  name: isText,
};

/** One host of a cluster. Printing it never shows its password. */
export class HostInfo implements RouterHost {
  /** Its id, by which routers name it. */
  readonly hostId: number;
  /** Its host name or address. */
  readonly hostname: string;
  /** Its TCP port. */
  readonly port: number;
  /** The path of its unix socket, if it is reached by one. */
  readonly path: string | undefined;
  /** The number of its database. */
  readonly db: number;
  /** The user name for AUTH. */
  readonly username: string | undefined;
  /** Whether it speaks TLS. */
  readonly tls: boolean;
  /** Certificates (PEM) to trust beside those of the system. */
  readonly caCerts: readonly string[] | undefined;
  /** What places it on the ring, if given. */
  readonly label: string | undefined;
  /** The share of the ring it gets. */
  readonly weight: number;
  /** The name of its connections. */
  readonly name: string | undefined;
  readonly #password: string | undefined;

  /**
   * Describes a host; nothing is opened.
   *
   * @param hostId Its id, an integer from 0.
   * @param options How to reach it.
   * @throws {TypeError} If an option is unknown or has the wrong type.
   * @throws {RangeError} If the id or an option is out of range.
   */
  constructor(hostId: number, options: HostOptions = {}) {
    assertHostId(hostId);
    assertOptions(options, CHECKS, `host ${hostId}`);
    this.hostId = hostId;
    this.hostname = options.hostname ?? "localhost";
    this.port = options.port ?? 6379;
    this.path = options.path;
    this.db = options.db ?? 0;
    this.username = options.username;
    this.tls = options.tls ?? options.caCerts !== undefined;
    this.caCerts = options.caCerts;
    this.label = options.label;
    this.weight = options.weight ?? 1;
    this.name = options.name;
    this.#password = options.password;
    if (this.tls && this.path !== undefined) {
      throw new TypeError(
        `Cannot use TLS for host ${hostId}: it is reached by a unix socket`,
      );
    }
    if (this.username !== undefined && this.#password === undefined) {
      throw new TypeError(
        `Cannot authenticate at host ${hostId}: "username" is given without ` +
          `"password"`,
      );
    }
  }

  /** The password for AUTH. */
  get password(): string | undefined {
    return this.#password;
  }

  /** Where it is, for people: `127.0.0.1:6379/1` or `unix:/run/redis.sock`. */
  get address(): string {
    const place = this.path === undefined
      ? `${this.hostname}:${this.port}`
      : `unix:${this.path}`;
    return this.db === 0 ? place : `${place}/${this.db}`;
  }

  /**
   * What places it on the ring: its label, or the text that Python rb uses,
   * which includes the password. Python names certificates by their files; a
   * host with `caCerts` that shares a ring with Python needs a label made by
   * `pythonRbLabel`.
   */
  get ringLabel(): string {
    return this.label ?? pythonRbLabel({
      host_id: this.hostId,
      host: this.hostname,
      port: this.port,
      unix_socket_path: this.path ?? null,
      db: this.db,
      password: this.#password ?? null,
      ssl: this.tls,
    });
  }

  /** Everything but the password. */
  toJSON(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this));
  }

  /** Everything but the password. */
  [Symbol.for("Deno.customInspect")](
    inspect: Inspect,
    options: object,
  ): string {
    return `HostInfo ${inspect(this.toJSON(), options)}`;
  }

  /** Everything but the password, in Node.js and Bun. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: object,
    inspect: Inspect,
  ): string {
    return `HostInfo ${inspect(this.toJSON(), options)}`;
  }
}

/**
 * @throws {TypeError} If an id is not a number.
 * @throws {RangeError} If it is not an integer from 0.
 */
export function assertHostId(hostId: unknown): asserts hostId is number {
  if (typeof hostId !== "number") {
    throw new TypeError(
      `A host id is an integer from 0, but one is of type "${typeof hostId}"`,
    );
  }
  if (!Number.isSafeInteger(hostId) || hostId < 0) {
    throw new RangeError(
      `A host id is an integer from 0, but one is ${hostId}`,
    );
  }
}

/**
 * Reads a URL: `redis://user:password@host:port/db`, `rediss://…` for TLS, or
 * `unix:/path/of/socket?db=1`. The first two may have `?db=1` as well.
 *
 * @throws {TypeError} If it is none of these. The text is not repeated, since it
 * may hold a password.
 */
export function parseHostUrl(text: string): HostOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case "redis:":
    case "rediss:":
      return fromNetworkUrl(url);
    case "unix:":
      return {
        path: decodeURIComponent(url.pathname),
        ...credentials(url),
        ...database(url.searchParams.getAll("db")),
      };
    default:
      throw new TypeError(
        "Cannot read the URL of a host: expected " +
          `"redis://host:port/db", "rediss://host:port/db" or "unix:/path"`,
      );
  }
}

function fromNetworkUrl(url: URL): HostOptions {
  const options: HostOptions = { ...credentials(url) };
  // An IPv6 address stands in brackets in a URL, and without them elsewhere.
  const hostname = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (hostname !== "") options.hostname = hostname;
  if (url.port !== "") options.port = Number(url.port);
  if (url.protocol === "rediss:") options.tls = true;
  const databases = [url.pathname.slice(1), ...url.searchParams.getAll("db")];
  return { ...options, ...database(databases) };
}

function credentials(url: URL): HostOptions {
  const options: HostOptions = {};
  if (url.username !== "") options.username = decodeURIComponent(url.username);
  if (url.password !== "") options.password = decodeURIComponent(url.password);
  return options;
}

/** The one database that is named, however often; an empty text names none. */
function database(texts: readonly string[]): HostOptions {
  const named = texts.filter((text) => text !== "");
  if (!named.every((text) => /^\d+$/.test(text))) {
    throw new TypeError("The database in the URL of a host is not a number");
  }
  const [db, ...others] = new Set(named.map(Number));
  if (others.length > 0) {
    throw new TypeError("The URL of a host names more than one database");
  }
  return db === undefined ? {} : { db };
}
