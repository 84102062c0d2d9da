/**
 * The topology: which hosts there are and which of them has a key, now.
 *
 * @module
 */

import type { Argument, Key, Reply } from "../values.ts";
import type { RouterHost } from "./router.ts";

/**
 * Where keys live. Keys fall into groups: what belongs to one group never parts,
 * so commands over several keys are split by group. Which host a group is on may
 * change while commands are on their way; the answers are those of the moment.
 *
 * No answer about keys takes a promise, and none opens anything.
 */
export interface Topology<H extends RouterHost = RouterHost> {
  /**
   * What is known of the hosts now, by their ids. A host is the same thing as
   * long as its object is; with another one its connections lead elsewhere.
   */
  readonly hosts: ReadonlyMap<number, H>;
  /** Whether it knows its hosts; until then, no group is anywhere. */
  readonly isKnown: boolean;
  /**
   * The group of a key.
   *
   * @throws {TypeError} If the value is no key.
   */
  groupOf(key: Key): number;
  /** The id of the host that a group is on; -1 while that is not known. */
  hostOf(group: number): number;
  /**
   * The group that all keys of a command belong to.
   *
   * @param name Its name in capitals.
   * @param args Its arguments.
   * @throws {UnroutableCommandError} If there is no single one.
   */
  groupOfCommand(name: string, args: readonly Argument[]): number;
  /**
   * The group of keys that go together although each has a group of its own, as
   * keys have that move between two rings. Without it, keys go together that
   * belong to one group, and neighbours of one group are merged.
   */
  groupOfKeys?(keys: readonly Key[]): number | undefined;
  /**
   * Whether the first argument alone decides about a command that has its only
   * key there; otherwise it has to be asked about the whole.
   */
  readonly goesByKeys: boolean;
  /**
   * Whether a group is a part of a host, and may leave it for another one.
   * Otherwise each host is a group, which has its id.
   */
  readonly groupsMove: boolean;
  /** How many times a group has gone to another host, where groups move. */
  readonly moves?: number;
  /** The groups that have gone to another host since `moves` was that much. */
  groupsMovedSince?(moves: number): number[];
  /**
   * The replicas of a host, as was last heard, where that is known of any.
   *
   * @param hostId The id of the host.
   */
  replicasOf?(hostId: number): H[];
  /** Tells someone what changes, from now on. */
  watch(watcher: TopologyWatcher): void;
  /** What is known, for people. */
  describe(): ClusterTopology;
  /**
   * Finds out where the hosts are now: called, never twice at a time, after a
   * server said that it is not the right one, or could not be reached. What it
   * finds is told to whoever watches. When it fails all stays as it was, and the
   * next such event is another occasion.
   *
   * @param ask Asks a server.
   */
  refresh?(ask: Question<H>): Promise<void>;
  /**
   * What the error of a host says about where a command belongs, which may be
   * news.
   *
   * @param hostId The host that said so.
   * @param error Its error reply.
   * @returns Nothing where it says no such thing.
   */
  redirect?(hostId: number, error: Error): Redirect | undefined;
}

/** Where a command belongs, by the error of a host. */
export interface Redirect {
  /** The group of its keys. */
  readonly group: number;
  /** The host that has it; nothing where that is not known yet. */
  readonly to: number | undefined;
  /** Whether that is so for this one time (ASK). */
  readonly asking: boolean;
}

/** Told what changes, in the turn in which it does. */
export interface TopologyWatcher {
  /**
   * A host is gone, or has become another object.
   *
   * @param hostId Its id.
   * @param failover The addresses before and after, where another server has
   * taken over: what the one before still answers may not last.
   */
  hostChanged(hostId: number, failover?: Failover): void;
  /** Groups have left a host for others. */
  groupsLeft?(hostId: number, groups: ReadonlySet<number>): void;
  /** There is something new in {@linkcode Topology.describe}. */
  changed?(): void;
}

/** One server has taken over from another one. */
export interface Failover {
  /** Where the host was. */
  readonly from: string;
  /** Where it is now. */
  readonly to: string;
}

/**
 * Asks a server, over a connection of its own, questions that have no key.
 *
 * @param host Where it is, and how it is reached.
 * @param commands Commands with their arguments, which leave together.
 * @returns One reply for each, error replies among them.
 * @throws {Error} If there are none.
 */
export type Question<H> = (
  host: H,
  commands: readonly (readonly [string, ...Argument[]])[],
) => Promise<Reply[]>;

/** A server, as its cluster knows it. */
export interface ClusterNode {
  /** Where clients reach it, such as `10.0.0.1:7000`. */
  readonly address: string;
  /** The id by which the nodes of a Redis Cluster know it. */
  readonly nodeId?: string;
}

/** A host: a primary with its replicas. */
export interface HostTopology {
  /** The server that takes the writes. */
  readonly primary: ClusterNode;
  /** Those that have the same data. */
  readonly replicas: readonly ClusterNode[];
  /** The slots that it has, as ranges in their order; only in Redis Cluster. */
  readonly slots: readonly (readonly [first: number, last: number])[];
}

/** Where everything is, as far as is known. */
export interface ClusterTopology {
  /**
   * The highest config epoch of any primary: it grows with every failover. It is
   * 0 where hosts have fixed addresses.
   */
  readonly epoch: number;
  /** The hosts by their ids. */
  readonly hosts: ReadonlyMap<number, HostTopology>;
}
