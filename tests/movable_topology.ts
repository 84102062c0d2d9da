/**
 * A topology whose one host is moved by a test, and the cluster over it.
 *
 * @module
 */

import type { ClusterOptions, HostOptions, RoutingClient } from "../mod.ts";
import { createRoutingClient } from "../src/clients/routing_client.ts";
import { ClusterHosts } from "../src/cluster_hosts.ts";
import { HostInfo } from "../src/host_info.ts";
import type {
  ClusterTopology,
  Question,
  Topology,
  TopologyWatcher,
} from "../src/topology/mod.ts";

/** One host, which has all keys, wherever it is. */
export class MovableTopology implements Topology<HostInfo> {
  readonly hosts = new Map<number, HostInfo>();
  readonly goesByKeys = true;
  readonly groupsMove = false;
  isKnown = true;
  /** How many times it was refreshed. */
  refreshes = 0;
  readonly #find:
    | ((ask: Question<HostInfo>) => Promise<HostOptions>)
    | undefined;
  #watcher: TopologyWatcher | undefined;

  /**
   * @param host Where the host is at first.
   * @param find Finds out where it is now.
   */
  constructor(
    host: HostOptions,
    find?: (ask: Question<HostInfo>) => Promise<HostOptions>,
  ) {
    this.hosts.set(0, new HostInfo(0, host));
    this.#find = find;
  }

  groupOf(): number {
    return 0;
  }

  hostOf(): number {
    return 0;
  }

  groupOfCommand(): number {
    return 0;
  }

  watch(watcher: TopologyWatcher): void {
    this.#watcher = watcher;
  }

  describe(): ClusterTopology {
    return { epoch: 0, hosts: new Map() };
  }

  async refresh(ask: Question<HostInfo>): Promise<void> {
    this.refreshes++;
    if (this.#find !== undefined) this.move(await this.#find(ask));
  }

  /** The host is there from now on. */
  move(host: HostOptions): void {
    const info = new HostInfo(0, host);
    if (info.address === this.hosts.get(0)?.address) return;
    this.hosts.set(0, info);
    this.#watcher?.hostChanged(0);
  }

  /** Where everything is becomes known. */
  find(): void {
    this.isKnown = true;
    this.#watcher?.changed?.();
  }

  /** There is no such host any more. */
  remove(): void {
    this.hosts.delete(0);
    this.#watcher?.hostChanged(0);
  }
}

/** The hosts of a cluster over a topology, and what happened to them. */
export class MovableCluster implements AsyncDisposable {
  readonly topology: MovableTopology;
  readonly hosts: ClusterHosts;
  /** The events, in order. */
  readonly events: string[] = [];
  /** The errors that came with them. */
  readonly errors: unknown[] = [];

  constructor(
    topology: MovableTopology,
    options: Pick<ClusterOptions, "poolOptions" | "timeout"> = {},
  ) {
    this.topology = topology;
    this.hosts = new ClusterHosts(topology, {
      timeout: 25_000,
      ...options,
      listener: (type, _, error) => {
        this.events.push(type);
        this.errors.push(error);
      },
    });
  }

  /** A client of its own, with lanes of its own. */
  client(): RoutingClient {
    return createRoutingClient(this.hosts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hosts.close();
  }
}
