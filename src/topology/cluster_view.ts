/**
 * What a node of a Redis Cluster says of all of them.
 *
 * @module
 */

import { BadHostSetupError, CommandError, ConnectionError } from "../errors.ts";
import type { Reply } from "../values.ts";
import { SLOT_COUNT } from "./slots.ts";

/** What a node is asked, in one go. */
export const VIEW_QUESTIONS = [
  ["CLUSTER", "SLOTS"],
  ["CLUSTER", "NODES"],
  ["CLUSTER", "INFO"],
] as const;

/** Where a node can be reached. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
}

/** A primary and its replicas, by their ids. */
export interface ShardView {
  readonly primary: string;
  /** Those that the nodes think fit, */
  readonly replicas: readonly string[];
  /** and those that they do not: thought to have failed, or without data so far. */
  readonly unfit: readonly string[];
  /** The config epoch of the primary. */
  readonly epoch: number;
}

/** What one node, or several together, know. */
export interface ClusterView {
  /** Where each node is, by its id. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** The shards that have slots, */
  readonly shards: readonly ShardView[];
  /** and which of them has each slot; -1 where none has. */
  readonly owners: Int16Array;
  /** All primaries, those without slots too. */
  readonly primaries: ReadonlySet<string>;
}

/**
 * Reads what a node has answered.
 *
 * @param replies Those to {@linkcode VIEW_QUESTIONS}.
 * @param asked Where the node was asked: what has no address of its own is there.
 * @throws {BadHostSetupError} If the server is not in cluster mode, or a sentinel.
 * @throws {ConnectionError} If it does not let this user ask; the cause says why.
 * @throws {Error} If the node does not trust its own view, or a reply is another
 * error, or has a shape that is not known.
 */
export function readView(
  replies: readonly Reply[],
  asked: Endpoint,
): ClusterView {
  for (const reply of replies) {
    if (reply instanceof CommandError) throw refusalOf(reply, asked);
  }
  const [slots, nodes, info] = replies;
  const lines = readNodes(String(nodes));
  if (!String(info).includes("cluster_state:ok")) {
    throw new Error(
      `The node at ${addressOf(asked)} says that the cluster is down`,
    );
  }
  if (!Array.isArray(slots)) throw malformed(asked);
  const endpoints = new Map<string, Endpoint>();
  const shards = new Map<string, { replicas: Set<string>; index: number }>();
  const owners = new Int16Array(SLOT_COUNT).fill(-1);
  for (const range of slots) {
    if (!Array.isArray(range)) throw malformed(asked);
    const [first, last, ...entries] = range;
    const [primary, ...replicas] = entries.map((entry) => {
      const { id, endpoint } = readEntry(entry, asked, lines);
      endpoints.set(id, endpoint);
      return id;
    });
    if (primary === undefined) throw malformed(asked);
    let shard = shards.get(primary);
    if (shard === undefined) {
      shards.set(primary, shard = { replicas: new Set(), index: shards.size });
    }
    for (const replica of replicas) shard.replicas.add(replica);
    owners.fill(shard.index, Number(first), Number(last) + 1);
  }
  return {
    endpoints,
    owners,
    shards: [...shards].map(([primary, { replicas }]) => ({
      primary,
      replicas: [...replicas],
      // CLUSTER SLOTS leaves them out, and says nothing of where they are.
      unfit: [...lines].filter(([id, line]) =>
        line.primary === primary && !replicas.has(id)
      ).map(([id]) => id),
      epoch: lines.get(primary)?.epoch ?? 0,
    })),
    primaries: new Set(
      [...lines].filter(([, { isPrimary }]) => isPrimary).map(([id]) => id),
    ),
  };
}

/** What it means that a server does not answer a question. */
function refusalOf(reply: CommandError, asked: Endpoint): Error {
  const { code, message } = reply;
  const isAlone = message.includes("cluster support disabled");
  if (!isAlone && !message.startsWith("ERR unknown command")) {
    const text =
      `The node at ${addressOf(asked)} refused to tell of its cluster: ` +
      message;
    // Whoever may not ask will not be allowed to in a moment.
    return code === "NOPERM" || code === "NOAUTH"
      ? new ConnectionError(text, { cause: reply, outcome: "not-sent" })
      : new Error(text, { cause: reply });
  }
  return new BadHostSetupError(
    `Cannot use the server at ${addressOf(asked)} as a seed: ` +
      (isAlone
        ? 'it is not in cluster mode; servers that stand alone are given as "hosts"'
        : 'it is no server, but a sentinel, which is given in "sentinels"'),
  );
}

/**
 * One view from several: for each slot the owner with the higher config epoch
 * counts, and where they are equal the view that comes first. A primary has the
 * replicas of all who know its last epoch: of one that has just become its
 * replica some nodes hear later than others.
 *
 * @param views What the nodes said, one at least.
 */
export function mergeViews(views: readonly ClusterView[]): ClusterView {
  const [first, ...others] = views;
  if (others.length === 0) return first;
  const endpoints = new Map<string, Endpoint>();
  const shards: ShardView[] = [];
  const indexes = new Map<string, number>();
  const owners = new Int16Array(SLOT_COUNT).fill(-1);
  for (const view of views) {
    for (const [id, endpoint] of view.endpoints) {
      if (!endpoints.has(id)) endpoints.set(id, endpoint);
    }
    const own = view.shards.map((shard) => {
      const index = indexes.get(shard.primary) ?? shards.length;
      indexes.set(shard.primary, index);
      const known = shards[index];
      // Who has which replicas is known by whoever has heard of the last change.
      if (known === undefined || known.epoch < shard.epoch) {
        shards[index] = shard;
      } else if (known.epoch === shard.epoch) {
        shards[index] = joined(known, shard);
      }
      return index;
    });
    view.owners.forEach((owner, slot) => {
      if (owner < 0) return;
      const other = owners[slot];
      const { epoch } = view.shards[owner];
      if (other < 0 || shards[other].epoch < epoch) owners[slot] = own[owner];
    });
  }
  const primaries = new Set(views.flatMap((view) => [...view.primaries]));
  return withoutEmpty({ endpoints, shards, owners, primaries });
}

/** One shard as two nodes know it. */
function joined(one: ShardView, other: ShardView): ShardView {
  const replicas = new Set([...one.replicas, ...other.replicas]);
  const unfit = new Set([...one.unfit, ...other.unfit]).difference(replicas);
  return { ...one, replicas: [...replicas], unfit: [...unfit] };
}

/** Leaves out shards that have no slot after all. */
function withoutEmpty(view: ClusterView): ClusterView {
  const used = new Set(view.owners);
  const kept = view.shards.map((_, index) => index)
    .filter((index) => used.has(index));
  const indexes = new Map(kept.map((old, index) => [old, index]));
  return {
    ...view,
    shards: kept.map((index) => view.shards[index]),
    owners: view.owners.map((owner) => indexes.get(owner) ?? -1),
  };
}

/** An endpoint as people read it, and as MOVED has it. */
export function addressOf({ hostname, port }: Endpoint): string {
  return `${hostname}:${port}`;
}

/** One line of CLUSTER NODES. */
interface NodeLine {
  readonly ip: string;
  readonly isPrimary: boolean;
  /** The id of its primary; `-` where it has none. */
  readonly primary: string;
  readonly epoch: number;
}

function readNodes(text: string): Map<string, NodeLine> {
  const nodes = new Map<string, NodeLine>();
  for (const line of text.split("\n")) {
    const [id, address, flags, primary, , , epoch] = line.split(" ");
    if (flags === undefined) continue;
    const [, ip = ""] = /^(.*):\d+(?:@|$)/.exec(address.split(",")[0]) ?? [];
    const names = flags.split(",");
    const isPrimary = names.includes("master") && !names.includes("handshake");
    nodes.set(id, { ip, isPrimary, primary, epoch: Number(epoch) });
  }
  return nodes;
}

/** A node as CLUSTER SLOTS has it: endpoint, port, id and what else there is. */
function readEntry(
  entry: Reply,
  asked: Endpoint,
  lines: ReadonlyMap<string, NodeLine>,
): { id: string; endpoint: Endpoint } {
  if (!Array.isArray(entry)) throw malformed(asked);
  const [preferred, port, id] = entry;
  if (typeof id !== "string") throw malformed(asked);
  return {
    id,
    endpoint: {
      hostname: hostnameOf(preferred, { asked, ip: lines.get(id)?.ip }),
      port: Number(port),
    },
  };
}

/**
 * Nothing stands for where the node was asked, and `?` for a name that it has not
 * been told, where an address will do.
 */
function hostnameOf(
  preferred: Reply,
  { asked, ip }: { asked: Endpoint; ip: string | undefined },
): string {
  if (preferred === "?") return ip || asked.hostname;
  return typeof preferred === "string" && preferred !== ""
    ? preferred
    : asked.hostname;
}

function malformed(asked: Endpoint): Error {
  return new Error(
    `The node at ${addressOf(asked)} describes its cluster in a way that is ` +
      "not known",
  );
}
