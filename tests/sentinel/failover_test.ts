// Shards behind Sentinel whose primaries die, come back, or are demoted by hand.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Cluster,
  CommandError,
  ConsistentHashingRouter,
  type FailoverEventDetail,
  pythonRbLabel,
  TransportError,
} from "../../mod.ts";
import { SentinelSetup, type SentinelShard } from "../../src/testing.ts";
import { ask, oracle } from "../../support/raw_client.ts";
import { bounded, eventually, isPending, turn } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";

/** So many keys of each host. */
function keysOf(cluster: Cluster, count: number): string[][] {
  const router = cluster.getRouter();
  const keys: string[][] = [...cluster.hosts.keys()].map(() => []);
  for (let i = 0; keys.some((own) => own.length < count); i++) {
    const own = keys[router.getHostForKey(`key ${i}`)];
    if (own.length < count) own.push(`key ${i}`);
  }
  return keys;
}

/** Waits until a replica has all that its primary has acknowledged. */
async function replicated({ servers }: SentinelShard): Promise<void> {
  const [primary, replica] = servers;
  await eventually(async () => {
    const [, offset] = await ask(primary, "ROLE") as unknown[];
    return (await ask(replica, "ROLE") as unknown[])[4] === offset;
  });
}

/** The failovers of a cluster, as they are told. */
function failoversOf(cluster: Cluster): FailoverEventDetail[] {
  const failovers: FailoverEventDetail[] = [];
  cluster.addEventListener(
    "failover",
    ({ detail }) => void failovers.push(detail),
  );
  return failovers;
}

Deno.test("case 30: a primary is killed: what was not sent runs once on the new one; ids and keys stay", async () => {
  await using setup = await SentinelSetup.start();
  const label = (id: number) =>
    pythonRbLabel({ host_id: id, host: `10.0.0.${id}`, port: 6379 });
  const router = ConsistentHashingRouter;
  const cluster = setup.makeCluster({
    hosts: setup.hosts.map((host, id) => ({ ...host, label: label(id) })),
    router,
    timeout: 60_000,
  });
  const failovers = failoversOf(cluster);
  await cluster.ready();
  const before = [...cluster.hosts.values()].map(({ hostId, address }) =>
    [hostId, address] as const
  );
  const keys = keysOf(cluster, 21);
  // A map is a client of its own, and no order is kept between two.
  const [ofMap, ...counters] = keys[0];
  counters.push(...keys[1]);
  const client = cluster.getRoutingClient();
  await Promise.all(keys.flat().map((key) => client.set(key, "0")));
  await replicated(setup.shards[0]);
  const killed = await setup.kill(0);
  // From here on nothing can be sent there, and all that is issued waits.
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  const pending = Promise.all([
    ...counters.map((key) => client.incr(key)),
    cluster.map((map) => map.set(ofMap, "map"), { timeout: 60_000 }),
  ]);
  // The other shard answers meanwhile.
  assertEquals(await bounded(client.get(keys[1][0])), "1");
  await setup.failover(0);
  const replies = await bounded(pending);
  assertEquals(replies, [...counters.map(() => 1), "OK"]);
  const after = await setup.primary(0);
  assertEquals(failovers, [
    { hostId: 0, from: before[0][1], to: after.address },
  ]);
  assertEquals(cluster.hosts.get(0)?.port, after.port);
  assertEquals(cluster.hosts.get(1)?.address, before[1][1]);
  assertEquals(cluster.stats().get(0)?.failovers, 1);
  assertEquals(keysOf(cluster, 21), keys);
  await using direct = oracle(after);
  for (const key of keys[0]) {
    const value = key === ofMap ? "map" : "1";
    assertEquals(await direct.command("GET", key), value);
  }
  const { hosts } = await cluster.topology();
  assertEquals(hosts.get(0)?.primary.address, after.address);
  await killed.restart();
  await setup.settled(0);
});

Deno.test("case 31: the old primary comes back and calls itself master: nobody goes there", async () => {
  await using setup = await SentinelSetup.start({ shards: 1, sentinels: 1 });
  const cluster = setup.makeCluster({ timeout: 60_000 });
  const client = cluster.getRoutingClient();
  await client.set("key", "0");
  await replicated(setup.shards[0]);
  const old = await setup.kill(0);
  await setup.failover(0);
  await bounded(client.set("key", "1"));
  // Without a sentinel that is awake, nobody tells it better.
  setup.sentinels[0].pause();
  await old.restart();
  assertEquals((await ask(old, "ROLE") as unknown[])[0], "master");
  await cluster.disconnectPools();
  await Promise.all(
    Array.from({ length: 50 }, () => client.incr("counter")),
  );
  assertEquals(await ask(old, "DBSIZE"), 0);
  const now = setup.shards[0].servers[1];
  assertEquals(await ask(now, "GET", "counter"), "50");
  setup.sentinels[0].resume();
  await setup.settled(0);
  // A replica is no primary, wherever the sentinels were asked.
  assertEquals((await ask(old, "ROLE") as unknown[])[0], "slave");
  assertEquals(await client.incr("counter"), 51);
});

Deno.test("case 32: a sentinel slept through the failover and stands first in the list", async () => {
  await using setup = await SentinelSetup.start({ shards: 1 });
  const cluster = setup.makeCluster({ timeout: 60_000 });
  const failovers = failoversOf(cluster);
  const client = cluster.getRoutingClient();
  await client.set("key", "0");
  const [sleeper, ...others] = setup.sentinels;
  sleeper.pause();
  await replicated(setup.shards[0]);
  await setup.kill(0);
  // The links by which events come are cut as well.
  for (const { path } of others) {
    await ask({ path }, "CLIENT", "KILL", "TYPE", "pubsub");
  }
  const next = await setup.failover(0);
  assertEquals(await bounded(client.incr("key")), 1);
  assertEquals(failovers.map(({ to }) => to), [next.address]);
  // Who begins now hears the sleeper first, and does not believe it.
  sleeper.resume();
  const fresh = setup.makeCluster({ timeout: 60_000 });
  assertEquals(await bounded(fresh.getRoutingClient().incr("key")), 2);
  assertEquals(fresh.hosts.get(0)?.port, next.port);
});

Deno.test("case 33: REPLICAOF by hand: what is refused waits, and runs once where it may", async () => {
  await using setup = await SentinelSetup.start({ shards: 1 });
  const cluster = setup.makeCluster({ timeout: 60_000 });
  const client = cluster.getRoutingClient();
  const reader = cluster.getRoutingClient();
  const [primary, replica] = setup.shards[0].servers;
  await client.set("key", "0");
  await reader.get("key");
  // The sentinels sleep, so that nobody corrects what the hand does.
  for (const sentinel of setup.sentinels) sentinel.pause();
  await ask(primary, "REPLICAOF", replica.hostname, replica.port);
  const pending = [
    client.incr("key"),
    reader.incr("other"),
    cluster.map((map) => map.incr("other"), { timeout: 60_000 }),
  ];
  // Dialled anew, it says that it is a replica, and gets no command.
  await eventually(() => cluster.getPoolForHost(0).failures > 0);
  assertEquals(cluster.hosts.get(0)?.port, primary.port);
  await ask(primary, "REPLICAOF", "NO", "ONE");
  await bounded(Promise.all(pending));
  assertEquals(await ask(primary, "MGET", "key", "other"), ["1", "2"]);
  for (const sentinel of setup.sentinels) sentinel.resume();
});

Deno.test("case 33: a primary that is demoted while it lives: late answers do not count", async () => {
  await using setup = await SentinelSetup.start({ shards: 1 });
  const cluster = setup.makeCluster({ timeout: 60_000 });
  const client = cluster.getRoutingClient();
  // Reads of the same client would be in doubt behind its write.
  const reader = cluster.getRoutingClient();
  const failovers = failoversOf(cluster);
  await client.set("key", "0");
  await replicated(setup.shards[0]);
  const stopped = await setup.primary(0);
  let read: Promise<string | null>;
  do {
    stopped.resume();
    // One that was idle would be checked first, and nothing be sent.
    await client.get("key");
    stopped.pause();
    read = reader.get("key");
    await turn();
    // It may have been answered before the signal was taken.
  } while (!await isPending(read));
  // Behind that, over the same connection, so that it has been sent.
  const late = reasonOf(client.incr("key"));
  await setup.failover(0);
  // Nothing is lost or refused here: only the sentinels tell.
  await eventually(() => failovers.length === 1);
  // What has come by then counts.
  await turn();
  stopped.resume();
  const error = await bounded(late);
  assertInstanceOf(error, TransportError);
  assertEquals(error.outcome, "unknown");
  // A read is asked again where it counts.
  assertEquals(await bounded(read), "0");
  assertEquals(await client.incr("key"), 1);
});

Deno.test("case 34: sentinels and servers have users and passwords of their own", async () => {
  const auth = { username: "app", password: "of-the-servers" };
  const sentinelAuth = { username: "watcher", password: "of-the-sentinels" };
  await using setup = await SentinelSetup.start({
    shards: 1,
    sentinels: 1,
    auth,
    sentinelAuth,
  });
  const cluster = setup.makeCluster({ timeout: 60_000 });
  const failovers = failoversOf(cluster);
  assertEquals(await cluster.getRoutingClient().set("key", "1"), "OK");
  await setup.failover(0);
  await eventually(() => failovers.length === 1);
  assertEquals(
    await bounded(cluster.getRoutingClient().set("key", "2")),
    "OK",
  );
  const hosts = setup.sentinels.map(({ hostname, port }) => ({
    hostname,
    port,
  }));
  const { password } = auth;
  const wrong = [
    // Of one the password is wrong, of one it is missing, one is that of servers.
    setup.makeCluster({
      sentinels: { hosts, username: "watcher", password: "secret-and-wrong" },
    }),
    setup.makeCluster({ sentinels: { hosts } }),
    setup.makeCluster({ sentinels: { hosts, username: "watcher", password } }),
    setup.makeCluster({ hostDefaults: { ...auth, password: "secret-too" } }),
  ];
  for (const cluster of wrong) {
    const error = await bounded(
      reasonOf(cluster.getRoutingClient().get("key")),
    );
    assertInstanceOf(error, TransportError);
    assertEquals([error.outcome, error.command], ["not-sent", "GET"]);
    const text = Deno.inspect(error, { depth: 10 });
    for (const secret of ["secret", password, sentinelAuth.password]) {
      assert(!text.includes(secret), "a password is in an error");
    }
    let cause: unknown = error;
    while (cause instanceof TransportError) cause = cause.cause;
    assertInstanceOf(cause, CommandError);
    assert(/WRONGPASS|NOAUTH/.test(cause.message), cause.message);
  }
});

Deno.test("case 35: all sentinels are down: traffic goes on, and a failover is found when they are back", async () => {
  await using setup = await SentinelSetup.start({ shards: 1 });
  const cluster = setup.makeCluster({ timeout: 60_000 });
  const client = cluster.getRoutingClient();
  await client.set("key", "0");
  for (const sentinel of setup.sentinels) await sentinel.kill();
  // Connections are opened anew as well.
  const primary = setup.shards[0].servers[0];
  await ask(primary, "CLIENT", "KILL", "TYPE", "normal");
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  for (let i = 1; i <= 20; i++) assertEquals(await client.incr("key"), i);
  await primary.kill();
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  const pending = client.incr("n");
  for (const sentinel of setup.sentinels) await sentinel.restart();
  await setup.failover(0);
  assertEquals(await bounded(pending), 1);
});
