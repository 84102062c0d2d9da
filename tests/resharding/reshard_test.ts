// Keys that move to other hosts while programs write.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Cluster,
  ConsistentHashingRouter,
  reshard,
  ReshardingError,
  reshardStatus,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { ask, RawClient } from "../../support/raw_client.ts";
import { bounded, eventually, turn } from "../../support/waiting.ts";
import { Rings } from "../../support/rings.ts";

Deno.test("keys move to a host that is added, and back", async () => {
  await using rings = await Rings.start();
  const cluster = rings.follower();
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key) => client.set(key, key)));
  const phases = new Set((await rings.move()).map(({ phase }) => phase));
  assertEquals([...phases], ["announced", "holding", "moving", "stable"]);
  assertEquals(await rings.assertPlaced(), 500);
  assert(Number(await rings.ask(2, "DBSIZE")) > 50);
  assertEquals(await client.mget(...keys), keys);
  await rings.move({}, { back: true });
  assertEquals(await rings.assertPlaced(rings.before), 500);
  assertEquals(await client.mget(...keys), keys);
});

Deno.test("counters keep all that was acknowledged while keys move", async () => {
  await using rings = await Rings.start();
  const cluster = rings.follower();
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);
  const counts = new Map(keys.map((key) => [key, 0]));
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      await Promise.all(keys.map(async (key) => {
        const count = counts.get(key)! + 1;
        counts.set(key, count);
        assertEquals(await client.incr(key), count);
        assertEquals(await client.get(key), String(count));
      }));
    }
  })();
  await rings.move({ rate: 300 });
  await rings.move({ rate: 300 }, { back: true });
  isOver = true;
  await writing;
  assertEquals(await rings.assertPlaced(rings.before), 300);
  for (const [key, count] of counts) {
    assertEquals(await client.get(key), String(count));
  }
});

Deno.test("case 12: a key that a stranger wrote as well is kept twice, and told", async () => {
  await using rings = await Rings.start();
  const client = rings.follower().getRoutingClient();
  const [key, other] = rings.moving(2);
  await client.mset({ [key]: "old", [other]: "v" });
  const moving = reshard(rings.before, rings.after);
  let conflicts: readonly string[] = [];
  for await (const step of moving) {
    if (step.phase === "holding") {
      await rings.ask(rings.next(key), "SET", key, "of a stranger");
    }
    ({ conflicts } = step);
  }
  assertEquals(conflicts, [key]);
  assertEquals(await client.get(key), "of a stranger");
  const [name] = await rings.ask(
    rings.old(key),
    "KEYS",
    "__rb__:conflict:*",
  ) as string[];
  assertEquals(name, `__rb__:conflict:3:${key}`);
  assertEquals(await rings.ask(rings.old(key), "GET", name), "old");
});

Deno.test("case 13: a host that comes has to be empty", async () => {
  await using rings = await Rings.start();
  const client = rings.follower().getRoutingClient();
  await client.set("key", "v");
  await rings.ask(2, "SET", "foreign", "v");
  const error = await assertRejects(() => rings.move(), ReshardingError);
  assertEquals(error.hostId, 2);
  assertEquals(await client.get("key"), "v");
  await rings.ask(2, "DEL", "foreign");
  await rings.move();
  assertEquals(await rings.assertPlaced(), 1);
});

Deno.test("case 14: a host without room stops the move, which goes on later", async () => {
  await using rings = await Rings.start();
  const client = rings.follower().getRoutingClient();
  const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key) => client.set(key, key)));
  await rings.ask(2, "CONFIG", "SET", "maxmemory", 1);
  await assertRejects(() => rings.move(), ReshardingError);
  assertEquals(await client.mget(...keys), keys);
  await rings.ask(2, "CONFIG", "SET", "maxmemory", 0);
  await rings.move();
  assertEquals(await client.mget(...keys), keys);
  assertEquals(await rings.assertPlaced(), 100);
});

Deno.test("case 21: a scan finds every key while all of them move", async () => {
  await using rings = await Rings.start();
  const cluster = rings.follower();
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key) => client.set(key, "v")));
  let isOver = false;
  let scans = 0;
  const scanning = (async () => {
    do {
      const found = new Set<string>();
      for await (const [, key] of cluster.scan({ count: 10 })) found.add(key);
      assertEquals(found.size, keys.length);
      scans++;
      await turn();
    } while (!isOver);
  })();
  await rings.move({ rate: 500 });
  isOver = true;
  await bounded(scanning);
  assert(scans > 0);
});

Deno.test("case 28: what is half done is taken back", async () => {
  await using rings = await Rings.start();
  const cluster = rings.follower();
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 400 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key) => client.set(key, 0)));
  for await (
    const { moved } of reshard(rings.before, rings.after, {
      rate: 200,
      pageSize: 10,
    })
  ) {
    await Promise.all(keys.map((key) => client.incr(key)));
    if (moved > 20) break;
  }
  const before = await client.mget(...keys);
  assert(Number(await rings.ask(2, "DBSIZE")) > 20);
  await rings.move({}, { back: true });
  assertEquals(await rings.assertPlaced(rings.before), 400);
  assertEquals(await client.mget(...keys), before);
  assertEquals(new Set(before).size, 1);
});

Deno.test("values that are too large are not moved", async () => {
  await using rings = await Rings.start();
  const client = rings.follower().getRoutingClient();
  const [key] = rings.moving(1);
  await client.set(key, "v".repeat(10_000));
  const error = await assertRejects(
    () => rings.move({ maxValueBytes: 5_000 }),
    ReshardingError,
    '"maxValueBytes"',
  );
  assertEquals(error.message.includes(key), false);
  await rings.move({ maxValueBytes: 50_000 });
  assertEquals(await rings.assertPlaced(), 1);
});

Deno.test("case 17: a command that blocks at the old host goes on at the new one", async () => {
  await using rings = await Rings.start();
  const client = rings.follower().getRoutingClient();
  const [list, other, empty] = rings.moving(3);
  const popped = [client.blpop(100, list), client.blpop(0, other)];
  const none = client.blpop(3, empty);
  for (const key of [list, other, empty]) {
    await eventually(async () => {
      const all = await rings.ask(rings.old(key), "CLIENT", "LIST");
      return String(all).includes("cmd=blpop");
    });
  }
  const steps = await rings.move({ grace: 2_500 });
  assertEquals(steps.at(-1)?.phase, "stable");
  await client.rpush(list, "v");
  await client.rpush(other, "w");
  assertEquals(await bounded(Promise.all(popped)), [[list, "v"], [other, "w"]]);
  assertEquals(await bounded(none), null);
});

Deno.test("any host of a ring with labels leaves, the first one too", async () => {
  const servers = await Promise.all([0, 1, 2].map(() => RedisServer.start()));
  const hosts = Object.fromEntries(
    servers.map(({ host }, id) => [id, { ...host, label: `host ${id}` }]),
  );
  const { 0: _, ...fewer } = hosts;
  const router = ConsistentHashingRouter;
  await using before = new Cluster({ hosts, router });
  await using after = new Cluster({ hosts: fewer, router });
  await using cluster = new Cluster({
    ...{ hosts, router, follow: true, next: { hosts: fewer } },
    timeout: 20_000,
  });
  const keys = Array.from({ length: 200 }, (_, i) => `key:${i}`);
  const client = cluster.getRoutingClient();
  await Promise.all(keys.map((key) => client.set(key, key)));
  for await (const _ of reshard(before, after)) { /* On. */ }
  assertEquals(await client.mget(...keys), keys);
  assertEquals([...cluster.hosts.keys()], [1, 2]);
  const left = await ask(servers[0], "KEYS", "[^_]*");
  assertEquals(left, []);
  await cluster.close();
  for (const server of servers) await server.stop();
});

Deno.test("a move that goes on looks for programs that have come meanwhile", async () => {
  await using rings = await Rings.start();
  const [key] = rings.moving(1);
  await rings.ask(rings.old(key), "SET", key, "v");
  await rings.setPhase("moving");
  {
    await using stranger = new RawClient(rings.servers[0]);
    assertEquals(await stranger.command("PING"), "PONG");
    await assertRejects(() => rings.move(), ReshardingError, "do not follow");
    assertEquals(await rings.ask(rings.old(key), "GET", key), "v");
  }
  // One that follows, and knows of an epoch before writes waited, is closed.
  await rings.setPhase("moving");
  await using sleeper = new RawClient(rings.servers[0]);
  await sleeper.command("CLIENT", "SETNAME", "rb:0");
  await rings.move({ grace: 50 });
  await assertRejects(() => sleeper.command("PING"));
  assertEquals(await rings.assertPlaced(), 1);
});

Deno.test("a move that was only announced is called off whoever is connected", async () => {
  await using rings = await Rings.start();
  await rings.setPhase("announced");
  await using stranger = new RawClient(rings.servers[0]);
  assertEquals(await stranger.command("PING"), "PONG");
  const steps = await rings.move({}, { back: true });
  assertEquals(steps.map(({ phase }) => phase), ["stable"]);
  assertEquals(await stranger.command("PING"), "PONG");
});

Deno.test("a move waits for replicas that there are, and goes on with as many", async () => {
  await using rings = await Rings.start();
  const error = await assertRejects(
    () => rings.move({ replicated: 1 }),
    ReshardingError,
    "has 0 replicas",
  );
  assertEquals(error.outcome, "not-sent");
  const { problems } = await reshardStatus(rings.before, rings.after, {
    replicated: 1,
  });
  assertEquals(problems.length, 3, problems.join("; "));
  await rings.setPhase("moving");
  await assertRejects(
    () => rings.move({ replicated: 2 }),
    ReshardingError,
    "begun with replicated: 0",
  );
});
