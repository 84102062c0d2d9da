/**
 * Servers whose keys move while programs write.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  Cluster,
  type ClusterOptions,
  ConsistentHashingRouter,
  type HostOptions,
  PartitionRouter,
  reshard,
  type ReshardOptions,
  type ReshardProgress,
  type RingPhase,
} from "../mod.ts";
import {
  CONFLICT_PREFIX,
  formatRecord,
  RECORD_KEY,
} from "../src/moving/mod.ts";
import { ringFingerprint } from "../src/topology/mod.ts";
import { RedisServer } from "../src/testing.ts";
import { moverProgram } from "./mover.ts";
import { ask, type RawReply } from "./raw_client.ts";

/** Servers, of which some are in use before, and some after. */
export class Rings implements AsyncDisposable {
  readonly servers: readonly RedisServer[];
  readonly before: Cluster;
  readonly after: Cluster;
  readonly #options: ClusterOptions;
  readonly #clusters: Cluster[] = [];
  #epoch = 0;

  private constructor(
    servers: readonly RedisServer[],
    { from, to, router, login }: {
      from: number;
      to: number;
      router: ClusterOptions["router"];
      login: HostOptions;
    },
  ) {
    this.servers = servers;
    const hosts = (count: number, more: HostOptions = {}): HostOptions[] =>
      servers.slice(0, count).map(({ host }, index) => ({
        ...host,
        ...more,
        label: `host${index}`,
      }));
    const options = { router, timeout: 20_000 };
    this.#options = {
      ...options,
      hosts: hosts(from),
      follow: true,
      next: { hosts: hosts(to) },
    };
    this.before = new Cluster({ ...options, hosts: hosts(from, login) });
    this.after = new Cluster({ ...options, hosts: hosts(to, login) });
  }

  static async start(
    {
      from = 2,
      to = 3,
      router = ConsistentHashingRouter,
      config = {},
      login = {},
    }: {
      from?: number;
      to?: number;
      router?: ClusterOptions["router"];
      config?: Record<string, string>;
      /** As whom keys are moved. */
      login?: HostOptions;
    } = {},
  ): Promise<Rings> {
    const servers = await Promise.all(
      Array.from(
        { length: Math.max(from, to) },
        () => RedisServer.start({ config }),
      ),
    );
    return new Rings(servers, { from, to, router, login });
  }

  /** What a program has that takes part. */
  get options(): ClusterOptions {
    return this.#options;
  }

  /** A program that moves keys, and tells each step in a line. */
  mover(
    { back = false, rate = 400, pageSize = 5 }: {
      back?: boolean;
      rate?: number;
      pageSize?: number;
    } = {},
  ): Deno.Command {
    const { hosts, next, router } = this.#options;
    return moverProgram({
      hosts: back ? [next?.hosts, hosts] : [hosts, next?.hosts],
      isRing: router === ConsistentHashingRouter,
      rate,
      pageSize,
    });
  }

  /** A program that takes part. */
  follower(options: Partial<ClusterOptions> = {}): Cluster {
    const cluster = new Cluster({ ...this.#options, ...options });
    this.#clusters.push(cluster);
    return cluster;
  }

  /** Moves all keys; returns how it was step by step. */
  async move(
    options: ReshardOptions = {},
    { back = false } = {},
  ): Promise<ReshardProgress[]> {
    const steps: ReshardProgress[] = [];
    const [from, to] = back
      ? [this.after, this.before]
      : [this.before, this.after];
    const moving = reshard(from, to, { rate: 1e9, ...options });
    for await (const step of moving) steps.push(step);
    return steps;
  }

  /**
   * Writes a record to servers, all by default, as if somebody moved keys, or moved
   * them back, and then slept.
   */
  async setPhase(
    phase: RingPhase,
    hostIds: Iterable<number> = this.servers.keys(),
    { back = false } = {},
  ): Promise<void> {
    const rings = [this.before, this.after]
      .map((cluster) => ringFingerprint(cluster.getRouter()));
    const [from, to] = back ? rings.reverse() : rings;
    const record = { epoch: ++this.#epoch, phase, from, to, isMixed: back };
    for (const hostId of hostIds) {
      await this.ask(hostId, "SET", RECORD_KEY, formatRecord(record));
    }
  }

  /** The same, when it is over; some servers may not have heard yet. */
  async setStable(
    which: "before" | "after",
    hostIds: Iterable<number> = this.servers.keys(),
  ): Promise<void> {
    const ring = ringFingerprint(this[which].getRouter());
    const epoch = ++this.#epoch;
    const rings = { from: ring, to: ring, isMixed: false };
    const record = { epoch, phase: "stable", ...rings } as const;
    for (const hostId of hostIds) {
      await this.ask(hostId, "SET", RECORD_KEY, formatRecord(record));
    }
  }

  /** Keys that move, and where. */
  moving(count: number, prefix = "key"): string[] {
    const [old, next] = [this.before.getRouter(), this.after.getRouter()];
    const keys: string[] = [];
    for (let i = 0; keys.length < count; i++) {
      const key = `${prefix}:${i}`;
      if (old.getHostForKey(key) !== next.getHostForKey(key)) keys.push(key);
    }
    return keys;
  }

  /** A key that is on a host before and after. */
  staying(hostId: number): string {
    for (let i = 0;; i++) {
      const key = `stays:${i}`;
      if (this.old(key) === hostId && this.next(key) === hostId) return key;
    }
  }

  /** Keys that move to one and the same host from another one. */
  together(count: number, prefix = "key"): string[] {
    const [old, next] = [this.before.getRouter(), this.after.getRouter()];
    const all = this.moving(count * 10, prefix);
    const [first] = all;
    return all.filter((key) =>
      old.getHostForKey(key) === old.getHostForKey(first) &&
      next.getHostForKey(key) === next.getHostForKey(first)
    ).slice(0, count);
  }

  /** The host of a key before. */
  old(key: string): number {
    return this.before.getRouter().getHostForKey(key);
  }

  /** The host of a key after. */
  next(key: string): number {
    return this.after.getRouter().getHostForKey(key);
  }

  ask(hostId: number, ...command: (string | number)[]): Promise<RawReply> {
    return ask(this.servers[hostId], ...command);
  }

  /** Fails unless each key is on its host alone; tells how many there are. */
  async assertPlaced(cluster: Cluster = this.after): Promise<number> {
    const router = cluster.getRouter();
    let count = 0;
    for (const hostId of this.servers.keys()) {
      const keys = await this.ask(hostId, "KEYS", "*") as string[];
      for (const key of keys) {
        assert(!key.startsWith(CONFLICT_PREFIX), `${key} is at host ${hostId}`);
        if (key.startsWith("__rb__:")) {
          assert(key !== "__rb__:claims", `a claim is left at host ${hostId}`);
          continue;
        }
        count++;
        assertEquals(router.getHostForKey(key), hostId, key);
      }
    }
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cluster of this.#clusters) await cluster.close();
    await this.before.close();
    await this.after.close();
    for (const server of this.servers) await server.stop();
  }
}

export { ConsistentHashingRouter, PartitionRouter };
