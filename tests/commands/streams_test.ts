import { assertEquals, assertRejects } from "@std/assert";
import { Cluster } from "@rb/rb";
import { RedisServer } from "../../src/testing.ts";
import { since } from "../../support/since.ts";
import { PATIENCE } from "../../support/waiting.ts";

/** Calls a method that the types would not let through. */
function call(
  client: object,
  method: string,
  ...args: unknown[]
): Promise<unknown> {
  return Reflect.apply(Reflect.get(client, method), client, args);
}

const ONE = { unixMs: 1, seqNo: 1 };

for (const protocol of [2, 3] as const) {
  Deno.test(`fault 68: streams where nothing is there are values (RESP${protocol})`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({
      hosts: [server.host],
      poolOptions: { protocol },
      timeout: PATIENCE,
    });
    const client = cluster.getRoutingClient();
    await client.xgroupCreate("s", "g", "$", true);
    assertEquals(await client.xpending("s", "g"), {
      count: 0,
      startId: null,
      endId: null,
      consumers: [],
    });
    const { firstEntry, lastEntry, length } = await client.xinfoStream("s");
    assertEquals([firstEntry, lastEntry, length], [null, null, 0]);
    const streams: [string, string][] = [["s", ">"]];
    const reader = { group: "g", consumer: "c" };
    assertEquals(await client.xreadgroup(streams, reader), []);
    await client.xadd("s", "1-1", { a: "1" });
    await client.xreadgroup(streams, reader);
    await client.xtrim("s", { elements: 0 });
    // It is pending still, and gone from the stream.
    assertEquals(await client.xreadgroup([["s", 0]], reader), [
      { key: "s", messages: [{ xid: ONE, fieldValues: {} }] },
    ]);
    const claimed = await client.xautoclaim("s", "g", "d", 0, "0-0");
    assertEquals(claimed.messages, []);
    await client.xack("s", "g", ONE);
    // What goes wrong in a map is an Error too.
    const [none] = await cluster.map((map) => [map.xpending("s", "g")]);
    assertEquals(none.value.count, 0);
  });

  Deno.test(
    `xautoclaim() names what is gone from a stream, since Redis 7 (RESP${protocol})`,
    since(7),
    async () => {
      await using server = await RedisServer.start();
      await using cluster = new Cluster({
        hosts: [server.host],
        poolOptions: { protocol },
        timeout: PATIENCE,
      });
      const client = cluster.getRoutingClient();
      await client.xgroupCreate("s", "g", "$", true);
      await client.xadd("s", "1-1", { a: "1" });
      await client.xreadgroup([["s", ">"]], { group: "g", consumer: "c" });
      await client.xtrim("s", { elements: 0 });
      const claimed = await client.xautoclaim("s", "g", "d", 0, "0-0");
      assertEquals(claimed.messages, []);
      assertEquals(claimed.deleted, [ONE]);
      assertEquals((await client.xpending("s", "g")).count, 0);
    },
  );
}

Deno.test("the methods for streams append, read, claim and trim", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  const fields = JSON.parse('{"__proto__":"p","a":"1"}');
  assertEquals(await client.xadd("s", ONE, fields), ONE);
  assertEquals(await client.xadd("s", [2, 0], new Map([["b", 2]])), {
    unixMs: 2,
    seqNo: 0,
  });
  const [first] = await client.xrange("s", "-", "+", 1);
  assertEquals(Object.entries(first.fieldValues), [["__proto__", "p"], [
    "a",
    "1",
  ]]);
  const [last] = await client.xrevrange("s", "+", "-");
  assertEquals(last.fieldValues, { b: "2" });
  await client.xgroupCreate("s", "g", 0);
  assertEquals(await client.xgroupCreateConsumer("s", "g", "c"), 1);
  const read = await client.xreadgroup([{ key: "s", xid: ">" }], {
    group: "g",
    consumer: "c",
    count: 5,
  });
  assertEquals(read[0].messages.length, 2);
  const { xids, next } = await client.xautoclaim("s", "g", "d", 0, 0, {
    count: 1,
    justXId: true,
  });
  assertEquals([xids, next], [[ONE], { unixMs: 2, seqNo: 0 }]);
  assertEquals(await client.xack("s", "g", ONE, [2, 0]), 2);
  // A read that blocks waits on a connection of its own.
  const waiting = client.xread([["s", "$"]], { block: 0 });
  await cluster.getLocalClient(0).ping();
  let woken = false;
  waiting.then(() => woken = true);
  for (let id = 10; !woken && id < 10_000; id++) {
    await client.xadd("s", id, { c: 3 }, { elements: 10, approx: true });
  }
  assertEquals((await waiting)[0].messages[0].fieldValues, { c: "3" });
});

Deno.test("xadd() and xtrim() keep what is asked for", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  const noStream = { noMkStream: true };
  assertEquals(await client.xadd("s", "1-0", { a: 1 }, noStream), null);
  assertEquals(await client.exists("s"), 0);
  for (let id = 1; id <= 5; id++) await client.xadd("s", id, { a: id });
  const added = await client.xadd("s", 6, { a: 6 }, { ...noStream, minId: 3 });
  assertEquals(added, { unixMs: 6, seqNo: 0 });
  assertEquals(await client.xlen("s"), 4);
  await client.xadd("s", 7, { a: 7 }, { elements: 3 });
  const ids = (await client.xrange("s", "-", "+")).map(({ xid }) => xid.unixMs);
  assertEquals(ids, [5, 6, 7]);
  assertEquals(await client.xtrim("s", { minId: "7-0" }), 2);
  // Short streams are left alone where that is faster.
  await client.xadd("s", 8, { a: 8 });
  const some = { elements: 1, approx: true, limit: 1 };
  assertEquals(await client.xtrim("s", some), 0);
  assertEquals(await client.xlen("s"), 2);
});

Deno.test("what is wrong with a call on a stream is said before anything is sent", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  const reader = { group: "g", consumer: "c" };
  const wrong: [string, unknown[], string][] = [
    ["xadd", ["s", null, { a: 1 }], "The id of a message is none"],
    ["xadd", ["s", "*", ["a", 1]], 'The fields of "xadd" are no record'],
    ["xadd", ["s", "*", { a: 1 }, { maxlen: 5 }], 'Unknown option "maxlen"'],
    ["xadd", ["s", "*", { a: 1 }, {}], 'expected either "elements" or "minId"'],
    ["xtrim", ["s", { elements: 1, minId: 1 }], "Cannot trim a stream"],
    ["xadd", ["s", "*", { a: 1 }, { noMkStream: 1 }], "is not true or false"],
    ["xread", [[]], 'The streams of "xread" are no list'],
    ["xread", [[["s", 0]], { BLOCK: 0 }], 'Unknown option "BLOCK"'],
    ["xreadgroup", [[["s"]], reader], "The id of a message is none"],
    ["xreadgroup", [[["s", ">"]]], 'Cannot call "xreadgroup" with 1 argument'],
    ["xack", ["s", "g", {}], "The id of a message is none"],
  ];
  for (const [method, args, text] of wrong) {
    await assertRejects(() => call(client, method, ...args), TypeError, text);
  }
  assertEquals(await client.exists("s"), 0);
});
