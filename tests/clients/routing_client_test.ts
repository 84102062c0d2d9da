import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ErrorReplyError } from "@db/redis";
import type { RoutingClient } from "../../src/clients/routing_client.ts";
import { CommandError, PartialError } from "../../src/errors.ts";
import { makeTestCluster } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { connections, totalKeys } from "../counts.ts";

const SMALL = { servers: 2, databasesEach: 2 };

Deno.test("RoutingClient runs each command on the host of its key", async () => {
  await using cluster = await makeTestCluster();
  const client = cluster.getRoutingClient();
  for (const key of ["foo", "bar", "baz", "ключ"]) {
    assertEquals(await client.set(key, `${key}!`), "OK");
    assertEquals(await client.get(key), `${key}!`);
    const id = cluster.getRouter().getHostForKey(key);
    assertEquals(await ask(cluster.setup.hosts[id], "EXISTS", key), 1);
  }
  assertEquals(await totalKeys(cluster), 4);
});

Deno.test("RoutingClient runs commands of every shape", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  for (let x = 0; x < 10; x++) {
    const members = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`${x + i}`, x + i]),
    );
    assertEquals(await client.zadd(`zset:${x}`, members), 10);
    const flat = Object.entries(members).flatMap(([key, value]) => [
      key,
      `${value}`,
    ]);
    assertEquals(
      await client.zrange(`zset:${x}`, 0, -1, { withScore: true }),
      flat,
    );
  }
  assertEquals(await client.hset("hash", { a: 1, b: "2" }), 2);
  assertEquals(await client.hmget("hash", "a", "none", "b"), ["1", null, "2"]);
  assertEquals(await client.rpush("list", 1, 2, 3), 3);
  assertEquals(await client.lpop("list", 2), ["1", "2"]);
  assertEquals(await client.lpop("list"), "3");
  assertEquals(await client.set("foo", "new", { nx: true }), "OK");
  assertEquals(await client.set("foo", "newer", { nx: true }), null);
  assertEquals(await client.set("foo", "x", { ex: 60 }), "OK");
  assert(await client.ttl("foo") > 0);
  assertEquals(await client.type("zset:0"), "zset");
  assertEquals(await client.eval("return KEYS[1]", ["foo"], []), "foo");
  assertEquals(await client.xlen("stream"), 0);
  const id = await client.xadd("stream", "*", { field: "value" });
  assertEquals(await client.xlen("stream"), 1);
  assertEquals(typeof id.unixMs, "number");
});

Deno.test("RoutingClient sends commands of one turn together, in their order", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 500 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key) => client.set(key, key)));
  const values = await Promise.all(keys.map((key) => client.get(key)));
  assertEquals(values, keys);
  const counts = await Promise.all(keys.map(() => client.incr("counter")));
  assertEquals(counts, keys.map((_, index) => index + 1));
  // One connection to each host carried all of it.
  assertEquals(connections(cluster), [4, 0]);
});

Deno.test("RoutingClient rejects with the error of the server", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  await client.rpush("list", 1);
  const error = await assertRejects(() => client.incr("list"), CommandError);
  assertInstanceOf(error, ErrorReplyError);
  assertEquals([error.code, error.command], ["WRONGTYPE", "INCR"]);
  assertEquals(error.hostId, cluster.getRouter().getHostForKey("list"));
  assertEquals(await client.get("other"), null);
});

Deno.test("RoutingClient reads a wrong type as an error, not as null", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  await client.rpush("list", 1);
  await assertRejects(() => client.get("list"), CommandError, "WRONGTYPE");
});

Deno.test("RoutingClient splits commands over several hosts", async () => {
  await using cluster = await makeTestCluster();
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 50 }, (_, i) => `key:${i}`);
  const pairs = keys.map((key, i): [string, number] => [key, i]);
  assertEquals(await client.mset(...pairs), "OK");
  assertEquals(await totalKeys(cluster), 50);
  assertEquals(
    await client.mget(...keys, "none", ...keys.toReversed()),
    [...keys.keys(), null, ...[...keys.keys()].toReversed()]
      .map((value) => value === null ? null : `${value}`),
  );
  assertEquals(await client.exists(...keys, "none"), 50);
  assertEquals(await client.exists("key:0", "key:0", "key:1"), 3);
  assertEquals(await client.touch(...keys), 50);
  assertEquals(await client.del(...keys.slice(0, 20), "none"), 20);
  assertEquals(await client.unlink(...keys), 30);
  assertEquals(await totalKeys(cluster), 0);
});

Deno.test("RoutingClient takes all forms of MSET", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  await client.mset({ a: 1, b: 2, c: 3 });
  await client.mset("d", 4);
  assertEquals(await client.mget("a", "b", "c", "d"), ["1", "2", "3", "4"]);
  await client.mset(["a", "first"], ["b", 0], ["a", "last"]);
  assertEquals(await client.mget("a", "b"), ["last", "0"]);
});

Deno.test("RoutingClient keeps a command of one host whole", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const client = cluster.getRoutingClient();
  await client.mset({ a: 1, b: 2 });
  await client.getset("a", 3);
  assertEquals(await client.rename("a", "c"), "OK");
  assertEquals(await client.sunionstore("d", "e", "f"), 0);
  assertEquals(await client.mget("a", "b", "c"), [null, "2", "3"]);
});

Deno.test("RoutingClient.sendCommand() sends any command", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  assertEquals(await client.sendCommand("set", ["key", 1]), "OK");
  assertEquals(await client.sendCommand("GET", ["key"]), "1");
  assertEquals(await client.sendCommand("OBJECT ENCODING", ["key"]), "int");
  assertEquals(await client.sendCommand("object", ["encoding", "key"]), "int");
  assertEquals(
    await client.sendCommand("GET", ["key"], { returnUint8Arrays: true }),
    new Uint8Array([0x31]),
  );
  assertEquals(
    await client.sendCommand("MGET", ["key", "none", "a", "b"]),
    ["1", null, null, null],
  );
});

Deno.test("RoutingClient says which keys a split command reached", async () => {
  await using cluster = await makeTestCluster({
    servers: 2,
    databasesEach: 1,
    cluster: { poolOptions: { maxRetries: 0 } },
  });
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 10 }, (_, i) => `key:${i}`);
  await client.mset(...keys.map((key): [string, string] => [key, key]));
  await cluster.setup.servers[1].kill();
  const router = cluster.getRouter();
  const alive = keys.filter((key) => router.getHostForKey(key) === 0);
  const error = await assertRejects(() => client.mget(...keys), PartialError);
  assertEquals(error.succeeded, alive);
  assertEquals(error.failed.length, keys.length - alive.length);
  assertStringIncludes(String(error.errors[0]), "host 1");
});

Deno.test("RoutingClient has methods that can be called in any number", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client: RoutingClient = cluster.getRoutingClient();
  await cluster.all((c) => c.flushall());
  const keys = Array.from({ length: 10_000 }, (_, i) => `key-${i}`);
  const sums = await Promise.all(keys.map((key) => client.append(key, key)));
  assertEquals(
    sums.reduce((sum, length) => sum + length),
    keys.join("").length,
  );
  assertEquals(await totalKeys(cluster), keys.length);
});
