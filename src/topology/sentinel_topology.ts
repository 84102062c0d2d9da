/**
 * The topology of shards whose primaries are found through sentinels.
 *
 * @module
 */

import { BadHostSetupError, CommandError } from "../errors.ts";
import type { Argument, Key } from "../values.ts";
import { addressOf, type Endpoint } from "./cluster_view.ts";
import { mostAnswers } from "./most_answers.ts";
import { BaseRouter, type RouterCluster, type RouterHost } from "./router.ts";
import {
  primaryQuestions,
  type PrimaryView,
  readPrimaries,
  type SentinelView,
} from "./sentinel_view.ts";
import type {
  ClusterTopology,
  HostTopology,
  Question,
  Topology,
  TopologyWatcher,
} from "./topology.ts";

const { getHostForCommand } = BaseRouter.prototype;

/** A host as its owner names it, wherever its primary is. */
export interface NamedHost extends RouterHost {
  /** The name by which sentinels know its primary. */
  readonly primaryName: string;
}

/** What a {@linkcode SentinelTopology} is made of. */
export interface SentinelTopologyOptions<S extends NamedHost, H> {
  /** The sentinels: all of them are asked. */
  readonly sentinels: readonly H[];
  /** Makes the router for a set of hosts. */
  readonly makeRouter: (cluster: RouterCluster) => BaseRouter;
  /** Makes what is known of a host whose primary is at an endpoint. */
  readonly makeHost: (host: S, endpoint: Endpoint) => H;
}

/**
 * Hosts that their owner adds and removes, by the names of primaries; where those
 * are is what sentinels say. Keys do not move with them: the router knows hosts by
 * their ids, labels and weights, before anybody was asked.
 */
export class SentinelTopology<S extends NamedHost, H extends RouterHost>
  implements Topology<H> {
  readonly hosts = new Map<number, H>();
  readonly groupsMove = false;
  readonly #options: SentinelTopologyOptions<S, H>;
  readonly #named = new Map<number, S>();
  /** What was last believed of each primary. */
  #views: ReadonlyMap<string, PrimaryView> = new Map();
  #router: BaseRouter | undefined = undefined;
  #watcher: TopologyWatcher | undefined = undefined;

  /** @param options Whom to ask, and what to make of an answer. */
  constructor(options: SentinelTopologyOptions<S, H>) {
    this.#options = options;
  }

  get isKnown(): boolean {
    return this.hosts.size === this.#named.size;
  }

  /**
   * The router for the hosts that there are; a new one after one was added or
   * removed.
   *
   * @throws {BadHostSetupError} If the hosts do not fit the router.
   */
  get router(): BaseRouter {
    if (this.#router !== undefined) return this.#router;
    const hosts = new Map<number, RouterHost>(this.#named);
    for (const [hostId, host] of this.hosts) hosts.set(hostId, host);
    return this.#router = this.#options.makeRouter({ hosts });
  }

  get goesByKeys(): boolean {
    // A router that looks at whole commands is asked as it wants to be.
    return this.router.getHostForCommand === getHostForCommand;
  }

  /** Those that were added, wherever they are. */
  get named(): ReadonlyMap<number, S> {
    return this.#named;
  }

  /**
   * Another one that asks the same sentinels, without any host yet.
   *
   * @param change What its hosts have for themselves.
   */
  alike(change: (host: H) => H): SentinelTopology<S, H> {
    const { makeHost } = this.#options;
    return new SentinelTopology({
      ...this.#options,
      makeHost: (host, endpoint) => change(makeHost(host, endpoint)),
    });
  }

  watch(watcher: TopologyWatcher): void {
    this.#watcher = watcher;
  }

  /**
   * Adds a host. Where its primary is has to be found out, unless that is known.
   *
   * @throws {TypeError} If its id is taken.
   */
  add(host: S): void {
    const { hostId, primaryName } = host;
    if (this.#named.has(hostId)) {
      throw new TypeError(`Two hosts share the id ${hostId}`);
    }
    const view = this.#views.get(primaryName);
    const located = view && this.#options.makeHost(host, view.primary);
    this.#named.set(hostId, host);
    if (located !== undefined) this.#locate(located);
    this.#router = undefined;
  }

  /** Removes a host; says whether there was one. */
  remove(hostId: number): boolean {
    const wasKnown = this.isKnown;
    if (!this.#named.delete(hostId)) return false;
    this.#router = undefined;
    this.hosts.delete(hostId);
    this.#watcher?.hostChanged(hostId);
    // It may have been the last one that was not found.
    if (!wasKnown && this.isKnown) this.#watcher?.changed?.();
    return true;
  }

  groupOf(key: Key): number {
    return this.router.getHostForKey(key);
  }

  hostOf(group: number): number {
    return this.hosts.has(group) || !this.#named.has(group) ? group : -1;
  }

  groupOfCommand(name: string, args: readonly Argument[]): number {
    return this.router.getHostForCommand(name, args);
  }

  replicasOf(hostId: number): H[] {
    const host = this.#named.get(hostId);
    if (host === undefined) return [];
    const replicas = this.#views.get(host.primaryName)?.replicas ?? [];
    return replicas.map((place) => this.#options.makeHost(host, place));
  }

  describe(): ClusterTopology {
    const hosts = new Map<number, HostTopology>();
    let epoch = 0;
    for (const hostId of this.hosts.keys()) {
      const view = this.#views.get(this.#named.get(hostId)!.primaryName)!;
      epoch = Math.max(epoch, view.epoch);
      hosts.set(hostId, {
        primary: { address: addressOf(view.primary) },
        replicas: view.replicas.map((place) => ({ address: addressOf(place) })),
        slots: [],
      });
    }
    return { epoch, hosts };
  }

  async refresh(ask: Question<H>): Promise<void> {
    const names = [
      ...new Set([...this.#named.values()].map((host) => host.primaryName)),
    ];
    if (names.length === 0) return;
    const questions = primaryQuestions(names);
    const { sentinels } = this.#options;
    const { answers, failures } = await mostAnswers(
      sentinels,
      async (sentinel) => {
        const { address = "" } = sentinel;
        const replies = await ask(sentinel, questions);
        const view = readPrimaries(names, replies, address);
        // A newer epoch is right, whoever is the first to know of it.
        this.#take([view], isNewer);
        return view;
      },
    );
    const mistake = failures.find((one) => one instanceof BadHostSetupError);
    if (mistake !== undefined && !this.isKnown) throw mistake;
    if (answers.length === 0) throw tellingMost(failures);
    const isComplete = answers.length === sentinels.length;
    this.#take(answers, (best, known, all) => {
      if (known === undefined || best.epoch > known.epoch) return true;
      // All have been set up anew, with epochs that start from zero.
      if (best.epoch < known.epoch) return isComplete;
      return all.every(({ epoch, primary }) =>
        epoch < best.epoch || addressOf(primary) === addressOf(best.primary)
      );
    });
    if (!this.isKnown) throw this.#missing();
  }

  /**
   * Believes what sentinels say, by the highest epoch.
   *
   * @param views What they say.
   * @param isTrusted Whether that counts, in view of what was known, and of all
   * that was said.
   */
  #take(
    views: readonly SentinelView[],
    isTrusted: (
      best: PrimaryView,
      known: PrimaryView | undefined,
      all: readonly PrimaryView[],
    ) => boolean,
  ): void {
    const next = new Map(this.#views);
    for (const host of this.#named.values()) {
      const { primaryName } = host;
      const all = views.map((view) => view.get(primaryName))
        .filter((view) => view !== undefined);
      if (all.length === 0) continue;
      const best = all.reduce((a, b) => b.epoch > a.epoch ? b : a);
      if (isTrusted(best, this.#views.get(primaryName), all)) {
        next.set(primaryName, withAllReplicas(best, all));
      }
    }
    if (JSON.stringify([...next]) === JSON.stringify([...this.#views])) return;
    // Whoever makes them may object: then all is as it was.
    const located = [...this.#named.values()].flatMap((host) => {
      const view = next.get(host.primaryName);
      return view ? [this.#options.makeHost(host, view.primary)] : [];
    });
    this.#views = next;
    for (const host of located) this.#locate(host);
    this.#watcher?.changed?.();
  }

  /** Notes where the primary of a host is, and tells when it was elsewhere. */
  #locate(located: H): void {
    const { hostId } = located;
    const old = this.hosts.get(hostId);
    if (old === undefined) {
      this.hosts.set(hostId, located);
      this.#router = undefined;
      return;
    }
    const from = old.address ?? "";
    const to = located.address ?? "";
    if (from === to) return;
    this.hosts.set(hostId, located);
    this.#watcher?.hostChanged(hostId, { from, to });
  }

  /** Says which host is not found, although sentinels answer. */
  #missing(): BadHostSetupError {
    const [host] = [...this.#named.values()]
      .filter(({ hostId }) => !this.hosts.has(hostId));
    return new BadHostSetupError(
      `Cannot find the primary of host ${host.hostId}: no sentinel that answers ` +
        `watches over the "primaryName" ${JSON.stringify(host.primaryName)}`,
    );
  }
}

/** Of a new replica some sentinels hear later than others. */
function withAllReplicas(
  best: PrimaryView,
  all: readonly PrimaryView[],
): PrimaryView {
  const replicas = new Map<string, Endpoint>();
  for (const view of all) {
    const isSame = view.epoch === best.epoch &&
      addressOf(view.primary) === addressOf(best.primary);
    if (!isSame) continue;
    for (const one of view.replicas) replicas.set(addressOf(one), one);
  }
  const sorted = [...replicas].sort(([a], [b]) => a < b ? -1 : 1);
  return { ...best, replicas: sorted.map(([, endpoint]) => endpoint) };
}

function isNewer(best: PrimaryView, known: PrimaryView | undefined): boolean {
  return known !== undefined && best.epoch > known.epoch;
}

/** Of several failures, the one that will not pass by itself. */
function tellingMost(failures: readonly unknown[]): unknown {
  return failures.find((one) =>
    one instanceof BadHostSetupError ||
    one instanceof Error && one.cause instanceof CommandError
  ) ?? failures[0];
}
