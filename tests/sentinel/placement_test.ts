import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  Cluster,
  ConsistentHashingRouter,
  NotReadyError,
  PartitionRouter,
} from "../../mod.ts";
import { SentinelSetup } from "../../src/testing.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { eventually } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";

const KEYS = Array.from({ length: 200 }, (_, i) => `key ${i}`);

Deno.test("shards behind Sentinel: keys are where the router says, before anybody was asked", async () => {
  await using setup = await SentinelSetup.start({ shards: 3, replicas: 0 });
  for (const router of [PartitionRouter, ConsistentHashingRouter]) {
    const cluster = setup.makeCluster({ router });
    await using plain = new Cluster({
      router,
      hosts: setup.shards.map(({ primaryName, servers: [{ port }] }) => ({
        hostname: "127.0.0.1",
        port,
        label: primaryName,
      })),
    });
    const placed = KEYS.map((key) => cluster.getRouter().getHostForKey(key));
    assertEquals(
      placed,
      KEYS.map((key) => plain.getRouter().getHostForKey(key)),
    );
    assertThrows(() => cluster.hosts, NotReadyError, "cluster.ready()");
    // Commands wait for what they need to know.
    await cluster.map((map) => KEYS.map((key) => map.set(key, key)));
    assertEquals(await plain.getRoutingClient().mget(...KEYS), KEYS);
    assertEquals(
      await cluster.dbsize(),
      await plain.dbsize(),
    );
    const hosts = [...cluster.hosts.values()];
    assertEquals(hosts.map(({ label, primaryName }) => [label, primaryName]), [
      ["shard0", "shard0"],
      ["shard1", "shard1"],
      ["shard2", "shard2"],
    ]);
    await plain.all((client) => client.flushdb());
  }
});

Deno.test("shards behind Sentinel: everything of a cluster works, databases included", async () => {
  await using setup = await SentinelSetup.start({ shards: 2, replicas: 0 });
  const cluster = setup.makeCluster({ hostDefaults: { db: 3 } });
  const all = await cluster.all((client) => client.ping());
  assertEquals([...all], [[0, "PONG"], [1, "PONG"]]);
  const values: string[] = [];
  for await (
    const [key, value] of cluster.mapBatches(
      KEYS,
      (map, key) => map.set(key, 1),
    )
  ) values.push(`${key} ${value}`);
  assertEquals(values.length, KEYS.length);
  const scanned = await Array.fromAsync(cluster.scan());
  assertEquals(scanned.map(([, key]) => key).sort(), [...KEYS].sort());
  const { n } = await cluster.executeCommands({ n: [["INCR", "n"]] });
  assertEquals(n[0].value, 1);
  using dedicated = await cluster.connect(0);
  assertEquals(await dedicated.ping(), "PONG");
  assertEquals(cluster.hosts.get(0)?.db, 3);
  // Hosts may come and go.
  assertEquals(cluster.removeHost(1), true);
  cluster.addHost(1, { primaryName: "shard1" });
  assertEquals(await cluster.getRoutingClient().get(KEYS[0]), "1");
  cluster.addHost({ hostId: 2, primaryName: "shard0", db: 4, label: "third" });
  await cluster.ready();
  assertEquals(cluster.hosts.size, 3);
});

Deno.test("shards behind Sentinel: TLS for sentinels and servers", async () => {
  await using tls = await makeTlsFixtures();
  const ca = `${tls.dir}/authority.pem`;
  await Deno.writeTextFile(ca, tls.caCert);
  await using setup = await SentinelSetup.start({
    shards: 1,
    sentinels: 1,
    tls: { cert: tls.valid.cert, key: tls.valid.key, ca },
  });
  const caCerts = [tls.caCert];
  const [{ hostname, port }] = setup.sentinels;
  const hosts = [{ hostname, port }];
  const sentinels = { hosts, tls: true, caCerts };
  const cluster = setup.makeCluster({
    sentinels,
    hostDefaults: { caCerts },
    timeout: 60_000,
  });
  let failovers = 0;
  cluster.addEventListener("failover", () => void failovers++);
  assertEquals(await cluster.getRoutingClient().set("key", "1"), "OK");
  await setup.failover(0);
  // What was under way to the former primary would be in doubt.
  await eventually(() => failovers === 1);
  assertEquals(await cluster.getRoutingClient().set("key", "2"), "OK");
  // What is trusted of the one is not trusted of the other.
  for (
    const options of [
      { sentinels: { hosts, tls: true }, hostDefaults: { caCerts } },
      { sentinels, hostDefaults: { tls: true } },
    ]
  ) {
    const stranger = setup.makeCluster(options);
    const error = await reasonOf(stranger.getRoutingClient().get("key"));
    assertInstanceOf(error, Error);
    assertEquals(
      [error.name, (error as { outcome?: string }).outcome],
      ["ConnectionError", "not-sent"],
    );
  }
});

Deno.test("shards behind Sentinel: addressMap says where announced servers are reached", async () => {
  await using setup = await SentinelSetup.start({ shards: 1, replicas: 0 });
  const asked: number[] = [];
  const cluster = setup.makeCluster({
    addressMap: ({ hostname, port }) => {
      assertEquals(hostname, "127.0.0.1");
      asked.push(port);
      return { hostname: "localhost", port };
    },
  });
  assertEquals(await cluster.getRoutingClient().set("key", "1"), "OK");
  const { port } = setup.shards[0].servers[0];
  assertEquals(new Set(asked), new Set([port]));
  assertEquals(cluster.hosts.get(0)?.address, `localhost:${port}`);
});
