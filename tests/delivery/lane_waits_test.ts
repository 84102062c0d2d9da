// What waits in a lane for what was issued before it, and what does not.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { FakeTime } from "../fake_time.ts";
import {
  bounded,
  eventually,
  isPending,
  sleep,
  turn,
} from "../faults/outcome.ts";
import {
  assertQuiet,
  connected,
  Proxied,
  reasonOf,
  told,
} from "../faults/proxied.ts";
import { Relayed } from "../faults/relayed.ts";
import { blackhole, clusterAt } from "../faults/single_host.ts";

/** More commands than wait for the end of a turn. */
const MANY = 10_000;

/** Of these, a few are more than the buffers on the way take. */
const FILLER = "x".repeat(1_000_000);

Deno.test("a large batch does not overtake what its own client issued before", async () => {
  await using host = await Proxied.start(1);
  const client = await connected(host.cluster);
  const set = client.sendCommand("SET", ["n", 1_000_000], { timeout: 90_000 });
  const counts = await Promise.all(
    Array.from({ length: MANY }, () => client.incr("n")),
  );
  assertEquals(await set, "OK");
  assertEquals([counts[0], counts.at(-1)], [1_000_001, 1_000_000 + MANY]);
});

Deno.test("a large batch does not begin to leave over a connection that is given up", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const { cluster, proxy } = host;
  const client = await connected(cluster);
  proxy.hold();
  const kept = client.get("kept");
  await reasonOf(client.sendCommand("GET", ["late"], { timeout: 50 }));
  const { sent } = cluster.stats().get(0)!.bytes;
  const counts = Array.from({ length: MANY }, () => client.incr("n"));
  assertEquals(cluster.stats().get(0)!.bytes.sent, sent);
  proxy.pass();
  assertEquals(await kept, null);
  assertEquals((await Promise.all(counts)).at(-1), MANY);
  assertEquals(proxy.stats.accepted, 2);
});

Deno.test("what was not sent yet is given up without its connection", async () => {
  await using host = await Proxied.start(1, {
    timeout: 20_000,
    poolOptions: { maxConnections: 1 },
  });
  const { cluster, proxy } = host;
  const client = await connected(cluster);
  proxy.hold();
  const fillers = Array.from({ length: 20 }, () => client.set("f", FILLER));
  await eventually(() => cluster.stats().get(0)!.bytes.sent > 0);
  const late = client.sendCommand("INCR", ["n"], { timeout: 50 });
  const { name, outcome } = told(await reasonOf(late));
  // It had a connection, so that is not what it lacked.
  assertEquals([name, outcome], ["TimeoutError", "not-sent"]);
  proxy.pass();
  await bounded(Promise.all(fillers));
  assertEquals(await client.incr("n"), 1);
  assertEquals(proxy.stats.accepted, 1);
  await assertQuiet(cluster);
});

Deno.test("who has given up a read does not wait for others on its connection", async () => {
  await using relayed = await Relayed.start();
  const { cluster, relay } = relayed;
  const [one, other] = [1, 2].map(() => cluster.getRoutingClient());
  await one.get("connection");
  relay.links[0].hold();
  const kept = one.get("kept");
  await reasonOf(other.sendCommand("GET", ["late"], { timeout: 50 }));
  assertEquals(await bounded(other.incr("n")), 1);
  relay.links[0].release();
  assertEquals(await bounded(kept), null);
  await assertQuiet(cluster);
});

Deno.test("a map does not wait for what others have under way", async () => {
  await using relayed = await Relayed.start();
  const { cluster, relay } = relayed;
  const client = await connected(cluster);
  relay.links[0].hold();
  const kept = client.get("kept");
  await turn();
  await bounded(cluster.map((map) => map.get("a")));
  // The others go on sharing theirs.
  const further = cluster.getRoutingClient().get("further");
  await sleep(20);
  assert(await isPending(further));
  relay.links[0].release();
  assertEquals(await bounded(Promise.all([kept, further])), [null, null]);
  assertEquals(relay.links.length, 2);
});

Deno.test("who gives up waiting for a connection leaves the others to it", async () => {
  await using host = await Proxied.start(1, {
    timeout: 20_000,
    poolOptions: { maxConnections: 1 },
  });
  const { cluster, proxy } = host;
  await cluster.map((map) => map.get("connection"));
  proxy.hold();
  const map = cluster.map((map) => map.get("kept"));
  await eventually(() => cluster.getPoolForHost(0).leased === 1);
  const controller = new AbortController();
  const { signal } = controller;
  const client = cluster.getRoutingClient();
  const given = reasonOf(client.sendCommand("INCR", ["n"], { signal }));
  const other = cluster.getRoutingClient().incr("n");
  await eventually(() => cluster.getPoolForHost(0).waiting > 0);
  controller.abort("given up");
  assertEquals(await given, "given up");
  // Who gave up may queue again.
  const again = client.get("a");
  proxy.pass();
  await bounded(map);
  assertEquals(await bounded(Promise.all([other, again])), [1, null]);
});

Deno.test("what was not sent when its connection broke goes again at once", async () => {
  await using host = await Proxied.start(1, {
    timeout: 20_000,
    // With room for another one, nobody would wait behind so much.
    poolOptions: { maxConnections: 1 },
  });
  const { cluster, proxy } = host;
  const [one, other] = [1, 2].map(() => cluster.getRoutingClient());
  await one.get("connection");
  proxy.hold();
  const fillers = Array.from({ length: 20 }, () => one.set("f", FILLER));
  const settled = Promise.allSettled(fillers);
  await eventually(() => cluster.stats().get(0)!.bytes.sent > 0);
  using time = new FakeTime();
  const count = other.incr("n");
  await turn();
  proxy.reset();
  proxy.pass();
  assertEquals(await bounded(count), 1);
  assertEquals(cluster.stats().get(0)!.retries, 1);
  // Of the others some were lost, so that the rest pauses.
  assertEquals(told(await reasonOf(fillers[0])).outcome, "unknown");
  await time.advance(50);
  assertEquals((await bounded(settled)).at(-1)!.status, "fulfilled");
});

Deno.test("a map goes on to the next host when a connection is lost for good", async () => {
  await using host = await Proxied.start(2, { timeout: 20_000 });
  const { cluster, proxies } = host;
  const keys = [0, 1].map((id) => host.keys(id, 1)[0]);
  await cluster.map((map) => keys.map((key) => map.get(key)));
  proxies[0].cut();
  const counts = await bounded(cluster.map(
    (map) => keys.map((key) => map.incr(key)),
    { maxConcurrency: 1, settled: true },
  ));
  assertEquals(told(counts[0].reason).outcome, "unknown");
  assertEquals(counts[1].value, 1);
});

Deno.test("what waits behind a map for its turn goes on when that gives up", async () => {
  await using host = await Proxied.start(2, { timeout: 20_000 });
  const { cluster, proxies } = host;
  const keys = [0, 1].map((id) => host.keys(id, 1)[0]);
  await cluster.map((map) => keys.map((key) => map.get(key)));
  proxies[0].hold();
  const client = cluster.getRoutingClient();
  const controller = new AbortController();
  const { signal } = controller;
  const map = reasonOf(client.map((map) => {
    for (const key of keys) map.incr(key);
  }, { maxConcurrency: 1, signal }));
  await eventually(() => cluster.stats().get(0)!.queue.commands === 1);
  const behind = client.incr(keys[1]);
  await sleep(20);
  assertEquals(await host.oracles[1].command("EXISTS", keys[1]), 0);
  controller.abort("given up");
  assertInstanceOf(await map, AggregateError);
  assertEquals(await bounded(behind), 1);
  proxies[0].pass();
});

Deno.test("what comes after a pause that nobody waits for any more does not wait for its end", async () => {
  await using host = await Proxied.start(1, {
    timeout: 20_000,
    poolOptions: { maxRetries: 1_000, breaker: { threshold: 10_000 } },
  });
  const { cluster, proxy } = host;
  await proxy.refuse();
  const pool = cluster.getPoolForHost(0);
  const client = cluster.getRoutingClient();
  using time = new FakeTime();
  const pauses = () => time.delays.filter((delay) => delay <= 50).length;
  const controller = new AbortController();
  const { signal } = controller;
  const given = reasonOf(client.sendCommand("GET", ["a"], { signal }));
  await eventually(() => pool.failures === 1);
  assertEquals(pauses(), 1);
  controller.abort("given up");
  assertEquals([await given, pauses()], ["given up", 0]);
  proxy.pass();
  assertEquals(await bounded(client.get("a")), null);
});

Deno.test("what waits behind a map for its turn keeps its place", async () => {
  await using host = await Proxied.start(2, { timeout: 20_000 });
  const { cluster, proxies } = host;
  const keys = [0, 1].map((id) => host.keys(id, 1)[0]);
  await cluster.map((map) => keys.map((key) => map.get(key)));
  proxies[0].hold();
  const client = cluster.getRoutingClient();
  const sent: PromiseLike<unknown>[] = [
    // The first host that is issued to has the first turn.
    client.type(keys[0]),
    client.rpush(keys[1], 1),
    client.map((map) => keys.map((key) => map.rpush(key, 2)), {
      maxConcurrency: 1,
    }),
    client.sendCommand("RPUSH", [keys[1], 3], { timeout: 19_000 }),
  ];
  // However long it takes: the first host does not count as silent.
  using _ = new FakeTime();
  const settled = bounded(Promise.all(sent));
  await sent[1];
  await sleep(20);
  const list = () => host.oracles[1].command("LRANGE", keys[1], 0, -1);
  assertEquals(await list(), ["1"]);
  proxies[0].pass();
  await settled;
  assertEquals(await list(), ["1", "2", "3"]);
});

Deno.test("what is issued in the moment in which a connection becomes free leaves", async () => {
  await using host = await Proxied.start(1, {
    timeout: 20_000,
    poolOptions: { maxConnections: 1 },
  });
  const { cluster, proxy } = host;
  const client = await connected(cluster);
  proxy.hold();
  const counts: Promise<number>[] = [];
  const map = cluster.map((map) => {
    map.get("a").done(() => {
      counts.push(client.incr("n"));
      queueMicrotask(() => counts.push(client.incr("n")));
    });
  });
  await eventually(() => cluster.getPoolForHost(0).leased === 1);
  counts.push(client.incr("n"));
  await eventually(() => cluster.getPoolForHost(0).waiting === 1);
  proxy.pass();
  await bounded(map);
  assertEquals(await bounded(Promise.all(counts)), [1, 2, 3]);
});

Deno.test("what could not be sent leaves nothing behind", async () => {
  await using host = await Proxied.start(1, { poolOptions: { maxRetries: 1 } });
  const { cluster, proxy } = host;
  const client = cluster.getRoutingClient();
  await proxy.refuse();
  assertEquals(told(await reasonOf(client.incr("n"))).outcome, "not-sent");
  assertEquals(cluster.stats().get(0)!.retries, 1);
  proxy.pass();
  assertEquals(await bounded(client.incr("n")), 1);
  assertEquals(cluster.stats().get(0)!.retries, 1);
  proxy.reset();
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  assertEquals(await bounded(client.incr("n")), 2);
});

Deno.test("everybody who waits for a connection is told that there is none", async () => {
  await using host = await Proxied.start(1, {
    timeout: 20_000,
    poolOptions: { maxRetries: 0 },
  });
  await host.proxy.refuse();
  const reasons = [1, 2, 3].map(() =>
    reasonOf(host.cluster.getRoutingClient().incr("n"))
  );
  for (const reason of await bounded(Promise.all(reasons))) {
    assertEquals(told(reason).name, "ConnectionError");
  }
});

Deno.test("a host that lets nobody in is tried again", async () => {
  using hole = await blackhole();
  await using cluster = clusterAt(hole.port, {
    timeout: 20_000,
    poolOptions: {
      dialTimeout: 50,
      maxRetries: 2,
      breaker: { threshold: 100 },
    },
  });
  const reason = await reasonOf(cluster.getRoutingClient().incr("n"));
  assertEquals(told(reason).name, "TimeoutError");
  assertEquals(cluster.stats().get(0)!.retries, 2);
});

Deno.test("what was sent puts nothing in doubt that was behind it", async () => {
  await using host = await Proxied.start(1, {
    timeout: 20_000,
    poolOptions: { maxRetries: 1 },
  });
  const { cluster, proxy } = host;
  const client = await connected(cluster);
  proxy.hold();
  const reasons = Promise.all(
    Array.from({ length: 20 }, () => reasonOf(client.set("f", FILLER))),
  );
  await eventually(() => cluster.stats().get(0)!.bytes.sent > FILLER.length);
  await sleep(20);
  const { sent } = cluster.stats().get(0)!.bytes;
  await proxy.refuse();
  proxy.reset();
  const outcomes = (await bounded(reasons)).map((one) => told(one).outcome);
  const inDoubt = Math.floor(sent / FILLER.length);
  assertEquals(
    outcomes,
    outcomes.map((_, i) => i < inDoubt ? "unknown" : "not-sent"),
  );
});
