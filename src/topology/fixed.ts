/**
 * Hosts with fixed addresses, and a router over them.
 *
 * @module
 */

import type { Argument, Key } from "../values.ts";
import { BaseRouter, type RouterCluster, type RouterHost } from "./router.ts";
import type {
  ClusterTopology,
  HostTopology,
  Topology,
  TopologyWatcher,
} from "./topology.ts";

const { getHostForCommand } = BaseRouter.prototype;

/**
 * The topology of hosts that only their owner adds and removes: each host is a
 * group of its own.
 */
export class FixedTopology<H extends RouterHost> implements Topology<H> {
  readonly hosts = new Map<number, H>();
  readonly isKnown = true;
  readonly groupsMove = false;
  readonly #makeRouter: (cluster: RouterCluster) => BaseRouter;
  #router: BaseRouter | undefined = undefined;
  #watcher: TopologyWatcher | undefined = undefined;

  /** @param makeRouter Makes the router for a set of hosts. */
  constructor(makeRouter: (cluster: RouterCluster) => BaseRouter) {
    this.#makeRouter = makeRouter;
  }

  /**
   * The router for the hosts as they are now; a new one after they changed.
   *
   * @throws {BadHostSetupError} If the hosts do not fit the router.
   */
  get router(): BaseRouter {
    // A copy, so that an old router still knows the hosts it was built for.
    return this.#router ??= this.#makeRouter({ hosts: new Map(this.hosts) });
  }

  get goesByKeys(): boolean {
    // A router that looks at whole commands is asked as it wants to be.
    return this.router.getHostForCommand === getHostForCommand;
  }

  watch(watcher: TopologyWatcher): void {
    this.#watcher = watcher;
  }

  describe(): ClusterTopology {
    const hosts = new Map<number, HostTopology>();
    for (const [hostId, { address = "" }] of this.hosts) {
      hosts.set(hostId, { primary: { address }, replicas: [], slots: [] });
    }
    return { epoch: 0, hosts };
  }

  /**
   * Adds a host.
   *
   * @throws {TypeError} If its id is taken.
   */
  add(host: H): void {
    if (this.hosts.has(host.hostId)) {
      throw new TypeError(`Two hosts share the id ${host.hostId}`);
    }
    this.hosts.set(host.hostId, host);
    this.#router = undefined;
  }

  /** Removes a host; says whether there was one. */
  remove(hostId: number): boolean {
    if (!this.hosts.delete(hostId)) return false;
    this.#router = undefined;
    this.#watcher?.hostChanged(hostId);
    return true;
  }

  groupOf(key: Key): number {
    return this.router.getHostForKey(key);
  }

  hostOf(group: number): number {
    return group;
  }

  groupOfCommand(name: string, args: readonly Argument[]): number {
    return this.router.getHostForCommand(name, args);
  }
}
