/**
 * The keys of slots that have changed hands while a scan was under way.
 *
 * @module
 */

import { specOf } from "../commands/table.ts";
import type { Dispatcher } from "../delivery/dispatcher.ts";
import { issue } from "../delivery/issue.ts";
import type { Argument, Reply } from "../values.ts";
import { matches } from "./glob.ts";

/** Which keys a scan is to find, and how it gives them. */
export interface WantedKeys {
  /** A pattern that they have to match; all do by default. */
  readonly match?: string;
  /** The type that their values have to be of; any by default. */
  readonly type?: string;
  /**
   * Whether they are given as bytes.
   *
   * @default {false}
   */
  readonly returnUint8Arrays?: boolean;
}

/** A key with its host. */
type FoundKey = [hostId: number, key: string | Uint8Array];

/** Slots may go on to move; at some time a scan has to end. */
const MOST_ROUNDS = 100;

/** Keys that are there while one reads how many there are. */
const MARGIN = 100;

/**
 * Goes through the keys of slots that have moved since some time, or are being
 * moved: a scan may have passed both hosts while such a key was on the other one.
 *
 * @param dispatcher What carries the commands.
 * @param options Which keys.
 * @param since What `moves` of the topology was when the scan began.
 */
export async function* movedKeys(
  dispatcher: Dispatcher,
  options: WantedKeys,
  since: number,
): AsyncGenerator<FoundKey> {
  const { cluster } = dispatcher;
  const { topology } = cluster;
  const ask = asker(dispatcher);
  /** Slots that were being moved when they were read. */
  const open = new Set<number>();
  let mark = since;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await cluster.refreshed();
    const places = new Map<number, Set<number>>();
    const add = (slot: number, hostId: number) => {
      const hosts = places.get(slot);
      if (hosts === undefined) places.set(slot, new Set([hostId]));
      else hosts.add(hostId);
    };
    const moved = topology.groupsMovedSince?.(mark) ?? [];
    mark = topology.moves ?? 0;
    for (const slot of moved) add(slot, topology.hostOf(slot));
    for (const hostId of cluster.hostIds) {
      const nodes = await ask(hostId, "CLUSTER", ["NODES"]);
      for (const slot of openSlotsIn(String(nodes))) {
        if (open.has(slot)) continue;
        add(slot, hostId);
        add(slot, topology.hostOf(slot));
      }
    }
    if (places.size === 0) return;
    for (const [slot, hosts] of places) {
      for (const hostId of hosts) {
        const count = Number(
          await ask(hostId, "CLUSTER", ["COUNTKEYSINSLOT", slot]),
        );
        if (count === 0) continue;
        const limit = count + MARGIN;
        const args = ["GETKEYSINSLOT", slot, limit];
        const keys = await ask(
          hostId,
          "CLUSTER",
          args,
          options.returnUint8Arrays,
        );
        if (!Array.isArray(keys)) continue;
        const found = await chosen(
          keys as (string | Uint8Array)[],
          options,
          ask,
        );
        for (const key of found) yield [topology.hostOf(slot), key];
      }
      if (hosts.size > 1) open.add(slot);
    }
  }
}

/** Those of some keys that a scan is to find. */
async function chosen(
  keys: readonly (string | Uint8Array)[],
  { match, type }: WantedKeys,
  ask: Ask,
): Promise<(string | Uint8Array)[]> {
  const encoder = new TextEncoder();
  const bytes = (text: string | Uint8Array) =>
    typeof text === "string" ? encoder.encode(text) : text;
  const pattern = match === undefined ? undefined : bytes(match);
  const matching = pattern === undefined
    ? keys
    : keys.filter((key) => matches(pattern, bytes(key)));
  if (type === undefined) return [...matching];
  const types = await Promise.all(
    matching.map((key) => ask(undefined, "TYPE", [key])),
  );
  const wanted = type.toLowerCase();
  return matching.filter((_, index) => types[index] === wanted);
}

type Ask = (
  hostId: number | undefined,
  name: string,
  args: readonly Argument[],
  returnUint8Arrays?: boolean,
) => Promise<Reply>;

function asker(dispatcher: Dispatcher): Ask {
  return (hostId, name, args, returnUint8Arrays) => {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const settler = { resolve, reject };
    issue(dispatcher, hostId, specOf(name).form(), args, settler, {
      returnUint8Arrays,
    });
    return promise;
  };
}

/** The slots that a node is about to give away, or to get. */
function openSlotsIn(nodes: string): number[] {
  const own = nodes.split("\n").find((line) => /\bmyself\b/.test(line)) ?? "";
  return [...own.matchAll(/\[(\d+)-[<>]-/g)].map(([, slot]) => Number(slot));
}
