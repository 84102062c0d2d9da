/**
 * The option `sentinels` of a cluster, and hosts that are found by it.
 *
 * @module
 */

import { type HostOptions, readHostOptions } from "./host_info.ts";
import { isUrl, parseHostUrl } from "./host_url.ts";

/** Where sentinels listen, unless it is said. */
const SENTINEL_PORT = 26_379;

/**
 * The sentinels, and who they know us as: they have users, passwords and
 * certificates of their own, which say nothing of those of servers.
 */
export interface SentinelOptions extends
  Pick<
    HostOptions,
    | "username"
    | "password"
    | "tls"
    | "caCerts"
    | "cert"
    | "key"
    | "serverName"
    | "name"
  > {
  /**
   * Where they are, as options or URLs, best all of them. What one of them says
   * itself goes before what holds for all. The port is 26379 by default.
   */
  hosts: readonly (HostOptions | string | Pick<URL, "href">)[];
}

/** What has a meaning for servers, and none for sentinels, */
const NOT_OF_SENTINELS = ["db", "label", "weight", "primaryName"] as const;
/** and what each sentinel has for itself. */
const OWN = ["hostname", "port", "path"] as const;

/**
 * Reads the option `sentinels`.
 *
 * @param options As a caller gave it.
 * @returns The options of each sentinel.
 * @throws {TypeError} If something is unknown, not as expected, or has no meaning
 * for a sentinel.
 */
export function readSentinels(options: SentinelOptions): HostOptions[] {
  const what = '"sentinels"';
  const { hosts, ...common } = readHostOptions(options, what, {
    hosts: (value) =>
      Array.isArray(value) && value.length > 0
        ? undefined
        : "a list of one sentinel or more",
  });
  if (hosts === undefined) {
    throw new TypeError(`The option "hosts" of ${what} is missing`);
  }
  assertNone(common, [...OWN, ...NOT_OF_SENTINELS], what);
  return hosts.map((given, index) => {
    const what = `sentinels.hosts[${index}]`;
    const own = typeof given === "string" || isUrl(given)
      ? parseHostUrl(String(given), what)
      : readHostOptions(given, what);
    assertNone(own, NOT_OF_SENTINELS, what);
    const place = own.path === undefined ? { port: SENTINEL_PORT } : {};
    return { ...place, ...common, ...own };
  });
}

function assertNone(
  options: HostOptions,
  names: readonly (keyof HostOptions)[],
  what: string,
): void {
  const stray = names.find((name) => options[name] !== undefined);
  if (stray === undefined) return;
  throw new TypeError(
    `Cannot take "${stray}" of ${what}: it has no meaning for a sentinel` +
      (OWN.some((name) => name === stray)
        ? '; each one of "hosts" has its own'
        : ', but for "hosts" and "hostDefaults" of the cluster'),
  );
}

/**
 * Makes sure that a host is given in the way in which it is found.
 *
 * @param options Those of the host, with what holds for all.
 * @param what Which host it is, for the error.
 * @param isNamed Whether hosts are found through sentinels.
 * @throws {TypeError} If it is not; the error says which option is right.
 */
export function assertNamed(
  options: HostOptions,
  what: string,
  isNamed: boolean,
): void {
  const { primaryName } = options;
  if (!isNamed) {
    if (primaryName === undefined) return;
    throw new TypeError(
      `Cannot find ${what} by its "primaryName" without the option "sentinels"`,
    );
  }
  const place = OWN.find((name) => options[name] !== undefined);
  if (place !== undefined) {
    throw new TypeError(
      `Cannot take "${place}" of ${what}: together with "sentinels" a host is ` +
        'given by its "primaryName", and sentinels are asked where it is; leave ' +
        '"sentinels" out for servers with fixed addresses',
    );
  }
  if (primaryName !== undefined) return;
  throw new TypeError(
    `Cannot find ${what}: together with "sentinels" a host needs the ` +
      '"primaryName" by which they know it',
  );
}
