// Commands of keys that move, one kind after the other, while nobody else moves any.

import { assertEquals, assertRejects } from "@std/assert";
import { ReshardingError, Script } from "../../mod.ts";
import type { ClusterView } from "../../src/delivery/cluster_view.ts";
import { ClusterMoves } from "../../src/delivery/key_moves.ts";
import type { KeyMoves } from "../../src/delivery/moving_commands.ts";
import { bounded, turn } from "../../support/waiting.ts";
import { Rings } from "../../support/rings.ts";

async function start() {
  const rings = await Rings.start();
  await rings.setPhase("moving");
  const cluster = rings.follower();
  await cluster.ready();
  return { rings, cluster, client: cluster.getRoutingClient() };
}

Deno.test("what reads a key that moves finds it on either host, and moves nothing", async () => {
  const { rings, client } = await start();
  await using _ = rings;
  const [there, gone, list, hash, none] = rings.moving(5);
  await rings.ask(rings.old(there), "SET", there, "old");
  await rings.ask(rings.next(gone), "SET", gone, "new");
  await rings.ask(rings.old(list), "RPUSH", list, "a", "b");
  await rings.ask(rings.next(hash), "HSET", hash, "f", "v");
  assertEquals(await client.get(there), "old");
  assertEquals(await client.get(gone), "new");
  assertEquals(await client.get(none), null);
  assertEquals(await client.strlen(there), 3);
  assertEquals(await client.strlen(gone), 3);
  assertEquals(await client.lrange(list, 0, -1), ["a", "b"]);
  assertEquals(await client.hgetall(hash), ["f", "v"]);
  assertEquals(await client.exists(there, there, gone, none), 3);
  assertEquals(await client.mget(there, none, gone), ["old", null, "new"]);
  await assertRejects(() => client.get(list), Error, "WRONGTYPE");
  assertEquals(await rings.ask(rings.old(there), "EXISTS", there), 1);
  // In a map, GETs are merged.
  const values = await client.map((map) =>
    [there, gone, none, list].map((key) => map.get(key))
  );
  assertEquals(values.map(({ value }) => value), ["old", "new", null, null]);
});

Deno.test("what writes a key that moves has it moved before", async () => {
  const { rings, client } = await start();
  await using _ = rings;
  const [counter, list, key, fresh] = rings.moving(4);
  await rings.ask(rings.old(counter), "SET", counter, 41);
  await rings.ask(rings.old(list), "RPUSH", list, "a");
  await rings.ask(rings.old(key), "SET", key, "v", "PX", 100_000);
  assertEquals(await client.incr(counter), 42);
  assertEquals(await client.rpush(list, "b"), 2);
  assertEquals(await client.del(key), 1);
  assertEquals(await client.set(fresh, "v"), "OK");
  for (const one of [counter, list, key, fresh]) {
    assertEquals(await rings.ask(rings.old(one), "EXISTS", one), 0, one);
  }
  assertEquals(await rings.ask(rings.next(counter), "GET", counter), "42");
  assertEquals(await rings.ask(rings.next(key), "EXISTS", key), 0);
  await rings.assertPlaced();
});

Deno.test("case 19: commands over several keys run where all of them go", async () => {
  const { rings, client } = await start();
  await using _ = rings;
  const [one, other, result] = rings.together(3);
  await rings.ask(rings.old(one), "SADD", one, "a", "b");
  await rings.ask(rings.next(other), "SADD", other, "b", "c");
  assertEquals(await client.sinterstore(result, one, other), 1);
  assertEquals(await client.smembers(result), ["b"]);
  assertEquals(await client.rename(one, other), "OK");
  assertEquals((await client.smembers(other)).sort(), ["a", "b"]);
  const script = new Script(
    "return redis.call('SUNIONSTORE', KEYS[1], KEYS[1], KEYS[2])",
  );
  assertEquals(await client.run(script, [result, other], []), 2);
  await rings.assertPlaced();
});

Deno.test("case 20: keys of which half have moved are counted once", async () => {
  const { rings, cluster, client } = await start();
  await using _ = rings;
  const keys = rings.moving(10);
  for (const [index, key] of keys.entries()) {
    const hostId = index % 2 === 0 ? rings.old(key) : rings.next(key);
    await rings.ask(hostId, "SET", key, index);
  }
  assertEquals(await client.exists(...keys, ...keys), 20);
  assertEquals(await client.del(...keys.slice(0, 4)), 4);
  await client.mset(Object.fromEntries(keys.map((key) => [key, "new"])));
  assertEquals(await client.mget(...keys), keys.map(() => "new"));
  assertEquals(await rings.assertPlaced(), 10);
  const { [keys[0]]: replies } = await cluster.executeCommands({
    [keys[0]]: [["SET", keys[0], "1"], ["INCR", keys[0]], ["GET", keys[0]]],
  });
  assertEquals(replies.map(({ value }) => value), ["OK", 2, "2"]);
  const [one, other] = rings.together(2, "pair");
  await rings.ask(rings.old(one), "SET", one, 7);
  const { [other]: atomic } = await cluster.executeCommands({
    [other]: [["INCRBY", one, 1], ["COPY", one, other]],
  }, { atomic: true });
  assertEquals(atomic.map(({ value }) => value), [8, 1]);
  assertEquals(await client.mget(one, other), ["8", "8"]);
  await rings.assertPlaced();
});

Deno.test("case 18: a large map keeps the order of each key", async () => {
  const { rings, cluster } = await start();
  await using _ = rings;
  const count = 50_000;
  const keys = Array.from({ length: count }, (_, i) => `key:${i}`);
  const values = await cluster.map((map) =>
    keys.map((key) => {
      map.set(key, key);
      return map.get(key);
    }), { timeout: 100_000 });
  assertEquals(values.map(({ value }) => value), keys);
  assertEquals(await rings.assertPlaced(), count);
});

Deno.test("a command that blocks waits where its key goes", async () => {
  const { rings, client } = await start();
  await using _ = rings;
  const [list] = rings.moving(1);
  const popped = client.blpop(10, list);
  await client.rpush(list, "v");
  assertEquals(await bounded(popped), [list, "v"]);
});

Deno.test("writes of keys that move are refused at hosts that were named", async () => {
  const { rings, cluster } = await start();
  await using _ = rings;
  const [key] = rings.moving(1);
  for (const hostId of [rings.old(key), rings.next(key)]) {
    const error = await assertRejects(
      () => cluster.getLocalClient(hostId).set(key, "v"),
      ReshardingError,
    );
    assertEquals(error.outcome, "not-sent");
    assertEquals(await cluster.getLocalClient(hostId).get(key), null);
  }
});

Deno.test("case 14: a write is refused where the host of its key has no room", async () => {
  const { rings, client } = await start();
  await using _ = rings;
  const [key] = rings.moving(1);
  await rings.ask(rings.old(key), "SET", key, "v");
  await rings.ask(rings.next(key), "CONFIG", "SET", "maxmemory", 1);
  const error = await assertRejects(
    () => client.append(key, "w"),
    ReshardingError,
    "OOM",
  );
  assertEquals(error.outcome, "not-sent");
  assertEquals(await client.get(key), "v");
  await rings.ask(rings.next(key), "CONFIG", "SET", "maxmemory", 0);
  assertEquals(await client.append(key, "w"), 2);
});

Deno.test("settle() moves keys now, and names their hosts", async () => {
  const { rings, cluster } = await start();
  await using _ = rings;
  const [key] = rings.moving(1);
  await rings.ask(rings.old(key), "SET", key, "v");
  const [hostId] = await cluster.settle([key]);
  assertEquals(hostId, rings.next(key));
  assertEquals(await rings.ask(hostId, "GET", key), "v");
  assertEquals(await rings.ask(rings.old(key), "EXISTS", key), 0);
});

Deno.test("a null is not asked about by rings that have changed since", async () => {
  const topology = { state: { epoch: 1, phase: "moving" } };
  // Whoever asks a host looks at the topology of the cluster.
  const asked: string[] = [];
  const cluster = {
    replicated: 0,
    get topology(): never {
      asked.push("topology");
      throw new Error("Nobody is there");
    },
  };
  const moves = new ClusterMoves(
    cluster as unknown as ClusterView,
    topology as unknown as KeyMoves["topology"],
  );
  moves.noteAbsent("key", 0);
  topology.state = { epoch: 2, phase: "moving" };
  moves.ringChanged();
  await turn();
  assertEquals(asked, []);
});
