/**
 * What every router is: it finds the keys of a command and, synchronously, the
 * one host they live on.
 *
 * @module
 */

import { UnroutableCommandError } from "../errors.ts";
import type { Argument, Key } from "../values.ts";
import { insteadOf, keyPositions, soleKeyPosition } from "../commands/keys.ts";
import { assertKnownHost, listIds } from "../host_ids.ts";
import { assertKey, hashTag } from "./key.ts";

/** How many keys are looked at for one that lives on a certain host. */
const MAX_TRIES = 100_000;

/** What a router knows of a host. */
export interface RouterHost {
  /** The id of the host, a whole number from 0. */
  readonly hostId: number;
  /** Its share of the keys compared to other hosts, where a router has shares. */
  readonly weight: number;
  /**
   * The name under which it is on a ring; another name moves its keys. A host
   * that cannot be on a ring throws a `BadHostSetupError`.
   */
  readonly ringLabel: string;
  /** The name that its owner gave it, if any: a plan knows it again by that. */
  readonly label?: string | undefined;
  /** Where it is, if known: a plan knows it again by that. */
  readonly address?: string | undefined;
  /** The name by which sentinels know its primary, if it is found by that. */
  readonly primaryName?: string | undefined;
}

/** What a router knows of the cluster it routes for. */
export interface RouterCluster {
  /** The hosts by id. */
  readonly hosts: ReadonlyMap<number, RouterHost>;
}

/** How a router looks at keys. */
export interface RouterOptions {
  /**
   * Whether the text in the first non-empty `{…}` of a key alone decides where
   * the key lives, so that `{user:1}:name` and `{user:1}:mail` share a host.
   * Python rb knows no hash tags.
   *
   * @default {false}
   */
  hashTags?: boolean | undefined;
}

/**
 * A router names the host for every key. It is a snapshot: it is built for a
 * set of hosts, and built again when the hosts change.
 *
 * Extend it with a {@linkcode BaseRouter.getHostForKey} of your own and give
 * the class to the cluster; `routerConformance` of `@rb/rb/testing` tests it.
 *
 * @example A router of your own
 * ```ts
 * import { assertKey, BaseRouter, type Key } from "@rb/rb";
 *
 * class SumRouter extends BaseRouter {
 *   override getHostForKey(key: Key): number {
 *     assertKey(key);
 *     const bytes = key instanceof Uint8Array
 *       ? key
 *       : new TextEncoder().encode(String(key));
 *     let sum = 0;
 *     for (const byte of bytes) sum += byte;
 *     return sum % this.cluster.hosts.size;
 *   }
 * }
 *
 * const hosts = new Map([0, 1].map((hostId) => [
 *   hostId,
 *   { hostId, weight: 1, ringLabel: `${hostId}` },
 * ]));
 * console.log(new SumRouter({ hosts }).getHostForKey("b")); // 0
 * ```
 */
export abstract class BaseRouter {
  readonly #cluster: RouterCluster;
  readonly #hashTags: boolean;

  /**
   * Keeps the cluster and the options for the router that extends this class.
   *
   * @param cluster The cluster to route for, as its hosts are now.
   * @param options How to look at keys.
   */
  constructor(cluster: RouterCluster, options: RouterOptions = {}) {
    this.#cluster = cluster;
    this.#hashTags = options.hashTags ?? false;
  }

  /** The cluster this router belongs to. */
  get cluster(): RouterCluster {
    return this.#cluster;
  }

  /** Whether the hash tag of a key, if it has one, decides where it lives. */
  get hashTags(): boolean {
    return this.#hashTags;
  }

  /**
   * The host a key lives on: the same for the same key as text, as UTF-8 bytes
   * and as the number it spells.
   *
   * @param key The key.
   * @returns The id of the host.
   * @throws {TypeError} If the value is no key, or a text with a lone surrogate.
   */
  abstract getHostForKey(key: Key): number;

  /**
   * A key that lives on a host, always the same one: for what every host is to
   * have one of, such as a queue.
   *
   * @param hostId The id of the host.
   * @param prefix What the key begins with; a number follows.
   * @returns The key.
   * @throws {RangeError} If there is no such host, or no such key among the
   * first 100,000: a host of weight 0 has none.
   *
   * @example A queue on every host
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * const cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const router = cluster.getRouter();
   * const keys = [...cluster.hosts.keys()].map((id) => router.keyFor(id, "jobs:"));
   * console.log(keys.map((key) => router.getHostForKey(key))); // [ 0, 1 ]
   * ```
   */
  keyFor(hostId: number, prefix: string): string {
    assertKnownHost(hostId, this.#cluster.hosts);
    for (let number = 0; number < MAX_TRIES; number++) {
      const key = `${prefix}${number}`;
      if (this.getHostForKey(key) === hostId) return key;
    }
    throw new RangeError(
      `Cannot find a key of host ${hostId} with that prefix: the first ` +
        `${MAX_TRIES} live elsewhere; a hash tag in the prefix, or a weight of ` +
        "0, leaves none",
    );
  }

  /**
   * The only key of a command.
   *
   * @param command The name of the command.
   * @param args Its arguments.
   * @returns The key.
   * @throws {UnroutableCommandError} If the command is unknown, or has no key or
   * several.
   * @throws {TypeError} If what stands in the place of the key is no key.
   */
  getKey(command: string, args: readonly Argument[]): Key {
    const keys = this.getKeys(command, args);
    if (keys.length === 1) return keys[0];
    if (keys.length === 0) throw keyless(command);
    throw new UnroutableCommandError(
      `Cannot name one key for "${command}": it operates on ${keys.length} keys`,
      { command },
    );
  }

  /**
   * All keys of a command, in the order of its arguments.
   *
   * @param command The name of the command.
   * @param args Its arguments.
   * @returns The keys; none for a command that has no key.
   * @throws {UnroutableCommandError} If the command is unknown, or its arguments
   * do not say which of them are keys.
   * @throws {TypeError} If what stands in the place of a key is no key.
   */
  getKeys(command: string, args: readonly Argument[]): Key[] {
    return keyPositions(command, args).map((argument) => {
      const key = args[argument];
      assertKey(key, { command, argument });
      return key;
    });
  }

  /**
   * The host a command has to run on.
   *
   * @param command The name of the command.
   * @param args Its arguments.
   * @returns The id of the host that all keys of the command live on.
   * @throws {UnroutableCommandError} If the command is unknown, has no key, or
   * has keys on several hosts.
   * @throws {TypeError} If what stands in the place of a key is no key.
   */
  getHostForCommand(command: string, args: readonly Argument[]): number {
    const position = soleKeyPosition(command);
    if (position >= 0 && position < args.length) {
      const key = args[position];
      if (typeof key !== "string") {
        assertKey(key, { command, argument: position });
      }
      return this.getHostForKey(key);
    }
    return this.#getCommonHost(command, this.getKeys(command, args));
  }

  #getCommonHost(command: string, keys: readonly Key[]): number {
    if (keys.length === 0) throw keyless(command);
    const host = this.getHostForKey(keys[0]);
    for (let at = 1; at < keys.length; at++) {
      if (this.getHostForKey(keys[at]) === host) continue;
      const hosts = new Set(keys.map((key) => this.getHostForKey(key)));
      throw new UnroutableCommandError(
        `Cannot route "${command}": its ${keys.length} keys live on hosts ${
          listIds(hosts)
        }; ${this.#tagAdvice()}`,
        { command },
      );
    }
    return host;
  }

  #tagAdvice(): string {
    return this.#hashTags
      ? "give the keys a common hash tag, such as {user:1}"
      : "keys with a common hash tag, such as {user:1}, share a host with " +
        '"hashTags: true" in "routerOptions"';
  }

  /**
   * The part of a key that decides its host: the key, or its hash tag when the
   * option `hashTags` is on.
   *
   * @param key The key.
   * @returns What to hash.
   */
  protected decidingPart(key: Key): Key {
    return this.#hashTags ? hashTag(key) : key;
  }
}

function keyless(command: string): UnroutableCommandError {
  const problem = soleKeyPosition(command) < 0
    ? `it names no key; ${insteadOf(command)}`
    : "the argument that is its key is missing";
  return new UnroutableCommandError(`Cannot route "${command}": ${problem}`, {
    command,
  });
}
