import { assertEquals, assertRejects } from "@std/assert";
import { Cluster, type LocalClient } from "@rb/rb";
import { RedisServer } from "../../src/testing.ts";
import { wordsSent } from "./words_sent.ts";
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

/** A client of one server. */
async function withClient(
  use: (client: LocalClient) => Promise<void>,
): Promise<void> {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  await use(cluster.getLocalClient(0));
}

Deno.test("the methods for keys", async () => {
  await withClient(async (client) => {
    await client.set("k", "v");
    assertEquals(await client.copy("k", "l"), 1);
    assertEquals(await client.copy("k", "l"), 0);
    assertEquals(await client.copy("k", "l", { replace: true }), 1);
    assertEquals(await client.copy("k", "m", { db: 1 }), 1);
    assertEquals(await client.expire("k", 100), 1);
    assertEquals(await client.ttl("k"), 100);
    assertEquals(await client.pexpireat("k", 4_000_000_000_000), 1);
    assertEquals(await client.persist("k"), 1);
    const dump = await client.dump("k");
    assertEquals(dump instanceof Uint8Array, true);
    assertEquals(await client.restore("again", 0, dump!), "OK");
    assertEquals(await client.get("again"), "v");
    await client.rpush("n", [3, 1, 2]);
    assertEquals(await client.sort("n", { order: "DESC" }), ["3", "2", "1"]);
    assertEquals(await client.sort("n", { destination: "sorted" }), 3);
    const [, keys] = await client.scan(0, {
      pattern: "s*",
      type: "list",
      count: 100,
    });
    assertEquals(keys, ["sorted"]);
    assertEquals(await client.objectEncoding("again"), "embstr");
    assertEquals(typeof await client.objectIdletime("n"), "number");
  });
});

Deno.test("the methods for keys, since Redis 7", since(7), async () => {
  await withClient(async (client) => {
    await client.set("k", "v");
    assertEquals(await client.expire("k", 100, { xx: true }), 0);
    assertEquals(await client.expire("k", 100, { nx: true }), 1);
    assertEquals(await client.expire("k", 50, { gt: true }), 0);
    assertEquals(await client.pexpire("k", 50_000, { lt: true }), 1);
    assertEquals(
      await client.expireat("k", 4_000_000_000, { xx: true, gt: true }),
      1,
    );
    assertEquals(await client.expiretime("k"), 4_000_000_000);
    assertEquals(await client.pexpiretime("k"), 4_000_000_000_000);
    await client.rpush("n", [3, 1, 2]);
    assertEquals(await client.sortRo("n", { order: "DESC" }), ["3", "2", "1"]);
  });
});

Deno.test("the methods for lists", async () => {
  await withClient(async (client) => {
    assertEquals(await client.rpush("l", "a", "b", "c"), 3);
    assertEquals(await client.lpush("l", ["z"]), 4);
    assertEquals(await client.lmove("l", "m", "LEFT", "RIGHT"), "z");
    assertEquals(await client.blmove("l", "m", "RIGHT", "LEFT", 1), "c");
    assertEquals(await client.lpos("l", "a"), 0);
    assertEquals(await client.lpos("l", "a", { count: 0 }), [0]);
    assertEquals(await client.rpop("l", 3), ["b", "a"]);
  });
});

Deno.test("the methods for lists, since Redis 7", since(7), async () => {
  await withClient(async (client) => {
    await client.rpush("l", "a", "b", "c");
    await client.rpush("m", "d", "e");
    assertEquals(await client.lmpop("LEFT", ["none", "m"], { count: 5 }), [
      "m",
      ["d", "e"],
    ]);
    assertEquals(await client.lmpop("LEFT", ["none"]), null);
    assertEquals(await client.blmpop(1, "RIGHT", ["l"]), ["l", ["c"]]);
  });
});

Deno.test("the methods for sets", async () => {
  await withClient(async (client) => {
    assertEquals(await client.sadd("s", ["a", "b"]), 2);
    assertEquals(await client.smismember("s", "a", "x"), [1, 0]);
    await client.sadd("t", "b", "c");
    assertEquals(await client.sinter(["s", "t"]), ["b"]);
    assertEquals(await client.sunionstore("u", ["s", "t"]), 3);
    const [, members] = await client.sscan("u", 0, { pattern: "[ab]" });
    assertEquals(members.sort(), ["a", "b"]);
    const many = Array.from({ length: 200_000 }, (_, index) => index);
    assertEquals(await client.sadd("many", many), 200_000);
    assertEquals(await client.srem("many", many), 200_000);
  });
});

Deno.test("the methods for sets, since Redis 7", since(7), async () => {
  await withClient(async (client) => {
    await client.sadd("s", "a", "b", "c");
    await client.sadd("t", "b", "c", "d");
    assertEquals(await client.sintercard(["s", "t"]), 2);
    assertEquals(await client.sintercard(["s", "t"], { limit: 1 }), 1);
  });
});

Deno.test("the methods for bits and estimates", async () => {
  await withClient(async (client) => {
    await client.set("b", "foobar");
    assertEquals(await client.bitcount("b", 1, 1), 6);
    assertEquals(await client.bitpos("b", 1, 1, 1), 9);
    const field = { type: "u2", offset: 100, increment: 3 };
    assertEquals(await client.bitfield("b", { incrby: field }), [3]);
    // It holds for what stands behind it.
    assertEquals(
      await client.bitfield("b", { incrby: field, overflow: "FAIL" }),
      [
        null,
      ],
    );
    assertEquals(await client.pfadd("p", ["a", "b"]), 1);
    assertEquals(await client.pfcount("p"), 2);
  });
});

Deno.test("the methods for bits, since Redis 7", since(7), async () => {
  await withClient(async (client) => {
    await client.set("b", "foobar");
    assertEquals(await client.bitcount("b", 5, 30, "BIT"), 17);
    assertEquals(await client.bitpos("b", 1, 8, 12, "BIT"), 9);
  });
});

Deno.test("the methods for places", async () => {
  await withClient(async (client) => {
    assertEquals(
      await client.geoadd("g", { Palermo: [13.361389, 38.115556] }),
      1,
    );
    await client.geoadd("g", [15.087269, 37.502669, "Catania"]);
    const from = { longitude: 15, latitude: 37 };
    const by = { radius: 200, unit: "km" } as const;
    assertEquals(await client.geosearch("g", from, by, { sort: "ASC" }), [
      "Catania",
      "Palermo",
    ]);
    assertEquals(
      await client.geosearch("g", { member: "Palermo" }, {
        width: 400,
        height: 400,
        unit: "km",
      }, { count: 1, any: true, withDist: true, withCoord: true }).then((all) =>
        all.length
      ),
      1,
    );
    assertEquals(
      await client.geosearchstore("to", "g", from, by, { storeDist: true }),
      2,
    );
    // The package sends the options of these two in the wrong words.
    assertEquals(
      await client.georadius("g", 15, 37, 200, "km", { count: 1, sort: "ASC" }),
      ["Catania"],
    );
    assertEquals<unknown>(
      await client.georadius("g", 15, 37, 200, "km", { store: "stored" }),
      2,
    );
  });
});

Deno.test("the methods for scripts", async () => {
  await withClient(async (client) => {
    const source = "return {KEYS[1], ARGV[1]}";
    assertEquals(await client.eval(source, ["k"], ["v"]), ["k", "v"]);
    const sha = await client.scriptLoad(source);
    assertEquals(await client.evalsha(sha, ["k"], [1]), ["k", "1"]);
    assertEquals(await client.scriptExists(sha), [1]);
    assertEquals(await client.scriptFlush("SYNC"), "OK");
    assertEquals(await client.scriptExists(sha), [0]);
  });
});

Deno.test(
  "the methods for scripts that only read, and for functions, since Redis 7",
  since(7),
  async () => {
    await withClient(async (client) => {
      const source = "return {KEYS[1], ARGV[1]}";
      assertEquals(await client.evalRo(source, ["k"], ["v"]), ["k", "v"]);
      const sha = await client.scriptLoad(source);
      assertEquals(await client.evalshaRo(sha, ["k"], [1]), ["k", "1"]);
      const library = (body: string) =>
        `#!lua name=mine\nredis.register_function{function_name='f',` +
        `callback=function(keys, args) return ${body} end, flags={'no-writes'}}`;
      assertEquals(await client.functionLoad(library("1")), "mine");
      assertEquals(
        await client.functionLoad(library("keys[1]"), { replace: true }),
        "mine",
      );
      assertEquals(await client.fcall("f", ["k"], []), "k");
      assertEquals(await client.fcallRo("f", ["k"], []), "k");
      const list = await client.functionList({
        libraryName: "m*",
        withCode: true,
      });
      assertEquals(list.length, 1);
      const dump = await client.functionDump();
      assertEquals(await client.functionDelete("mine"), "OK");
      assertEquals(await client.functionRestore(dump, "FLUSH"), "OK");
      assertEquals(await client.functionFlush(), "OK");
      assertEquals((await client.functionStats()).length > 0, true);
    });
  },
);

Deno.test("what is wrong with a call is said before anything is sent", async () => {
  await withClient(async (client) => {
    const wrong: [string, unknown[], string][] = [
      ["expire", ["k", 1, { NX: true }], 'Unknown option "NX" of "expire"'],
      ["expire", ["k", 1, { nx: true, gt: true }], "exclude each other"],
      [
        "copy",
        ["k", "l", "REPLACE"],
        'The options of "copy" are not an object',
      ],
      ["sort", ["k", { limit: [0, 1] }], "is no object of offset and count"],
      ["lmpop", ["LEFT", "k"], "The keys are no list"],
      ["lpos", ["k", "e", { RANK: 1 }], 'Unknown option "RANK" of "lpos"'],
      [
        "geosearch",
        ["g", "here", { radius: 1, unit: "m" }],
        '"geosearch" looks around',
      ],
      ["geoadd", ["g", [1, 2]], 'A place for "geoadd" is a list'],
      ["eval", ["return 1", "k", []], 'the arguments of "EVAL" are lists'],
      [
        "bitfield",
        ["k", { get: { type: "u8" } }],
        "is no object of type and offset",
      ],
    ];
    for (const [method, args, text] of wrong) {
      await assertRejects(() => call(client, method, ...args), TypeError, text);
    }
    assertEquals(await client.dbsize(), 0);
  });
});

Deno.test("commands over several keys of one host take lists of keys", async () => {
  const calls: ((client: LocalClient) => Promise<unknown>)[] = [
    (client) => client.sdiff(["a", "b"]),
    (client) => client.pfcount(["a", "b"]),
    (client) => client.pfmerge("to", ["a", "b"]),
    (client) => client.bitop("AND", "to", "a", "b"),
    (client) => client.zdiffstore("to", ["a", "b"]),
  ];
  assertEquals(await wordsSent(calls, ":0\r\n"), [
    "SDIFF a b",
    "PFCOUNT a b",
    "PFMERGE to a b",
    "BITOP AND to a b",
    "ZDIFFSTORE to 2 a b",
  ]);
});
