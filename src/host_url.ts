/**
 * Hosts as URLs. What is in one is understood, or refused by its name: nothing
 * of it is left out.
 *
 * @module
 */

import type { HostOptions } from "./host_info.ts";

/** The schemes of servers that are reached over TCP, and who speaks TLS. */
const NETWORK_SCHEMES: ReadonlyMap<string, boolean> = new Map([
  ["redis", false],
  ["valkey", false],
  ["rediss", true],
  ["valkeys", true],
]);

const EXPECTED =
  'expected "redis://user:password@host:port/db", the same with "rediss" for ' +
  'TLS, with "valkey" or "valkeys", or "unix:/path?db=1"';

/**
 * Whether a host is given as a URL. Types name no more of one than its `href`: it has
 * a `host` as well, and the compiler would take it for what options may have.
 */
export function isUrl(host: unknown): host is Pick<URL, "href"> {
  return host instanceof URL;
}

/** Makes the error for a problem of the URL at hand. */
type Refuse = (problem: string) => TypeError;

/**
 * Reads a URL: `redis://user:password@host:port/db`, `rediss://…` for TLS, both
 * also as `valkey`, or `unix:/path/of/socket`, with a user as
 * `unix://user:password@/path/of/socket`. Each may have `?db=1`.
 *
 * @param text The URL.
 * @param what Whose it is, for the error.
 * @throws {TypeError} If it is none of these, or says anything else. The text is
 * not repeated, since it may hold a password.
 */
export function parseHostUrl(text: string, what = "a host"): HostOptions {
  const refuse = (problem: string) =>
    new TypeError(`Cannot read the URL of ${what}: ${problem}`);
  const [, name = "", rest = ""] = /^([a-z]+):(.*)$/is.exec(text) ?? [];
  const scheme = name.toLowerCase();
  const tls = NETWORK_SCHEMES.get(scheme);
  if (tls === undefined && scheme !== "unix") throw refuse(EXPECTED);
  if (rest.includes("#")) {
    throw refuse(
      'it has a "#", but a fragment says nothing of a host; within a user, a ' +
        'password or a path it is written as "%23"',
    );
  }
  const [, place = "", query] = /^([^?]*)(?:\?(.*))?$/s.exec(rest) ?? [];
  const databases = query === undefined ? [] : databasesOf(query, refuse);
  if (tls === undefined) {
    return { ...fromUnix(place, refuse), ...database(databases, refuse) };
  }
  const { path, ...options } = fromNetwork(place, refuse);
  return {
    ...options,
    ...(tls ? { tls } : {}),
    ...database([path.slice(1), ...databases], refuse),
  };
}

/** Reads `//user:password@host:port/path`. */
function fromNetwork(
  place: string,
  refuse: Refuse,
): HostOptions & { path: string } {
  const [, authority, path] = /^\/\/([^/]*)(.*)$/s.exec(place) ?? [];
  if (authority === undefined) throw refuse(EXPECTED);
  if (path.includes("@")) throw cutShort(refuse);
  const [userInfo, server] = splitUserInfo(authority);
  const options: HostOptions = credentials(userInfo, refuse);
  // An IPv6 address stands in brackets in a URL, and without them elsewhere.
  const [, address, name, port] =
    /^(?:\[([^[\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(server) ?? [];
  const hostname = address ?? name;
  if (hostname === undefined || Number(port ?? 0) > 65_535) {
    throw refuse(
      'its host and port are not of the form "host:port" or "[address]:port"; ' +
        'within a password ":", "/", "?", "#" and "@" are written as "%3A", ' +
        '"%2F", "%3F", "%23" and "%40"',
    );
  }
  if (hostname !== "") {
    options.hostname = decode(hostname, "host name", refuse);
  }
  if (port) options.port = Number(port);
  return { ...options, path };
}

/** Reads `/path`, `///path` and `//user:password@/path`. */
function fromUnix(place: string, refuse: Refuse): HostOptions {
  const [, authority = "", path = ""] = /^(?:\/\/([^/]*))?(.*)$/s.exec(place) ??
    [];
  const [userInfo, server] = splitUserInfo(authority);
  if (server !== "" && server !== "localhost") {
    throw refuse(
      'it has a host name between "unix://" and the path of the socket, which ' +
        'begins with the next "/": write "unix:/path" or ' +
        '"unix://user:password@/path"',
    );
  }
  if (path === "") throw refuse("it has no path of a socket");
  return {
    path: decode(path, "path", refuse),
    ...credentials(userInfo, refuse),
  };
}

/** Tells the part before the last `@` from what is behind it. */
function splitUserInfo(authority: string): [userInfo: string, server: string] {
  const at = authority.lastIndexOf("@");
  return [authority.slice(0, Math.max(at, 0)), authority.slice(at + 1)];
}

function credentials(userInfo: string, refuse: Refuse): HostOptions {
  const [, user, password] = /^([^:]*):?(.*)$/s.exec(userInfo) ?? [];
  const options: HostOptions = {};
  if (user) options.username = decode(user, "user", refuse);
  if (password) options.password = decode(password, "password", refuse);
  return options;
}

function decode(text: string, part: string, refuse: Refuse): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse(
      `its ${part} has a "%" that begins no escape; a percent sign is written ` +
        'as "%25"',
    );
  }
}

/** The texts of the parameter `db`, the only one there is. */
function databasesOf(query: string, refuse: Refuse): string[] {
  // Then what looks like names may be parts of a password.
  if (query.includes("@")) throw cutShort(refuse);
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (name === "db") continue;
    const which = /^[\w.-]+$/.test(name) ? `the parameter "${name}"` : "one";
    throw refuse(
      `of parameters there is "db", but it has ${which}: a user and a ` +
        'password stand before the host, as "user:password@", TLS is ' +
        '"rediss://", and for the rest give an object with options',
    );
  }
  return parameters.getAll("db");
}

function cutShort(refuse: Refuse): TypeError {
  return refuse(
    'it has an "@" behind a "/" or "?", which end the host; within a user or ' +
      'a password they are written as "%2F" and "%3F"',
  );
}

/** The one database that is named, however often; an empty text names none. */
function database(texts: readonly string[], refuse: Refuse): HostOptions {
  const named = texts.filter((text) => text !== "");
  if (!named.every((text) => /^\d+$/.test(text))) {
    throw refuse("its database is not a number");
  }
  const [db, ...others] = new Set(named.map(Number));
  if (others.length > 0) throw refuse("it names more than one database");
  return db === undefined ? {} : { db };
}
