import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type ClientOptions,
  type HostOptions,
  type PoolOptions,
  type RoutingClient,
  TimeoutError,
} from "../../mod.ts";
import { createRoutingClient } from "../../src/clients/routing_client.ts";
import { HostInfo } from "../../src/host_info.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { MovableCluster, MovableTopology } from "../movable_topology.ts";

/** A topology whose one host has replicas. */
class ReplicatedTopology extends MovableTopology {
  readonly replicas: HostOptions[] = [];

  replicasOf(): HostInfo[] {
    return this.replicas.map((host) => new HostInfo(0, host));
  }
}

/** A primary and two replicas, all of them behind proxies. */
class Shard implements AsyncDisposable {
  readonly cluster: MovableCluster;
  readonly primary: FaultProxy;
  readonly replicas: readonly FaultProxy[];
  readonly #servers: readonly RedisServer[];

  private constructor(
    servers: readonly RedisServer[],
    proxies: readonly FaultProxy[],
    poolOptions: PoolOptions,
  ) {
    this.#servers = servers;
    [this.primary, ...this.replicas] = proxies;
    const topology = new ReplicatedTopology(this.primary.host);
    topology.replicas.push(...this.replicas.map(({ host }) => host));
    this.cluster = new MovableCluster(topology, { poolOptions });
  }

  static async start(poolOptions: PoolOptions = {}): Promise<Shard> {
    const primary = await RedisServer.start({
      transport: "tcp",
      config: ["repl-diskless-sync-delay 0"],
    });
    await ask(primary, "SET", "key", "1");
    const config = [`replicaof ${primary.hostname} ${primary.port}`];
    const replicas = await Promise.all(
      [1, 2].map(() => RedisServer.start({ transport: "tcp", config })),
    );
    for (const replica of replicas) {
      await eventually(async () => await ask(replica, "GET", "key") === "1");
    }
    const servers = [primary, ...replicas];
    const proxies = await Promise.all(
      servers.map((server) =>
        FaultProxy.start({
          hostname: server.hostname,
          port: server.port,
        })
      ),
    );
    return new Shard(servers, proxies, poolOptions);
  }

  client(options: ClientOptions): RoutingClient {
    return createRoutingClient(this.cluster.hosts, options);
  }

  /** How often each server was asked for the value, the primary first. */
  async reads(): Promise<number[]> {
    const stats = await Promise.all(
      this.#servers.map((server) => ask(server, "INFO", "commandstats")),
    );
    return stats.map((text) =>
      Number(/cmdstat_get:calls=(\d+)/.exec(String(text))?.[1] ?? 0)
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
    for (const proxy of [this.primary, ...this.replicas]) await proxy.close();
    for (const server of this.#servers) await server.stop();
  }
}

Deno.test("a read that a replica keeps for too long goes to the primary", async () => {
  await using shard = await Shard.start();
  const client = shard.client({ readFrom: "preferReplica", timeout: 8_000 });
  for (let i = 0; i < 2; i++) assertEquals(await client.get("key"), "1");
  for (const replica of shard.replicas) replica.hold();
  const before = await shard.reads();
  const [value, [mapped]] = await bounded(
    Promise.all([client.get("key"), client.map((map) => [map.get("key")])]),
  );
  assertEquals([value, mapped.value], ["1", "1"]);
  assertEquals((await shard.reads())[0], before[0] + 1);
});

Deno.test("a read that nobody answers fails in its time, once", async () => {
  await using shard = await Shard.start();
  const client = shard.client({ readFrom: "replica", timeout: 500 });
  // Connections are there, however long it took to open them.
  const patient = shard.client({ readFrom: "replica" });
  for (let i = 0; i < 2; i++) assertEquals(await patient.get("key"), "1");
  for (const proxy of [shard.primary, ...shard.replicas]) proxy.hold();
  const error = await bounded(reasonOf(client.get("key")));
  assertInstanceOf(error, TimeoutError);
  assert(error.message.includes(new HostInfo(0, shard.primary.host).address));
  const [stats] = shard.cluster.hosts.stats().values();
  assertEquals(stats.errors, { TimeoutError: 1 });
  assertEquals(stats.timeouts, 1);
});

Deno.test('readFrom "replica" tries the other replicas before the primary', async () => {
  await using shard = await Shard.start();
  const [held] = shard.replicas;
  const client = shard.client({ readFrom: "replica" });
  for (let i = 0; i < 2; i++) assertEquals(await client.get("key"), "1");
  const before = await shard.reads();
  held.cut();
  for (let i = 0; i < 3; i++) assertEquals(await client.get("key"), "1");
  const after = await shard.reads();
  assertEquals(after[0], before[0]);
  assertEquals(after[2] - before[2], 3);
});

Deno.test("who gives up a read that is at a replica hears the reason, and the primary is not asked", async () => {
  await using shard = await Shard.start();
  const controller = new AbortController();
  const { signal } = controller;
  const client = shard.client({ readFrom: "preferReplica", signal });
  for (let i = 0; i < 2; i++) assertEquals(await client.get("key"), "1");
  for (const replica of shard.replicas) {
    replica.hold({ direction: "replies" });
  }
  const before = await shard.reads();
  const mapped = reasonOf(
    client.map((map) => map.get("key"), { autoBatch: false }),
  );
  const reading = reasonOf(client.get("key"));
  await eventually(async () => {
    const [, ...counts] = await shard.reads();
    return counts[0] + counts[1] > before[1] + before[2];
  });
  const reason = new Error("Enough");
  controller.abort(reason);
  assertEquals(await bounded(reading), reason);
  assertEquals(await bounded(mapped), reason);
  assertEquals((await shard.reads())[0], before[0]);
});

Deno.test("a replica whose queue is full leaves reads to the primary", async () => {
  await using shard = await Shard.start({ maxQueueCommands: 10 });
  const client = shard.client({ readFrom: "preferReplica" });
  const before = await shard.reads();
  const values = await Promise.all(
    Array.from({ length: 20 }, () => client.get("key")),
  );
  assertEquals(new Set(values), new Set(["1"]));
  const counts = (await shard.reads()).map((count, i) => count - before[i]);
  assertEquals(counts.sort((a, b) => a - b), [0, 10, 10]);
});

Deno.test("reads of one turn are shared among the servers of a host, a thousand each", async () => {
  await using shard = await Shard.start();
  const client = shard.client({ readFrom: "any" });
  const before = await shard.reads();
  const reads = Array.from({ length: 3_000 }, () => client.get("key"));
  for (const value of await Promise.all(reads)) assertEquals(value, "1");
  const counts = (await shard.reads()).map((count, i) => count - before[i]);
  assertEquals(counts, [1_000, 1_000, 1_000]);
});
