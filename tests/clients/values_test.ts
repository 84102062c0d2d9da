import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { CommandError, DecodeError } from "../../src/errors.ts";
import {
  makeTestCluster,
  type MakeTestClusterOptions,
} from "../../src/testing.ts";

const BYTES = { returnUint8Arrays: true };
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);

for (const protocol of [2, 3] as const) {
  const options: MakeTestClusterOptions = {
    servers: 2,
    databasesEach: 2,
    cluster: { poolOptions: { protocol } },
  };

  Deno.test(`RESP${protocol}: all bytes travel in keys and values`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    assertEquals(await client.set(ALL_BYTES, ALL_BYTES), "OK");
    assertEquals(await client.strlen(ALL_BYTES), 256);
    assertEquals(
      await client.sendCommand("GET", [ALL_BYTES], BYTES),
      ALL_BYTES,
    );
    await client.hset("hash", ALL_BYTES, ALL_BYTES);
    assertEquals(await client.sendCommand("HGETALL", ["hash"], BYTES), [
      ALL_BYTES,
      ALL_BYTES,
    ]);
    const [one, list] = await cluster.map((map) => [
      map.sendCommand("GET", [ALL_BYTES], BYTES),
      map.sendCommand("MGET", [ALL_BYTES, "none", "a", "b", "c"], BYTES),
    ]);
    assertEquals(one.value, ALL_BYTES);
    assertEquals(list.value, [ALL_BYTES, null, null, null, null]);
    const outcome = await cluster.all((c) =>
      c.sendCommand("GET", [ALL_BYTES], BYTES)
    );
    const id = cluster.getRouter().getHostForKey(ALL_BYTES);
    assertEquals(outcome.get(id), ALL_BYTES);
  });

  Deno.test(`RESP${protocol}: errors inside of lists know their command and host`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    await client.set("key", ALL_BYTES);
    const hostId = cluster.getRouter().getHostForKey("key");
    await client.hset("{h}", ALL_BYTES, "text");
    const hashHost = cluster.getRouter().getHostForKey("{h}");
    const script = "return { { redis.error_reply('MINE no') }, ARGV[1] }";
    const lists: [string, number, () => Promise<unknown>][] = [
      ["MGET", hostId, () => client.mget("key")],
      ["MGET", hostId, () => cluster.map((map) => map.mget("key", "key"))],
      ["HKEYS", hashHost, () => client.hkeys("{h}")],
      ["HGETALL", hashHost, () => client.hgetall("{h}")],
      ["EVAL", hostId, () => client.eval(script, ["key"], [ALL_BYTES])],
    ];
    for (const [command, host, call] of lists) {
      const items = [await call()].flat(3);
      const errors = items.filter((item) => item instanceof Error);
      assert(errors.length > 0, command);
      for (const error of errors as (CommandError | DecodeError)[]) {
        assertEquals([error.command, error.hostId], [command, host]);
        const [, where] = error.stack?.split("\n") ?? [];
        assert(where.includes(`at ${command} on host ${host} `), error.stack);
      }
    }
  });

  Deno.test(`RESP${protocol}: bytes are never replaced in silence`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    await client.set("key", ALL_BYTES);
    await client.set("next", "own");
    const [broken, next] = await Promise.allSettled([
      client.get("key"),
      client.get("next"),
    ]);
    assert(broken.status === "rejected");
    assertInstanceOf(broken.reason, DecodeError);
    assertEquals(broken.reason.command, "GET");
    assertEquals(next, { status: "fulfilled", value: "own" });
    const error = await assertRejects(
      () => cluster.map((map) => [map.get("next"), map.get("key")]),
      DecodeError,
    );
    assertEquals(error.hostId, cluster.getRouter().getHostForKey("key"));
  });

  Deno.test(`RESP${protocol}: a key is the same as text, number and bytes`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    await client.set(42, "number");
    assertEquals(await client.get("42"), "number");
    assertEquals(await client.get(42n), "number");
    assertEquals(await client.get(new TextEncoder().encode("42")), "number");
    assertEquals(await client.mget("42", 42, 42n, "none"), [
      "number",
      "number",
      "number",
      null,
    ]);
  });

  Deno.test(`RESP${protocol}: text keeps every character`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    const texts = [
      "",
      "größe",
      "日本語 🦕",
      "\r\n$5\r\nhello\r\n",
      "\0",
      "x".repeat(100_000),
      "é".repeat(70_000),
    ];
    for (const text of texts) {
      await client.set(`key:${text}`, text);
      assertEquals(await client.get(`key:${text}`), text);
    }
    const values = await cluster.map((map) =>
      texts.map((text) => map.get(`key:${text}`))
    );
    assertEquals(values.map(({ value }) => value), texts);
  });

  Deno.test(`RESP${protocol}: integers beyond 2^53 are exact`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    assertEquals(await client.incrby("n", 9_007_199_254_740_991), 2 ** 53 - 1);
    const sum: unknown = await client.incrby("n", 2);
    assertEquals(sum, 9_007_199_254_740_993n);
    await client.set("n", 9_223_372_036_854_775_806n);
    const most: unknown = await cluster.map((map) => map.incr("n"));
    assertEquals(most, 9_223_372_036_854_775_807n);
    await assertRejects(() => client.incr("n"), CommandError, "overflow");
  });

  Deno.test(`RESP${protocol}: fields called __proto__ are entries`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    const record = JSON.parse('{"__proto__":"1","constructor":"2"}');
    assertEquals(await client.hset("hash", record), 2);
    assertEquals(await client.hgetall("hash"), [
      "__proto__",
      "1",
      "constructor",
      "2",
    ]);
    await client.mset(JSON.parse('{"__proto__":"3","toString":"4"}'));
    assertEquals(await client.mget("__proto__", "toString"), ["3", "4"]);
  });

  Deno.test(`RESP${protocol}: replies have the same shape`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    await client.zadd("zset", { a: 1, b: 2.5 });
    assertEquals(await client.zscore("zset", "b"), "2.5");
    assertEquals(await client.zscore("zset", "none"), null);
    await client.hset("hash", { f: "v" });
    assertEquals(await client.hgetall("hash"), ["f", "v"]);
    await client.sadd("set", "m");
    assertEquals(await client.smembers("set"), ["m"]);
    assertEquals(await client.sismember("set", "m"), 1);
    assertEquals(await client.hgetall("none"), []);
    assertEquals(await client.lpop("none"), null);
    assertEquals(await client.incrbyfloat("float", 0.5), "0.5");
    assertEquals(
      await client.eval("return {1, 'two', {3}, false}", ["k"], []),
      [1, "two", [3], null],
    );
    const local = cluster.getLocalClient(0);
    assertEquals(await local.configGet("maxmemory"), ["maxmemory", "0"]);
    assertEquals(typeof await local.info("server"), "string");
  });

  Deno.test(`RESP${protocol}: pairs and streams have the same shape`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    const flat = ["a", "1", "b", "2.5"];
    await client.zadd("zset", { a: 1, b: 2.5 });
    const withScore = { withScore: true };
    assertEquals(await client.zrange("zset", 0, -1, withScore), flat);
    assertEquals(await client.zrangebyscore("zset", 1, 9, withScore), flat);
    assertEquals(
      await client.sendCommand("ZRANDMEMBER", ["zset", 1, "WITHSCORES"])
        .then((pairs) => Array.isArray(pairs) && pairs.length),
      2,
    );
    assertEquals(await client.bzpopmin(1, "zset"), ["zset", "a", "1"]);
    assertEquals(await client.zpopmin("zset", 2), ["b", "2.5"]);
    await client.hset("hash", { f: "v" });
    assertEquals(
      await client.sendCommand("HRANDFIELD", ["hash", 1, "WITHVALUES"]),
      ["f", "v"],
    );
    await client.xadd("stream", "1-1", { field: "value" });
    assertEquals(
      await client.sendCommand("XREAD", ["STREAMS", "stream", "0"]),
      [["stream", [["1-1", ["field", "value"]]]]],
    );
    const [{ key, messages }] = await client.xread([
      { key: "stream", xid: 0 },
    ], { block: 100 });
    assertEquals([key, messages.length], ["stream", 1]);
  });

  Deno.test(`RESP${protocol}: errors inside a reply are values`, async () => {
    await using cluster = await makeTestCluster(options);
    const client = cluster.getRoutingClient();
    const script = "return {1, redis.error_reply('ERR inside'), 'last'}";
    const [nested, next] = await Promise.all([
      client.sendCommand("EVAL", [script, 1, "key"]),
      client.sendCommand("EVAL", ["return KEYS[1]", 1, "key"]),
    ]);
    assert(Array.isArray(nested));
    assertEquals([nested[0], nested[2], next], [1, "last", "key"]);
    assertInstanceOf(nested[1], CommandError);
    assertEquals(nested[1].message, "ERR inside");
  });
}
