/**
 * Hosts: what a caller says of them, and what the cluster knows of them.
 *
 * @module
 */

import type { Inspect } from "./inspect.ts";
import { BadHostSetupError } from "./errors.ts";
import { assertHostId } from "./host_ids.ts";
import {
  type Checks,
  isSendable,
  isWhole,
  oneOf,
  readOptions,
} from "./options.ts";
import { pythonRbLabel, type RouterHost, shownLabel } from "./topology/mod.ts";

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
  /** The path of a unix socket, instead of `hostname` and `port`. */
  path?: string;
  /**
   * The number of the database.
   *
   * @default {0}
   */
  db?: number;
  /** The user name for AUTH; without it the password is that of the default user. */
  username?: string;
  /**
   * The password for AUTH. A function is asked once for each connection, within
   * the time that the connection has, so that passwords may change and tokens
   * may expire. On a ring its host needs a `label`.
   */
  password?: string | (() => string | Promise<string>);
  /**
   * Whether to speak TLS. By default it is spoken where there is `caCerts`, `cert`
   * or `serverName`.
   *
   * @default {false}
   */
  tls?: boolean;
  /** Certificates (PEM) to trust beside those of the system. */
  caCerts?: readonly string[];
  /** The certificate (PEM) that is shown to the server, with those it needs. */
  cert?: string;
  /** The private key (PEM, not encrypted) of `cert`. */
  key?: string;
  /**
   * The name that the certificate of the server has to be for, and that it is
   * told in the greeting (SNI), where that is not `hostname`. Deno cannot have
   * both this and `cert`.
   */
  serverName?: string;
  /**
   * The name by which sentinels know the primary of the host, in the place of
   * `hostname` and `port`; only together with `sentinels`. It is also the default
   * of `label`.
   */
  primaryName?: string;
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
  /**
   * The name of its connections in CLIENT LIST: printable ASCII without blanks,
   * since servers take no other.
   */
  name?: string;
}

const CHECKS: Checks = {
  hostname: isHostname,
  port: isWhole(1, 65_535),
  path: (value) =>
    typeof value === "string" && value !== "" && !value.includes("\0")
      ? undefined
      : "the path of a socket",
  db: isWhole(0, 2 ** 31 - 1),
  username: isSendable,
  password: (value) =>
    typeof value === "function" || isSendable(value) === undefined
      ? undefined
      : "a string without lone surrogates, or a function that gives one",
  tls: oneOf(true, false),
  caCerts: (value) =>
    Array.isArray(value) && value.every(isCertificate)
      ? undefined
      : "a list of certificates in PEM, each as text",
  cert: (value) =>
    isCertificate(value)
      ? undefined
      : "a certificate in PEM, as text and not as the path of a file",
  key: (value) =>
    typeof value === "string" && PRIVATE_KEY.test(value)
      ? undefined
      : "a private key in PEM that is not encrypted, as text and not as the " +
        "path of a file",
  serverName: isHostname,
  primaryName: (value) =>
    typeof value === "string" && /^[\w.-]+$/.test(value)
      ? undefined
      : 'a name as sentinels have it: letters, digits, ".", "-" and "_"',
  label: isSendable,
  weight: (value: unknown) =>
    typeof value === "number" && value > 0 && value < Infinity
      ? undefined
      : "a positive number",
  name: (value) =>
    typeof value === "string" && /^[!-~]*$/.test(value)
      ? undefined
      : "printable ASCII without blanks",
};

const PRIVATE_KEY = /-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/;

function isCertificate(value: unknown): boolean {
  return typeof value === "string" &&
    value.includes("-----BEGIN CERTIFICATE-----");
}

/** Accepts a name or an address, and no other part of a URL with it. */
function isHostname(value: unknown): string | undefined {
  // An IPv6 address has two colons at least.
  return typeof value === "string" &&
      /^(?:[^\s:/?#@,[\]]+|[\da-f]*:[\da-f.]*:[^\s/?#@,[\]]*)$/i.test(value)
    ? undefined
    : "a host name or an address (without brackets, and without a port)";
}

/**
 * Reads and checks the options of a host.
 *
 * @param options As a caller gave them.
 * @param what Which host it is, for the error.
 * @param more Checks of further options.
 * @throws {TypeError} If one is unknown or not as expected.
 */
export function readHostOptions<T extends HostOptions>(
  options: T,
  what: string,
  more: Checks = {},
): T {
  return readOptions(options, { ...CHECKS, ...more }, what);
}

/** One host of a cluster. Printing it never shows its password or key. */
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
  /** The certificate (PEM) that is shown to it. */
  readonly cert: string | undefined;
  /** The name that its certificate has to be for, if not its host name. */
  readonly serverName: string | undefined;
  /** The name by which sentinels know its primary, if it is found by that. */
  readonly primaryName: string | undefined;
  /** What places it on the ring, if given. */
  readonly label: string | undefined;
  /** The share of the ring it gets. */
  readonly weight: number;
  /** The name of its connections. */
  readonly name: string | undefined;
  readonly #password: HostOptions["password"];
  readonly #key: string | undefined;

  /**
   * Describes a host; nothing is opened.
   *
   * @param hostId Its id, an integer from 0.
   * @param options How to reach it.
   * @throws {TypeError} If an option is unknown or not as expected.
   * @throws {RangeError} If the id is out of range.
   */
  constructor(hostId: number, options: HostOptions = {}) {
    assertHostId(hostId);
    const host = readHostOptions(options, `host ${hostId}`);
    this.hostId = hostId;
    this.hostname = host.hostname ?? "localhost";
    this.port = host.port ?? 6379;
    this.path = host.path;
    this.db = host.db ?? 0;
    this.username = host.username;
    this.tls = host.tls ?? speaksTls(host);
    this.caCerts = host.caCerts;
    this.cert = host.cert;
    this.serverName = host.serverName;
    this.primaryName = host.primaryName;
    this.label = host.label;
    this.weight = host.weight ?? 1;
    this.name = host.name;
    this.#password = host.password;
    this.#key = host.key;
    if (this.tls && this.path !== undefined) {
      throw new TypeError(
        `Cannot use TLS for host ${hostId}: it is reached by a unix socket; ` +
          'leave "tls" and certificates out, or set "tls" to false',
      );
    }
    if ((this.cert === undefined) !== (this.#key === undefined)) {
      const [given, missing] = this.cert === undefined
        ? ["key", "cert"]
        : ["cert", "key"];
      throw new TypeError(
        `Cannot show a certificate to host ${hostId}: "${given}" is given ` +
          `without "${missing}"`,
      );
    }
    if (this.username !== undefined && this.#password === undefined) {
      throw new TypeError(
        `Cannot authenticate at host ${hostId}: "username" is given without ` +
          `"password"`,
      );
    }
  }

  /** The password for AUTH, or the function that is asked for it. */
  get password(): string | (() => string | Promise<string>) | undefined {
    return this.#password;
  }

  /** The private key (PEM) of `cert`. */
  get key(): string | undefined {
    return this.#key;
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
   *
   * @throws {BadHostSetupError} If the password is a function and there is no
   * label.
   */
  get ringLabel(): string {
    if (this.label !== undefined) return this.label;
    if (typeof this.#password === "function") {
      throw new BadHostSetupError(
        `Cannot place host ${this.hostId} on a ring: without a label the text ` +
          'of the password is part of its place, but "password" is a ' +
          'function; give the host a "label"',
      );
    }
    return pythonRbLabel({
      host_id: this.hostId,
      host: this.hostname,
      port: this.port,
      unix_socket_path: this.path ?? null,
      db: this.db,
      password: this.#password ?? null,
      ssl: this.tls,
    });
  }

  /** The same host, whose connections have another name. */
  named(name: string): HostInfo {
    const { hostId: _, ...options } = this;
    const password = this.#password;
    const key = this.#key;
    return new HostInfo(
      this.hostId,
      withoutNothing({
        ...options,
        ...(this.path === undefined
          ? {}
          : { hostname: undefined, port: undefined, tls: undefined }),
        password,
        key,
        name,
      }),
    );
  }

  /** Everything but the password and the key. */
  toJSON(): Record<string, unknown> {
    const shown = Object.fromEntries<unknown>(Object.entries(this));
    if (this.label !== undefined) shown.label = shownLabel(this.label);
    return shown;
  }

  /** Everything but the password and the key. */
  [Symbol.for("Deno.customInspect")](
    inspect: Inspect,
    options: object,
  ): string {
    return `HostInfo ${inspect(this.toJSON(), options)}`;
  }

  /** Everything but the password and the key, in Node.js and Bun. */
  [Symbol.for("nodejs.util.inspect.custom")](
    _depth: number,
    options: object,
    inspect: Inspect,
  ): string {
    return `HostInfo ${inspect(this.toJSON(), options)}`;
  }
}

/** Options without those that say nothing. */
function withoutNothing(options: HostOptions): HostOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
}

/** Whether options speak of TLS without saying whether to speak it. */
export function speaksTls(options: HostOptions): boolean {
  const { caCerts, cert, key, serverName } = options;
  return (caCerts ?? cert ?? key ?? serverName) !== undefined;
}
