/**
 * What each host has to do: from one look at all of them to the next.
 *
 * @module
 */

import type { Cluster } from "../../mod.ts";
import { messageOf } from "./exit_codes.ts";
import { pingTime } from "./latency.ts";
import { parseInfo, type ServerInfo } from "./server_info.ts";

/** What one look at a host has seen. */
export interface Sample {
  /** When INFO was answered, in milliseconds. */
  readonly at: number;
  /** How long a PING took, in milliseconds. */
  readonly latency: number;
  readonly info: ServerInfo;
}

/** The host, or why nothing is known of it. */
export type Sight = Sample | Failing;

/** Why nothing is known of a host. */
interface Failing {
  readonly error: string;
  /** What has caused that, without what was attempted, if there is such a thing. */
  readonly reason?: string;
}

/** What a host has done between two looks. */
export interface HostLoad {
  readonly hostId: number;
  readonly address: string;
  /** Why nothing is known, in the place of all that follows. */
  readonly error?: string;
  /** The same in short. */
  readonly reason?: string;
  /** Commands a second. */
  readonly commands?: number;
  /** Milliseconds of a PING from here and back. */
  readonly latency?: number;
  /** Bytes in use. */
  readonly memory?: number;
  /** Bytes that may be in use, if there is a bound. */
  readonly maxMemory?: number;
  readonly keys?: number;
  readonly clients?: number;
  /** The share of reads that found a key, if any read was there. */
  readonly hitRate?: number;
  /** Whether it has much more to do than the others. */
  readonly isHot: boolean;
}

/**
 * How many times the mean of all hosts makes one hot. Keys by the thousand
 * spread so evenly that no host has that by chance.
 */
const HOT_FACTOR = 1.5;
/** Below so many commands a second nobody is hot. */
const HOT_MINIMUM = 100;

/**
 * Looks at all hosts at once. Whoever knows where they are is asked before: a
 * primary that became a replica goes on to answer what it is asked here.
 *
 * @param cluster The cluster.
 * @param timeout Milliseconds that a host has for each of two answers.
 */
export async function look(
  cluster: Cluster,
  timeout: number,
): Promise<Map<number, Sight>> {
  // When nobody tells, they are looked at where they were.
  await cluster.topology({ timeout }).catch(() => {});
  const sights = [...cluster.hosts.values()].map(async ({ hostId, db }) => {
    const client = cluster.getLocalClient(hostId, { timeout });
    try {
      const info = parseInfo(await client.info(), db);
      const at = performance.now();
      // Now its connection is known to be open.
      return [hostId, { at, info, latency: await pingTime(client) }] as const;
    } catch (error) {
      return [hostId, failing(error)] as const;
    }
  });
  return new Map<number, Sight>(await Promise.all(sights));
}

function failing(error: unknown): Failing {
  const { cause } = error instanceof Error ? error : {};
  return {
    error: messageOf(error),
    ...cause instanceof Error ? { reason: messageOf(cause) } : {},
  };
}

/**
 * What the hosts have done between two looks. Of a host that was not seen before,
 * or whose server is another one, the numbers of an interval are left out.
 */
export function loads(
  cluster: Pick<Cluster, "hosts">,
  before: ReadonlyMap<number, Sight>,
  after: ReadonlyMap<number, Sight>,
): HostLoad[] {
  const hosts = [...after].map(([hostId, sight]) =>
    loadOf(
      { hostId, address: cluster.hosts.get(hostId)?.address ?? "?" },
      before.get(hostId),
      sight,
    )
  );
  const known = hosts.filter(({ commands }) => commands !== undefined);
  const mean = sum(known.map(({ commands }) => commands!)) / known.length;
  const hot = Math.max(HOT_MINIMUM, HOT_FACTOR * mean);
  return hosts.map((host) => ({
    ...host,
    isHot: known.length > 1 && (host.commands ?? 0) >= hot,
  }));
}

function loadOf(
  host: { hostId: number; address: string },
  before: Sight | undefined,
  after: Sight,
): Omit<HostLoad, "isHot"> {
  if ("error" in after) return { ...host, ...after };
  const { latency, info } = after;
  return {
    ...host,
    ...before === undefined || "error" in before ? {} : rates(before, after),
    latency,
    memory: info.memory,
    ...info.maxMemory === 0 ? {} : { maxMemory: info.maxMemory },
    keys: info.keys,
    clients: info.clients,
  };
}

/** What only an interval has. */
function rates(
  before: Sample,
  after: Sample,
): { commands?: number; hitRate?: number } {
  const seconds = (after.at - before.at) / 1_000;
  const commands = after.info.commands - before.info.commands;
  // It was started anew, or somebody has reset its counters.
  const isAnother = after.info.runId !== before.info.runId || commands < 0;
  if (isAnother || seconds <= 0) return {};
  const hits = after.info.hits - before.info.hits;
  const reads = hits + after.info.misses - before.info.misses;
  return {
    commands: commands / seconds,
    ...reads > 0 ? { hitRate: hits / reads } : {},
  };
}

/** The numbers of all hosts together, of those of which they are known. */
export function totalLoad(hosts: readonly HostLoad[]): {
  commands: number;
  memory: number;
  keys: number;
  clients: number;
} {
  const total = (of: (host: HostLoad) => number | undefined) =>
    sum(hosts.map((host) => of(host) ?? 0));
  return {
    commands: total(({ commands }) => commands),
    memory: total(({ memory }) => memory),
    keys: total(({ keys }) => keys),
    clients: total(({ clients }) => clients),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
