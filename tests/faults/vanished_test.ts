/**
 * Faults 47 and 51: idle connections that end without anybody's fault.
 *
 * 47: they vanished without a word, as behind a NAT or a load balancer. Covered:
 * all connections of a full pool, and some of them; reads, writes, maps, commands
 * that block and `ping()`; less time than a check takes; TCP and unix sockets.
 *
 * 51: the server closed them, and nobody had used them. Covered: connections that
 * were opened for callers who gave up, at any age, closed before, while and
 * without being checked; several hosts' worth of them; and connections that were
 * used, which do count.
 *
 * @module
 */

import process from "node:process";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { type Cluster, HostDownError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, failureOf, turn } from "./outcome.ts";
import { assertQuiet, Proxied } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

/** Has a cluster hold so many idle connections, all of which were used. */
async function openIdle({ cluster }: Proxied, count: number): Promise<void> {
  await Promise.all(
    Array.from(
      { length: count },
      () => cluster.map((client) => client.get("k")),
    ),
  );
  await assertQuiet(cluster);
  assertEquals(cluster.getPoolForHost(0).idle, count);
}

const CALLS: Record<string, (cluster: Cluster) => PromiseLike<unknown>> = {
  "a read": (cluster) => cluster.getRoutingClient().get("k"),
  "a write": (cluster) => cluster.getRoutingClient().set("k", "v"),
  "a map": (cluster) => cluster.map((client) => client.get("k")),
  "a command that blocks": (cluster) =>
    cluster.getRoutingClient().blpop(10, "full"),
  "ping()": (cluster) => cluster.ping(),
  "a hurry": (cluster) => cluster.getRoutingClient({ timeout: 300 }).incr("n"),
};

for (const transport of ["tcp", "unix"] as const) {
  for (const [name, call] of Object.entries(CALLS)) {
    Deno.test(`fault 47: ${name} waits for one check when all connections have vanished (${transport})`, async () => {
      await using host = await Proxied.start(1, { transport });
      const { cluster, proxy, oracle } = host;
      await oracle.command("RPUSH", "full", "element");
      await openIdle(host, 16);
      using time = new FakeTime();
      await time.advance(1_000);
      proxy.forget();
      const done = call(cluster);
      await time.advance(250);
      // Time stands still from here on: nothing more is waited for.
      await bounded(done);
      await time.advance(1_000);
      const pool = cluster.getPoolForHost(0);
      await eventually(() => pool.size === 1 && pool.leased === 0);
    });
  }
}

Deno.test("fault 47: as many maps as there are connections wait no longer than one", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  await openIdle(host, 16);
  using time = new FakeTime();
  await time.advance(1_000);
  proxy.forget();
  const maps = Promise.all(
    Array.from({ length: 16 }, () => cluster.map((client) => client.get("k"))),
  );
  await time.advance(1_000);
  await bounded(maps);
  assertLessOrEqual(cluster.getPoolForHost(0).size, 16);
});

Deno.test("fault 47: connections that were used since are not given up with older ones", async () => {
  await using host = await Proxied.start(1);
  const { cluster, proxy } = host;
  await openIdle(host, 4);
  using time = new FakeTime();
  await time.advance(1_000);
  proxy.forget();
  const client = cluster.getRoutingClient();
  const first = client.get("k");
  await time.advance(250);
  await bounded(first);
  await eventually(() => cluster.getPoolForHost(0).leased === 1);
  await time.advance(750);
  const pool = cluster.getPoolForHost(0);
  await eventually(() => pool.size === 1);
  const { opened } = cluster.stats().get(0)!.connections;
  await bounded(client.get("k"));
  assertEquals(cluster.stats().get(0)!.connections.opened, opened);
});

/** Has a cluster hold connections that were opened and never used. */
async function openUnused(cluster: Cluster, count: number): Promise<void> {
  const own = new AbortController();
  const { signal } = own;
  const maps = Array.from(
    { length: count },
    () => cluster.map((client) => client.get("k"), { signal }).catch(() => {}),
  );
  // At the end of the turn they apply for connections, and then have no use for
  // them any more.
  await new Promise<void>((wake) =>
    queueMicrotask(() => process.nextTick(wake))
  );
  assertEquals(cluster.getPoolForHost(0).dialing, count);
  own.abort();
  await Promise.all(maps);
  await eventually(() => cluster.getPoolForHost(0).idle === count);
}

/** Notes when a host of a cluster is said to be down. */
function noteDowns(cluster: Cluster): unknown[] {
  const downs: unknown[] = [];
  cluster.addEventListener("down", (event) => downs.push(event.detail));
  return downs;
}

for (const age of [0, 150, 60_000]) {
  Deno.test(`fault 51: connections that nobody used may be closed after ${age} ms`, async () => {
    await using server = await RedisServer.start({ transport: "tcp" });
    await using direct = oracle(server);
    await using cluster = clusterAt(server.port);
    using time = new FakeTime();
    const downs = noteDowns(cluster);
    for (let round = 0; round < 3; round++) {
      await openUnused(cluster, 5);
      await time.advance(age);
      await direct.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      const pool = cluster.getPoolForHost(0);
      await eventually(() => pool.size === 0);
      assertEquals([pool.down, pool.failures], [false, 0]);
    }
    assertEquals(await bounded(cluster.getRoutingClient().get("k")), null);
    assertEquals(downs, []);
  });
}

Deno.test("fault 51: connections that nobody used may be closed while they are checked", async () => {
  await using server = new ScriptedServer(async (link, index) => {
    // The first ones hang up as soon as they are asked.
    const text = await link.read();
    if (index < 5 || text === undefined) return;
    await link.write("$-1\r\n");
    await link.hangup();
  });
  await using cluster = clusterAt(server.port);
  const downs = noteDowns(cluster);
  await openUnused(cluster, 5);
  using time = new FakeTime();
  await time.advance(1_000);
  assertEquals(await bounded(cluster.getRoutingClient().get("k")), null);
  assertEquals(downs, []);
  assertEquals(cluster.getPoolForHost(0).failures, 0);
});

Deno.test("fault 51: a server that hangs up on every command is down all the same", async () => {
  await using server = new ScriptedServer(async (link) => {
    await link.readAll();
  });
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxRetries: 0, breaker: { minDelay: 60_000 } },
  });
  const client = cluster.getRoutingClient();
  for (let i = 0; i < 3; i++) {
    await client.get("k").catch(() => {});
    await turn();
  }
  await failureOf(HostDownError, () => client.get("k"));
  assert(cluster.getPoolForHost(0).down);
});
