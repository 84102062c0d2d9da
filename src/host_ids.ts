/**
 * The ids of hosts: which values are one, and how they are listed. A leaf, since
 * whatever takes an id has it judged here.
 *
 * @module
 */

import { BadHostSetupError } from "./errors.ts";

/** The ids of hosts, or all hosts that the cluster has at the time of a call. */
export type HostSelection = readonly number[] | "all";

/** Longer lists of ids are cut in messages. */
const MOST_LISTED = 10;

/**
 * Checks that there are hosts and that their ids run from 0 to N-1.
 *
 * @param hosts The hosts by id.
 * @throws {BadHostSetupError} If there is none, or an id is missing.
 *
 * @example Check the hosts of a router of one's own
 * ```ts
 * assertGaplessHosts(new Map([[0, "a"], [1, "b"]]));
 * ```
 */
export function assertGaplessHosts(hosts: ReadonlyMap<number, unknown>): void {
  if (hosts.size === 0) throw new BadHostSetupError("No hosts are configured");
  for (let id = 0; id < hosts.size; id++) {
    if (hosts.has(id)) continue;
    const found = hosts.size === 1 ? "the only host is" : "the hosts are";
    throw new BadHostSetupError(
      `Expected a host with id "${id}", but ${found} ${listIds(hosts.keys())}`,
    );
  }
}

/**
 * Ids as a sentence lists them.
 *
 * @param ids The ids, in any order.
 * @returns For example `0, 1 and 3`; long lists end in `and 990 more`.
 */
export function listIds(ids: Iterable<number>): string {
  const sorted = [...ids].sort((a, b) => a - b);
  const shown = sorted.length > MOST_LISTED
    ? [...sorted.slice(0, MOST_LISTED), `${sorted.length - MOST_LISTED} more`]
    : sorted;
  const last = shown.pop();
  return shown.length === 0 ? `${last}` : `${shown.join(", ")} and ${last}`;
}

/**
 * Checks that a value may be the id of a host.
 *
 * @throws {TypeError} If it is not a number.
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
 * Checks that a value is the id of one of some hosts.
 *
 * @param hostId The value.
 * @param hosts The hosts by id.
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is not an integer from 0, or there is no such host.
 */
export function assertKnownHost(
  hostId: unknown,
  hosts: ReadonlyMap<number, unknown>,
): asserts hostId is number {
  assertHostId(hostId);
  if (hosts.has(hostId)) return;
  const found = hosts.size === 0 ? "no hosts" : listIds(hosts.keys());
  throw new RangeError(`There is no host ${hostId}: the cluster has ${found}`);
}

/** Whether a value stands for hosts, whatever is wrong with it otherwise. */
export function isHostSelection(value: unknown): value is HostSelection {
  return value === "all" || Array.isArray(value);
}

/**
 * Accepts a list of numbers, or "all", as an option. Which numbers are ids is for
 * {@linkcode readHostSelection} to say.
 */
export function isHostList(value: unknown): string | undefined {
  return value === "all" ||
      Array.isArray(value) && value.every((id) => typeof id === "number")
    ? undefined
    : 'a list of host ids or "all"';
}

/**
 * Reads which hosts a caller means.
 *
 * @param selection A list of ids, or `"all"`.
 * @param hosts The hosts by id; nothing while they are not known.
 * @returns `"all"`, or a list of its own in which each id stands once.
 * @throws {TypeError} If it is neither, or if an id is not a number.
 * @throws {RangeError} If an id is not an integer from 0, or there is no such host.
 */
export function readHostSelection(
  selection: unknown,
  hosts: ReadonlyMap<number, unknown> | undefined,
): HostSelection {
  if (!isHostSelection(selection)) {
    throw new TypeError('Hosts are given as a list of their ids, or as "all"');
  }
  if (selection === "all") return selection;
  // A hole in a list is no id either.
  const ids = Array.from<unknown>(selection);
  return [
    ...new Set(ids.map((id) => {
      if (hosts === undefined) assertHostId(id);
      else assertKnownHost(id, hosts);
      return id;
    })),
  ];
}
