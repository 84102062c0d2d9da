import { assertEquals, assertRejects } from "@std/assert";
import { Cluster, type LocalClient } from "@rb/rb";
import { RedisServer } from "../../src/testing.ts";
import { wordsSent } from "./words_sent.ts";
import { PATIENCE } from "../../support/waiting.ts";

/** Calls a method that the types would not let through. */
function call(
  client: object,
  method: string,
  ...args: unknown[]
): Promise<unknown> {
  return Reflect.apply(Reflect.get(client, method), client, args);
}

Deno.test("the methods for hashes write and read fields", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  assertEquals(await client.hset("h", { a: 1, b: 2 }), 2);
  assertEquals(await client.hset("h", ["c", 3], ["a", 4]), 1);
  assertEquals(await client.hset("h", new Map([["d", 5]])), 1);
  assertEquals(await client.hset("h", "e", 6), 1);
  assertEquals(await client.hmset("h", { f: 7 }), "OK");
  assertEquals(await client.hmget("h", ["a", "b", "z"]), ["4", "2", null]);
  assertEquals(await client.hmget("h", "c"), ["3"]);
  assertEquals(await client.hincrby("h", "a", 2n), 6);
  assertEquals(await client.hrandfield("nothing"), null);
  assertEquals((await client.hrandfield("h", 9)).sort().join(""), "abcdef");
  assertEquals((await client.hrandfield("h", -9)).length, 9);
  const flat = await client.hrandfield("h", 1, { withValues: true });
  assertEquals(flat.length, 2);
  const [cursor, items] = await client.hscan("h", 0, {
    pattern: "a",
    count: 9,
  });
  assertEquals([cursor, items], ["0", ["a", "6"]]);
  assertEquals(await client.hdel("h", ["b", "c", "z"]), 2);
  const promises = await cluster.map((map) => [map.hgetall("h")]);
  assertEquals(promises[0].value.length, 8);
});

for (const protocol of [2, 3] as const) {
  Deno.test(`clients that give records, on hashes (RESP${protocol})`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({
      hosts: [server.host],
      poolOptions: { protocol },
      timeout: PATIENCE,
    });
    const client = cluster.getRoutingClient({ replies: "records" });
    const fields = JSON.parse('{"__proto__":"p","constructor":"c","1":"x"}');
    await client.hset("h", fields);
    const record = await client.hgetall("h");
    assertEquals(Object.entries(record).sort(), [
      ["1", "x"],
      ["__proto__", "p"],
      ["constructor", "c"],
    ]);
    assertEquals(await client.hgetall("nothing"), {});
    await client.hset("one", { a: 1 });
    const pairs = await client.hrandfield("one", -2, { withValues: true });
    assertEquals(pairs, [["a", "1"], ["a", "1"]]);
    assertEquals(await client.hrandfield("one", 1), ["a"]);
    assertEquals(await client.hscan("one", 0), ["0", [["a", "1"]]]);
    // Whatever is made from it gives records too.
    const [promise] = await client.map((map) => [map.hgetall("one")]);
    assertEquals(promise.value, { a: "1" });
    const all = await client.all((fanout) => fanout.hgetall("one"));
    assertEquals(all.get(0), { a: "1" });
    const [target] = await client.fanout((fanout) => [
      fanout.targetKey("one").hgetall("one"),
    ]);
    assertEquals(target.value, { a: "1" });
    const local = cluster.getLocalClient(0, { replies: "records" });
    assertEquals(await local.hgetall("one"), { a: "1" });
    const error = await client.set("text", "v").then(() =>
      client.hgetall("text").catch((reason) => reason)
    );
    assertEquals(error.code, "WRONGTYPE");
  });
}

Deno.test("fields that expire: the words that newer servers take", async () => {
  type Call = (client: LocalClient) => Promise<unknown>;
  const calls: [Call, string][] = [
    [
      (client) => client.hexpire("h", 9, ["a", "b"], { nx: true }),
      "HEXPIRE h 9 NX FIELDS 2 a b",
    ],
    [
      (client) => client.hpexpire("h", 9, ["a"], { gt: true }),
      "HPEXPIRE h 9 GT FIELDS 1 a",
    ],
    [
      (client) => client.hexpireat("h", 9, ["a"], { lt: true }),
      "HEXPIREAT h 9 LT FIELDS 1 a",
    ],
    [
      (client) => client.hpexpireat("h", 9, ["a"], { xx: true }),
      "HPEXPIREAT h 9 XX FIELDS 1 a",
    ],
    [
      (client) => client.hexpiretime("h", "a", "b"),
      "HEXPIRETIME h FIELDS 2 a b",
    ],
    [(client) => client.hpexpiretime("h", "a"), "HPEXPIRETIME h FIELDS 1 a"],
    [(client) => client.httl("h", "a"), "HTTL h FIELDS 1 a"],
    [(client) => client.hpttl("h", "a"), "HPTTL h FIELDS 1 a"],
    [(client) => client.hpersist("h", "a"), "HPERSIST h FIELDS 1 a"],
    [(client) => client.hgetdel("h", "a"), "HGETDEL h FIELDS 1 a"],
    [
      (client) => client.hgetex("h", ["a"], { ex: 9 }),
      "HGETEX h EX 9 FIELDS 1 a",
    ],
    [
      (client) => client.hgetex("h", ["a"], { persist: true }),
      "HGETEX h PERSIST FIELDS 1 a",
    ],
    [
      (client) => client.hsetex("h", { a: 1, b: 2 }, { px: 5, fnx: true }),
      "HSETEX h FNX PX 5 FIELDS 2 a 1 b 2",
    ],
    [
      (client) => client.hsetex("h", { a: 1 }, { keepttl: true }),
      "HSETEX h KEEPTTL FIELDS 1 a 1",
    ],
  ];
  assertEquals(
    await wordsSent(calls.map(([call]) => call)),
    calls.map(([, words]) => words),
  );
});

Deno.test("what is wrong with the fields of a hash is said before anything is sent", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  const wrong: [string, unknown[], string][] = [
    ["hset", ["h", ["a"]], "A pair has 2 elements"],
    ["hset", ["h", ["a", 1], "b"], "A pair"],
    ["hset", ["h", { a: 1 }, { b: 2 }], 'Argument 2 of "HSET" is an object'],
    ["hset", ["h"], 'Cannot call "hset" with 1 argument'],
    ["hexpire", ["h", 9, "a"], 'The fields of "hexpire" are no list'],
    ["hexpire", ["h", 9, ["a"], { nx: true, gt: true }], "exclude each other"],
    ["hgetex", ["h", ["a"], { EX: 1 }], 'Unknown option "EX" of "hgetex"'],
    [
      "hrandfield",
      ["h", 1, { withvalues: true }],
      'Unknown option "withvalues"',
    ],
    ["hscan", ["h", 0, { type: "x" }], 'Unknown option "type" of "hscan"'],
  ];
  for (const [method, args, text] of wrong) {
    await assertRejects(() => call(client, method, ...args), TypeError, text);
  }
  assertEquals(await client.exists("h"), 0);
});
