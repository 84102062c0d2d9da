/**
 * Which hosts servers say are in use.
 *
 * @module
 */

import type { Cluster } from "../cluster.ts";
import {
  parseRecord,
  RECORD_KEY,
  type RingPhase,
  type RingRecord,
} from "../moving/mod.ts";
import { ringDescription, ringFingerprint } from "../topology/mod.ts";
import { ringName } from "./records.ts";

/** What servers say of the hosts that are in use, and of those that keys go to. */
export interface RingStatus {
  /** Counts the steps of all moves there were. */
  readonly epoch: number;
  /** How far a move is. */
  readonly phase: RingPhase;
  /** Which hosts are in use, or are being left: those of the cluster, or others. */
  readonly from: "own" | "others";
  /** Which hosts keys go to; the same ones where none move. */
  readonly to: "own" | "others";
  /** What these hosts are, and their router, in a line each. */
  readonly rings: { readonly from: string; readonly to: string };
}

/**
 * Tells whether servers say that the hosts and the router of a cluster are in use.
 * It takes the right to `GET` the key `__rb__:ring`.
 *
 * @param cluster The cluster.
 * @returns What they say; nothing where no keys were ever moved by `reshard`.
 * @throws {CommandError} If all of them refuse to say it.
 * @throws {TransportError} If none of them can be asked.
 *
 * @example Are these the right hosts?
 * ```ts
 * import { Cluster, ringStatus } from "@rb/rb";
 *
 * await using cluster = new Cluster({ hosts: [{ port: 6379 }] });
 * const status = await ringStatus(cluster);
 * console.log(status?.from ?? "nobody has moved keys"); // nobody has moved keys
 * ```
 */
export async function ringStatus(
  cluster: Cluster,
): Promise<RingStatus | undefined> {
  const outcomes = await Promise.allSettled(
    [...cluster.hosts.keys()].map(async (hostId) => {
      const client = cluster.getLocalClient(hostId);
      return parseRecord(await client.get(RECORD_KEY));
    }),
  );
  const read = outcomes.filter((one) => one.status === "fulfilled");
  if (read.length === 0 && outcomes.length > 0) {
    throw (outcomes[0] as PromiseRejectedResult).reason;
  }
  const record = read.reduce<RingRecord | undefined>(
    (highest, { value }) =>
      (value?.epoch ?? 0) > (highest?.epoch ?? 0) ? value : highest,
    undefined,
  );
  return record === undefined ? undefined : statusOf(record, cluster);
}

function statusOf(record: RingRecord, cluster: Cluster): RingStatus {
  const { epoch, phase, from, to } = record;
  const router = cluster.getRouter();
  const own = ringFingerprint(router);
  const names = { [own]: ringDescription(router) };
  const which = (ring: string) => ring === own ? "own" : "others";
  return {
    epoch,
    phase,
    from: which(from),
    to: which(to),
    rings: {
      from: ringName(from, record, names),
      to: ringName(to, record, names),
    },
  };
}
