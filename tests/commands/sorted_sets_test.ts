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

Deno.test("the methods for sorted sets add, read and combine", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  assertEquals(await client.zadd("z", 1, "a"), 1);
  assertEquals(await client.zadd("z", [[2, "b"], [3, "c"]]), 2);
  assertEquals(await client.zadd("z", { d: 4, a: 5 }, { ch: true }), 2);
  assertEquals(await client.zadd("z", new Map([["e", 6n]]), { nx: true }), 1);
  assertEquals(await client.zaddIncr("z", 1, "a", { xx: true }), "6");
  assertEquals(await client.zrange("z", 0, -1), ["b", "c", "d", "a", "e"]);
  assertEquals(
    await client.zrange("z", "(3", Infinity, {
      by: "SCORE",
      limit: { offset: 1, count: 2 },
      withScore: true,
    }),
    ["a", "6", "e", "6"],
  );
  assertEquals(await client.zrange("z", 0, 0, { rev: true }), ["e"]);
  assertEquals(await client.zrangestore("to", "z", 0, 1), 2);
  assertEquals(await client.zmscore("z", ["a", "x"]), ["6", null]);
  assertEquals(await client.zdiff(["z", "to"]), ["d", "a", "e"]);
  assertEquals(await client.zdiffstore("diff", ["z", "to"]), 3);
  assertEquals(await client.zinter({ z: 1, to: 2 }, { withScore: true }), [
    "b",
    "6",
    "c",
    "9",
  ]);
  assertEquals(
    await client.zunion([["z", 0], ["to", 1]], { aggregate: "MAX" }),
    [
      "a",
      "d",
      "e",
      "b",
      "c",
    ],
  );
  assertEquals(await client.zinterstore("both", ["z", "to"]), 2);
  assertEquals(await client.zscore("both", "c"), "6");
  assertEquals(await client.bzpopmax(1, "z"), ["z", "e", "6"]);
  assertEquals(await client.bzpopmin(1, "z"), ["z", "b", "2"]);
  assertEquals(await client.zrandmember("nothing"), null);
  assertEquals((await client.zrandmember("z", 9)).length, 3);
  // From the end on: the upper end of the range comes first.
  await client.zadd("text", { a: 0, b: 0, c: 0 });
  assertEquals(await client.zrevrangebylex("text", "[b", "-"), ["b", "a"]);
  assertEquals(
    await client.zrevrangebyscore("z", Infinity, -Infinity, {
      limit: { offset: 0, count: 1 },
    }),
    ["a"],
  );
});

Deno.test("the methods for sorted sets, since Redis 7", since(7), async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  await client.zadd("z", { a: 1, b: 2, c: 3 });
  await client.zadd("to", { b: 2, c: 3 });
  assertEquals(await client.zintercard(["z", "to"], { limit: 1 }), 1);
  assertEquals(await client.zmpop("MIN", ["nothing", "to"], { count: 5 }), [
    "to",
    [["b", "2"], ["c", "3"]],
  ]);
  assertEquals(await client.zmpop("MIN", ["nothing"]), null);
  assertEquals(await client.bzmpop(1, "MAX", ["z"]), ["z", [["c", "3"]]]);
});

Deno.test("fault 65: scores without end travel as Redis writes them", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  await client.zadd("z", { low: -Infinity, high: Infinity, some: 1 });
  await client.zadd("z", Infinity, "higher");
  await client.zadd("z", [[-Infinity, "lower"]]);
  assertEquals(await client.zcount("z", -Infinity, Infinity), 5);
  assertEquals(await client.zscore("z", "higher"), "inf");
  assertEquals(await client.zincrby("z", -Infinity, "some"), "-inf");
  assertEquals(await client.zrangebyscore("z", -Infinity, 0), [
    "low",
    "lower",
    "some",
  ]);
  assertEquals(await client.zremrangebyscore("z", -Infinity, 0), 3);
  await assertRejects(() => client.zadd("z", NaN, "none"), TypeError, "NaN");
  await assertRejects(() => client.incrbyfloat("n", Infinity), TypeError);
});

for (const protocol of [2, 3] as const) {
  Deno.test(`clients that give records, on sorted sets (RESP${protocol})`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({
      hosts: [server.host],
      poolOptions: { protocol },
      timeout: PATIENCE,
    });
    const client = cluster.getRoutingClient({ replies: "records" });
    await client.zadd("z", { a: 1.5, b: Infinity });
    const all = [["a", 1.5], ["b", Infinity]];
    const options = { withScore: true } as const;
    assertEquals<unknown>(await client.zrange("z", 0, -1, options), all);
    assertEquals<unknown>(await client.zrange("z", 0, -1), ["a", "b"]);
    assertEquals<unknown>(
      await client.zrangebyscore("z", -Infinity, Infinity, options),
      all,
    );
    assertEquals<unknown>(
      await client.zrevrange("z", 0, -1, options),
      [
        ...all,
      ].reverse(),
    );
    assertEquals<unknown>(await client.zunion(["z"], options), all);
    assertEquals<unknown>(await client.zscan("z", 0), ["0", all]);
    assertEquals<unknown>(
      (await client.zrandmember("z", 2, options)).sort(),
      all,
    );
    assertEquals<unknown>(await client.zpopmax("z"), [["b", Infinity]]);
    assertEquals<unknown>(await client.zpopmin("z"), [["a", 1.5]]);
    assertEquals<unknown>(await client.zpopmin("z"), []);
    await client.zadd("z", 2, "c");
    assertEquals<unknown>(await client.bzpopmax(1, "z"), ["z", "c", 2]);
  });

  Deno.test(
    `clients that give records, on zmpop(), since Redis 7 (RESP${protocol})`,
    since(7),
    async () => {
      await using server = await RedisServer.start();
      await using cluster = new Cluster({
        hosts: [server.host],
        poolOptions: { protocol },
        timeout: PATIENCE,
      });
      const client = cluster.getRoutingClient({ replies: "records" });
      await client.zadd("z", { a: 1.5, b: Infinity });
      assertEquals<unknown>(await client.zmpop("MAX", ["z"]), [
        "z",
        [["b", Infinity]],
      ]);
    },
  );
}

Deno.test("what is wrong with a call on a sorted set is said before anything is sent", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  const wrong: [string, unknown[], string][] = [
    ["zadd", ["z", 1, "a", { NX: true }], 'Unknown option "NX" of "zadd"'],
    ["zadd", ["z", 1, "a", { nx: true, xx: true }], "exclude each other"],
    ["zadd", ["z", [[1]]], "a pair of score and member"],
    ["zrange", ["z", 0, 1, { withScores: true }], '"withScores" of "zrange"'],
    ["zrange", ["z", 0, 1, { by: "RANK" }], "is none of SCORE LEX"],
    ["zrange", ["z", 0, 1, { limit: 5 }], "is no object of offset and count"],
    ["zinter", ["z"], 'The keys of "zinter" are no list'],
    ["zinter", [["z"], { aggregate: "AVG" }], "is none of SUM MIN MAX"],
  ];
  for (const [method, args, text] of wrong) {
    await assertRejects(() => call(client, method, ...args), TypeError, text);
  }
  assertEquals(await client.exists("z"), 0);
});
