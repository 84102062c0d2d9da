// Programs that follow what hosts say of their ring.

import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  Cluster,
  ConnectionError,
  ConsistentHashingRouter,
  ReshardingError,
  type RingEventDetail,
} from "../mod.ts";
import { formatRecord, RECORD_KEY } from "../src/moving/mod.ts";
import { RedisServer } from "../src/testing.ts";
import { ringFingerprint } from "../src/topology/mod.ts";
import { ask } from "../support/raw_client.ts";
import { bounded, eventually } from "../support/waiting.ts";
import { Rings } from "../support/rings.ts";

/** A program in use, and what it is told of its ring. */
async function start(rings: Rings) {
  const cluster = rings.follower();
  const events: RingEventDetail[] = [];
  cluster.addEventListener("ring", ({ detail }) => events.push(detail));
  await cluster.getRoutingClient().set("key", "v");
  return { cluster, events };
}

Deno.test("a program hears by itself of what the hosts say", async () => {
  await using rings = await Rings.start();
  const { events } = await start(rings);
  for (const phase of ["announced", "moving"] as const) {
    await rings.setPhase(phase);
    await eventually(() => events.at(-1)?.phase === phase);
  }
  assertEquals(events.map(({ epoch }) => epoch), [1, 2]);
});

Deno.test("connections have the epoch in their names", async () => {
  await using rings = await Rings.start();
  const { cluster, events } = await start(rings);
  await rings.setPhase("announced");
  await eventually(() => events.length === 1);
  await cluster.getRoutingClient().set("key", "v");
  const [key] = ["key"];
  await eventually(async () => {
    const list = String(await rings.ask(rings.old(key), "CLIENT", "LIST"));
    const names = [...list.matchAll(/ name=(rb:\S*)/g)].map(([, name]) => name);
    return names.length > 0 && names.every((name) => name === "rb:1");
  });
});

Deno.test("case 23: it is enough that one host says that keys move", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("holding");
  const { events } = await (async () => {
    const cluster = rings.follower();
    const events: RingEventDetail[] = [];
    cluster.addEventListener("ring", ({ detail }) => events.push(detail));
    await cluster.ready();
    return { events };
  })();
  const record = {
    epoch: 2,
    phase: "moving" as const,
    from: ringFingerprint(rings.before.getRouter()),
    to: ringFingerprint(rings.after.getRouter()),
    isMixed: false,
  };
  await rings.ask(0, "SET", RECORD_KEY, formatRecord(record));
  const cluster = rings.follower();
  const [key] = rings.moving(1);
  assertEquals(await bounded(cluster.getRoutingClient().set(key, "v")), "OK");
  assertEquals(await rings.assertPlaced(), 1);
  assertEquals(events.at(-1)?.epoch !== undefined, true);
  // Whoever goes on finds it as it is.
  await rings.move();
  assertEquals(await rings.assertPlaced(), 1);
});

Deno.test("writes that wait for nobody go on after a while", async () => {
  await using rings = await Rings.start();
  const { cluster, events } = await start(rings);
  const [key] = rings.moving(1);
  await rings.setPhase("holding");
  await eventually(() => events.at(-1)?.phase === "holding");
  assertEquals(await bounded(cluster.getRoutingClient().set(key, "v")), "OK");
  assertEquals(events.at(-1), { epoch: 2, phase: "stable" });
  assertEquals(await rings.ask(rings.old(key), "GET", key), "v");
});

Deno.test("connections of connect() end when keys are about to move", async () => {
  await using rings = await Rings.start();
  const { cluster, events } = await start(rings);
  const redis = await cluster.connect(0);
  assertEquals(await redis.ping(), "PONG");
  await rings.setPhase("holding");
  await eventually(() => events.at(-1)?.phase === "holding");
  const error = await assertRejects(() => redis.ping(), ReshardingError);
  assertEquals(error.outcome, "not-sent");
  await rings.setPhase("moving");
  await cluster.topology();
  const again = await cluster.connect(0);
  assertEquals(await again.ping(), "PONG");
  again.close();
});

Deno.test("a program that does not follow pays and asks nothing", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("moving");
  await using cluster = new Cluster({
    hosts: rings.servers.slice(0, 2).map(({ host }) => host),
  });
  await cluster.getRoutingClient().set("key", "v");
  const list = String(await rings.ask(0, "CLIENT", "LIST")) +
    String(await rings.ask(1, "CLIENT", "LIST"));
  assertEquals(list.includes("name=rb:"), false);
});

Deno.test("case 27: a host that was emptied hears again of its ring", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("moving");
  const { cluster } = await start(rings);
  const keys = Array.from({ length: 20 }, (_, i) => `key:${i}`);
  const client = cluster.getRoutingClient();
  await Promise.all(keys.map((key) => client.set(key, "v")));
  await rings.ask(0, "FLUSHDB");
  await eventually(async () => await rings.ask(0, "EXISTS", RECORD_KEY) === 1);
  await Promise.all(keys.map((key) => client.set(key, "w")));
  await rings.move();
  assertEquals(await client.mget(...keys), keys.map(() => "w"));
  // What the cluster itself empties says so at once.
  await cluster.flush({ sure: true });
  for (const hostId of cluster.hosts.keys()) {
    assertEquals(await rings.ask(hostId, "KEYS", "*"), [RECORD_KEY]);
  }
  assertEquals([...(await cluster.dbsize()).values()], [0, 0, 0]);
  assertEquals(await Array.fromAsync(cluster.scan()), []);
});

Deno.test("a host that says what was so before hears what is", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("announced");
  const older = String(await rings.ask(1, "GET", RECORD_KEY));
  await rings.setPhase("announced");
  const newer = String(await rings.ask(1, "GET", RECORD_KEY));
  // Its server was given up, and another one has taken over.
  await rings.ask(1, "SET", RECORD_KEY, older);
  const cluster = rings.follower();
  await cluster.ready();
  assertEquals(await rings.ask(1, "GET", RECORD_KEY), older);
  await cluster.getLocalClient(1).ping();
  await eventually(async () => await rings.ask(1, "GET", RECORD_KEY) === newer);
});

Deno.test("a record that asks for replicas counts once they have it", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  const hosts = [{ ...server.host, label: "a" }];
  const router = ConsistentHashingRouter;
  await using cluster = new Cluster({ hosts, router, follow: true });
  const phases: string[] = [];
  cluster.addEventListener("ring", ({ detail }) => phases.push(detail.phase));
  const client = cluster.getRoutingClient();
  await client.set("key", "v");
  const ring = ringFingerprint(cluster.getRouter());
  const record = (epoch: number) =>
    formatRecord({
      ...{ epoch, phase: "announced", from: ring, to: ring, isMixed: false },
      replicated: 1,
    });
  await ask(server, "SET", RECORD_KEY, record(1));
  // Neither who looks, nor who comes, believes it.
  const error = await cluster.topology().catch((error) => error);
  assertInstanceOf(error, ConnectionError);
  await cluster.disconnectPools();
  const refused = await client.incr("n").catch((error) => error);
  assertInstanceOf(refused, ConnectionError);
  assertEquals([refused.outcome, phases], ["not-sent", []]);
  const config = [`replicaof ${server.hostname} ${server.port}`];
  await using _replica = await RedisServer.start({ transport: "tcp", config });
  await eventually(() => phases.length > 0);
  assertEquals(phases, ["announced"]);
  assertEquals(await bounded(client.incr("n")), 1);
});
