// What becomes of commands that a server refused, among others on their way.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { CommandError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { bounded, eventually, sleep } from "../faults/outcome.ts";
import {
  assertQuiet,
  connected,
  Proxied,
  reasonOf,
  told,
} from "../faults/proxied.ts";
import { Relayed } from "../faults/relayed.ts";

const READONLY = "READONLY You can't write against a read only replica.";

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

Deno.test("what was refused goes again before what was issued meanwhile", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const { cluster, proxy } = host;
  const client = await connected(cluster);
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
  const client = await connected(cluster);
  proxy.answer(READONLY, { commands: ["INCR"], times: 3 });
  assertEquals(await client.incr("n"), 1);
  assertEquals(cluster.stats().get(0)!.retries, 3);
});

Deno.test("what was refused goes again when its connection breaks", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const client = await connected(host.cluster);
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
  const client = await connected(host.cluster);
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
  const client = await connected(host.cluster);
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
  await using next = await RedisServer.start({ transport: "tcp" });
  await using relayed = await Relayed.start();
  const { cluster, relay } = relayed;
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
  await relayed.oracle.command("REPLICAOF", next.hostname, next.port);
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
