// What waits in a lane for what was issued before it, and what does not.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { CommandError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { FakeTime } from "../fake_time.ts";
import {
  bounded,
  eventually,
  isPending,
  sleep,
  turn,
} from "../faults/outcome.ts";
import { assertQuiet, Proxied, reasonOf, told } from "../faults/proxied.ts";
import { Relay } from "../faults/relay.ts";
import { clusterAt } from "../faults/single_host.ts";

/** More commands than wait for the end of a turn. */
const MANY = 10_000;

/** Of these, a few are more than the buffers on the way take. */
const FILLER = "x".repeat(1_000_000);

const READONLY = "READONLY You can't write against a read only replica.";

Deno.test("a large batch does not overtake what its own client issued before", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  await client.get("connection");
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
  const client = cluster.getRoutingClient();
  await client.get("connection");
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
  const client = cluster.getRoutingClient();
  await client.get("connection");
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
  await using server = await RedisServer.start({ transport: "tcp" });
  await using relay = new Relay(server);
  await using cluster = clusterAt(relay.port, { timeout: 20_000 });
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
  await using server = await RedisServer.start({ transport: "tcp" });
  await using relay = new Relay(server);
  await using cluster = clusterAt(relay.port, { timeout: 20_000 });
  const client = cluster.getRoutingClient();
  await client.get("connection");
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
  const given = reasonOf(cluster.getRoutingClient({ signal }).incr("n"));
  const other = cluster.getRoutingClient().incr("n");
  await eventually(() => cluster.getPoolForHost(0).waiting > 0);
  controller.abort("given up");
  assertEquals(await given, "given up");
  proxy.pass();
  await bounded(map);
  assertEquals(await bounded(other), 1);
});

Deno.test("what was not sent when its connection broke goes again at once", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
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

Deno.test("what was refused goes again before what was issued meanwhile", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const { cluster, proxy } = host;
  const client = cluster.getRoutingClient();
  await client.get("connection");
  proxy.answer(READONLY, { commands: ["RPUSH"], times: 1 });
  // It is answered while the rest of its batch is not.
  host.server.pause();
  const sent: Promise<unknown>[] = [client.rpush("list", 1), client.get("a")];
  await eventually(() => proxy.stats.answered === 1);
  await sleep(20);
  sent.push(client.rpush("list", 2));
  host.server.resume();
  await bounded(Promise.all(sent));
  const list = await host.oracle.command("LRANGE", "list", 0, -1);
  assertEquals(list, ["1", "2"]);
  // The second one was never tried before.
  assertEquals(cluster.stats().get(0)!.retries, 1);
});

Deno.test("a map waits for what was refused and goes again", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const { cluster, proxy } = host;
  await cluster.map((map) => map.get("connection"));
  proxy.answer(READONLY, { commands: ["INCR"], times: 1 });
  const [count, value] = await cluster.map((map) => [
    map.incr("n"),
    map.strlen("n"),
  ]);
  assertEquals([count.value, value.value], [1, 0]);
  assertEquals(cluster.stats().get(0)!.batches.count, 2);
});

Deno.test("what was refused goes again for longer than what failed", async () => {
  await using host = await Proxied.start(1, {
    timeout: 20_000,
    poolOptions: { maxRetries: 1 },
  });
  const { cluster, proxy } = host;
  const client = cluster.getRoutingClient();
  await client.get("connection");
  proxy.answer(READONLY, { commands: ["INCR"], times: 3 });
  assertEquals(await client.incr("n"), 1);
  assertEquals(cluster.stats().get(0)!.retries, 3);
});

/** One command is refused at once, and those behind it wait for the server. */
async function refuseFirst(
  host: Proxied,
  issue: () => PromiseLike<unknown>[],
): Promise<PromiseSettledResult<unknown>[]> {
  const { proxy, server } = host;
  const { answered } = proxy.stats;
  proxy.answer(READONLY, { commands: ["INCR"], times: 1 });
  server.pause();
  const settled = Promise.allSettled(issue());
  await eventually(() => proxy.stats.answered > answered);
  return await bounded(settled);
}

Deno.test("what was refused goes again when its connection breaks", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const client = host.cluster.getRoutingClient();
  await client.get("connection");
  const results = refuseFirst(host, () => [client.incr("n"), client.get("n")]);
  await eventually(() => host.proxy.stats.answered === 1);
  host.proxy.reset();
  await eventually(() => host.proxy.connections === 0);
  host.server.resume();
  assertEquals((await results)[0], { status: "fulfilled", value: 1 });
  assertEquals((await results)[1].status, "fulfilled");
});

Deno.test("what was refused does not go behind what may have run when its connection breaks", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const client = host.cluster.getRoutingClient();
  await client.get("connection");
  const results = refuseFirst(
    host,
    () => [client.incr("n"), client.set("n", 5)],
  );
  await eventually(() => host.proxy.stats.answered === 1);
  host.proxy.reset();
  await eventually(() => host.proxy.connections === 0);
  host.server.resume();
  const [incr, set] = await results;
  assert(incr.status === "rejected" && set.status === "rejected");
  assertEquals(incr.reason.code, "READONLY");
  assertEquals(told(set.reason).outcome, "unknown");
});

Deno.test("what was refused does not go behind what was given up and ran", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const client = host.cluster.getRoutingClient();
  await client.get("connection");
  const late = Promise.withResolvers<unknown>();
  const results = refuseFirst(host, () => {
    const incr = client.incr("n");
    const set = client.sendCommand("SET", ["n", 5], { timeout: 100 });
    set.then(late.resolve, late.resolve);
    return [incr, set, client.get("other")];
  });
  assertEquals(told(await late.promise).outcome, "unknown");
  host.server.resume();
  const [incr, , other] = await results;
  assert(incr.status === "rejected" && other.status === "fulfilled");
  assertEquals(incr.reason.code, "READONLY");
  assertEquals(await client.get("n"), "5");
});

Deno.test("nobody goes on over a connection on which somebody was refused", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const { cluster, proxy } = host;
  const [one, other] = [1, 2].map(() => cluster.getRoutingClient());
  await one.get("connection");
  const results = refuseFirst(host, () => [one.incr("n"), one.get("n")]);
  await eventually(() => proxy.stats.answered === 1);
  await sleep(20);
  const behind = other.get("n");
  await eventually(() => proxy.stats.accepted === 2);
  host.server.resume();
  assertEquals((await results)[0], { status: "fulfilled", value: 1 });
  await bounded(behind);
});

Deno.test("no connection to a server that refuses is used again", async () => {
  await using old = await RedisServer.start({ transport: "tcp" });
  await using next = await RedisServer.start({ transport: "tcp" });
  await using relay = new Relay(old);
  await using cluster = clusterAt(relay.port, { timeout: 20_000 });
  const client = cluster.getRoutingClient();
  await Promise.all([
    client.get("a"),
    ...[1, 2].map(() => cluster.map((map) => map.get("a"))),
  ]);
  const { length } = relay.links;
  assert(length > 1);
  // One of them is in use meanwhile.
  for (const link of relay.links) link.hold();
  const late = cluster.map((map) => map.get("late"));
  const inUse = () => relay.links.find(({ text }) => text.includes("late"));
  await eventually(() => inUse() !== undefined);
  for (const link of relay.links) if (link !== inUse()) link.release();
  await using direct = oracle(old);
  await direct.command("REPLICAOF", next.hostname, next.port);
  relay.leadTo(next);
  assertEquals(await bounded(client.incr("n")), 1);
  inUse()!.release();
  await bounded(late);
  await bounded(
    Promise.all(relay.links.slice(0, length).map((one) => one.ended)),
  );
  const { retries } = cluster.stats().get(0)!;
  assertEquals([retries, cluster.getPoolForHost(0).size], [1, 1]);
});

Deno.test("what was refused says so when its time is up before the rest is answered", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  const client = cluster.getRoutingClient({ timeout: 150 });
  await client.get("connection");
  proxy.answer(READONLY, { commands: ["INCR"], times: 1 });
  host.server.pause();
  const [incr, set] = await Promise.all([
    reasonOf(client.incr("n")),
    reasonOf(client.set("a", 1)),
  ]);
  host.server.resume();
  assertInstanceOf(incr, CommandError);
  assertEquals([incr.code, incr.hostId, incr.command], ["READONLY", 0, "INCR"]);
  assertEquals(told(set).outcome, "unknown");
  const { errors } = cluster.stats().get(0)!;
  assertEquals(errors, { READONLY: 1, TimeoutError: 1 });
  await assertQuiet(cluster);
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
  const client = cluster.getRoutingClient();
  await client.get("connection");
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
