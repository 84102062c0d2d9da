/**
 * What every router must do, as tests that any router can run.
 *
 * @module
 */

import { UnroutableCommandError } from "../errors.ts";
import type { BaseRouter, RouterHost } from "../topology/mod.ts";
import type { Argument, Key } from "../values.ts";

/** A router to be tested. */
export interface RouterConformanceOptions {
  /** The name of the router, which starts the name of every test. */
  name: string;
  /**
   * Makes the router for some hosts.
   *
   * @param hosts The hosts by id, from 0 to N-1, all of weight 1.
   */
  create(hosts: ReadonlyMap<number, RouterHost>): BaseRouter;
}

const HOST_COUNTS = [1, 2, 7];
const MANY_KEYS = 10_000;

/** The same key as text and in every other form it can take. */
const TWINS: readonly [string, ...Key[]][] = [
  ["", new Uint8Array(0)],
  ["plain", utf8("plain")],
  ["ünïcödé", utf8("ünïcödé")],
  ["日本語", utf8("日本語")],
  ["😀{a}\r\n\0", utf8("😀{a}\r\n\0")],
  ["x".repeat(300), utf8("x".repeat(300))],
  ["42", 42, 42n, utf8("42")],
  ["-1", -1, -1n, utf8("-1")],
  ["0", 0, -0, 0n],
  ["12345678901234567890", 12345678901234567890n],
  // Written in digits on the way to the server, though not by String().
  ["1000000000000000000000", 1e21, 10n ** 21n],
  ["-1000000000000000000000", -1e21],
  ["10000000000000000000000", 1e22],
  ["0.1", 0.1],
  ["1e-7", 1e-7],
];

const NO_KEYS: readonly unknown[] = [
  undefined,
  null,
  NaN,
  true,
  {},
  ["key"],
  new ArrayBuffer(1),
  Symbol.iterator,
];

/**
 * Registers tests with `Deno.test` that every router must pass: it is
 * deterministic, names known hosts only and uses all of them; the same key
 * reaches the same host in every form; a command with several keys runs where
 * all of them live, or not at all; what is no key is refused.
 *
 * @param options The name of the router, and how to make it.
 *
 * @example Test a router of your own
 * ```ts no-eval
 * import { PartitionRouter } from "@rb/rb";
 * import { routerConformance } from "@rb/rb/testing";
 *
 * routerConformance({
 *   name: "PartitionRouter",
 *   create: (hosts) => new PartitionRouter({ hosts }),
 * });
 * ```
 */
export function routerConformance(options: RouterConformanceOptions): void {
  const { name, create } = options;
  for (const count of HOST_COUNTS) {
    const hosts = makeHosts(count);
    const test = (title: string, check: (router: BaseRouter) => void) =>
      Deno.test(`${name} with ${count} host(s) ${title}`, () => {
        check(create(hosts));
      });
    test("names the same host every time", (router) => {
      checkDeterminism(router, create(new Map([...hosts].reverse())));
    });
    test("names known hosts only and uses all of them", (router) => {
      checkSpread(router, hosts);
    });
    test("names one host for a key in all its forms", checkTwins);
    test("names the host of the key of a command", checkOneKey);
    test("names a host for several keys only if they share it", (router) => {
      checkSeveralKeys(router, count);
    });
    test("refuses commands without a key", checkKeyless);
    test("refuses what is no key", checkNoKeys);
  }
}

function makeHosts(count: number): Map<number, RouterHost> {
  const hosts = new Map<number, RouterHost>();
  for (let hostId = 0; hostId < count; hostId++) {
    hosts.set(hostId, { hostId, weight: 1, ringLabel: `host-${hostId}` });
  }
  return hosts;
}

function checkDeterminism(router: BaseRouter, again: BaseRouter): void {
  for (const key of someKeys(500)) {
    const host = router.getHostForKey(key);
    check(router.getHostForKey(key) === host, `"${key}" changes its host`);
    check(
      again.getHostForKey(key) === host,
      `"${key}" has another host when the hosts come in another order`,
    );
  }
}

function checkSpread(
  router: BaseRouter,
  hosts: ReadonlyMap<number, RouterHost>,
): void {
  const used = new Set<number>();
  for (const key of someKeys(MANY_KEYS)) {
    const host = router.getHostForKey(key);
    check(hosts.has(host), `"${key}" goes to "${host}", which is no host`);
    check(!Object.is(host, -0), `"${key}" goes to host "-0"`);
    used.add(host);
  }
  check(
    used.size === hosts.size,
    `${MANY_KEYS} keys use ${used.size} of ${hosts.size} hosts`,
  );
}

function checkTwins(router: BaseRouter): void {
  for (const [text, ...twins] of TWINS) {
    const host = router.getHostForKey(text);
    for (const twin of twins) {
      check(
        router.getHostForKey(twin) === host,
        `"${text}" as ${typeof twin} goes to another host`,
      );
    }
  }
}

function checkOneKey(router: BaseRouter): void {
  for (const key of someKeys(100)) {
    const host = router.getHostForKey(key);
    const commands: [string, ...Argument[]][] = [
      ["GET", key],
      ["set", utf8(key), "value", "EX", 60],
      ["OBJECT", "ENCODING", key],
      ["EVAL", "return 1", 1, key, "argument"],
      ["XREAD", "COUNT", 1, "STREAMS", key, "0"],
      ["MGET", key],
    ];
    for (const [command, ...args] of commands) {
      check(
        router.getHostForCommand(command, args) === host,
        `"${command}" goes to another host than its key`,
      );
    }
    check(router.getKey("GET", [key]) === key, '"GET" has another key');
  }
}

function checkSeveralKeys(router: BaseRouter, count: number): void {
  const keys = [...someKeys(MANY_KEYS)];
  const host = router.getHostForKey(keys[0]);
  const same = keys.filter((key) => router.getHostForKey(key) === host)
    .slice(0, 5);
  check(
    router.getHostForCommand("SINTER", same) === host,
    "keys that share a host go to another one",
  );
  refuses(UnroutableCommandError, () => router.getKey("SINTER", same));
  if (count === 1) return;
  const other = keys.find((key) => router.getHostForKey(key) !== host)!;
  const apart = [...same, other];
  refuses(
    UnroutableCommandError,
    () => router.getHostForCommand("SINTER", apart),
  );
}

function checkKeyless(router: BaseRouter): void {
  for (const command of ["PING", "GET", "NO-SUCH-COMMAND"]) {
    refuses(UnroutableCommandError, () => router.getKey(command, []));
    refuses(
      UnroutableCommandError,
      () => router.getHostForCommand(command, []),
    );
  }
}

function checkNoKeys(router: BaseRouter): void {
  for (const value of NO_KEYS) {
    const key = value as Key;
    refuses(TypeError, () => router.getHostForKey(key));
    refuses(TypeError, () => router.getKey("GET", [key]));
    refuses(TypeError, () => router.getHostForCommand("GET", [key]));
    refuses(TypeError, () => router.getHostForCommand("MGET", ["a", key]));
  }
  refuses(TypeError, () => router.getHostForKey("lone \ud800 surrogate"));
}

function* someKeys(count: number): Iterable<string> {
  for (let i = 0; i < count; i++) yield `key:${i}`;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`Router does not conform: ${otherwise}`);
}

function refuses(
  type: new (message: string) => Error,
  action: () => unknown,
): void {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    check(error instanceof type, `"${error}" is no ${type.name}`);
    return;
  }
  check(false, `expected a ${type.name}, but got "${String(result)}"`);
}
