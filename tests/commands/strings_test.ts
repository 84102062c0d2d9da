import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
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

Deno.test("set() takes every option, and getex() too", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  assertEquals(await client.set("k", "a", { ex: 100 }), "OK");
  assertEquals(await client.ttl("k"), 100);
  assertEquals(await client.set("k", "b", { nx: true }), null);
  assertEquals(await client.set("k", "b", { xx: true, keepttl: true }), "OK");
  assertEquals(await client.ttl("k"), 100);
  assertEquals(await client.set("k", "c", { get: true, px: 90_000 }), "b");
  assertEquals(await client.ttl("k"), 90);
  assertEquals(await client.set("k", "c", { mode: "NX" }), null);
  const moment = 4_000_000_000;
  assertEquals(await client.set("k", "d", { exat: moment }), "OK");
  assertNotEquals(await client.ttl("k"), -1);
  assertEquals(await client.set("k", "d"), "OK");
  assertEquals(await client.set("k", "d", { pxat: moment * 1_000 + 5 }), "OK");
  assertNotEquals(await client.ttl("k"), -1);
  assertEquals(await client.getex("k", { persist: true }), "d");
  assertEquals(await client.ttl("k"), -1);
  assertEquals(await client.getex("k", { ex: 50 }), "d");
  assertEquals(await client.getex("k"), "d");
  assertEquals(await client.ttl("k"), 50);
  assertEquals(await client.getdel("k"), "d");
  assertEquals(await client.getdel("k"), null);
  // What is not given is as if it did not stand there.
  assertEquals(await client.set("k", "e", { ex: undefined, nx: false }), "OK");
  const [promise] = await cluster.map((map) => [map.set("k", 1, { ex: 9 })]);
  assertEquals([promise.value, await client.ttl("k")], ["OK", 9]);
});

Deno.test(
  "set() sets the very moment at which a key expires, since Redis 7",
  since(7),
  async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({
      hosts: [server.host],
      timeout: PATIENCE,
    });
    const client = cluster.getRoutingClient();
    const moment = 4_000_000_000;
    await client.set("k", "d", { exat: moment });
    assertEquals(await client.expiretime("k"), moment);
    await client.set("k", "d", { pxat: moment * 1_000 + 5 });
    assertEquals(await client.pexpiretime("k"), moment * 1_000 + 5);
  },
);

Deno.test("fault 64: options that are unknown or exclude each other are refused by name", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  const map = cluster.getMappingClient({ settled: true });
  const wrong: [unknown[], string][] = [
    [["k", "v", { ex: 5, NX: true }], 'Unknown option "NX" of "set"'],
    [["k", "v", { ex: 5, px: 5 }], '"ex" and "px" of "set" exclude each other'],
    [["k", "v", { nx: true, xx: true }], '"nx" and "xx" of "set"'],
    [
      ["k", "v", { nx: "yes" }],
      'The option "nx" of "set" is not true or false',
    ],
    [["k", "v", { keepttl: 5 }], 'The option "keepttl" of "set" is not true'],
    [["k", "v", { ex: true }], 'Argument 4 of "SET" is a boolean'],
    [["k", "v", { get: 1 }], 'The option "get" of "set" is not true or false'],
    [["k", "v", { mode: "XY" }], 'The option "mode" of "set" is none of NX XX'],
    [["k", "v", "EX", 60], 'Cannot call "set" with 4 arguments'],
    [["k", "v", "EX"], 'The options of "set" are not an object'],
    [["k", "v", ["EX"]], 'The options of "set" are not an object'],
  ];
  for (const one of [client, map]) {
    for (const [args, text] of wrong) {
      await assertRejects(() => call(one, "set", ...args), TypeError, text);
    }
  }
  assertEquals(await client.exists("k"), 0, "nothing was sent");
});

Deno.test("fault 59: no keys are no error, and keys may stand in one list", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  const client = cluster.getRoutingClient();
  for (const method of ["del", "unlink", "exists", "touch"]) {
    assertEquals(await call(client, method), 0, method);
    assertEquals(await call(client, method, []), 0, method);
  }
  assertEquals(await client.mget(), []);
  assertEquals(await client.mget([]), []);
  await assertRejects(() => client.mset({}), TypeError, "no keys");
  const keys = Array.from({ length: 200_000 }, (_, i) => `key:${i}`);
  await client.mset(new Map(keys.map((key) => [key, "v"])));
  assertEquals(
    (await client.mget(keys)).filter((one) => one === "v").length,
    200_000,
  );
  assertEquals(await call(client, "del", keys), 200_000);
});
