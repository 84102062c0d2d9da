import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import type { MapOptions } from "../../src/clients/client_options.ts";
import { CommandError, UnroutableCommandError } from "../../src/errors.ts";
import { RbPromise } from "../../src/promise.ts";
import { makeTestCluster } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { connections, totalKeys } from "../counts.ts";
import { FakeTime } from "../fake_time.ts";

const SMALL = { servers: 2, databasesEach: 2 };

for (const autoBatch of [true, false]) {
  Deno.test(`Cluster.map() writes and reads 10,000 keys (autoBatch: ${autoBatch})`, async () => {
    await using cluster = await makeTestCluster();
    const numbers = Array.from({ length: 10_000 }, (_, i) => i);
    const keyOf = (x: number) => `key-${String(x).padStart(6, "0")}`;
    await cluster.map(
      (client) => numbers.map((x) => client.set(keyOf(x), x)),
      { autoBatch },
    );
    assertEquals(await totalKeys(cluster), 10_000);
    const responses = await cluster.map(
      (client) => numbers.map((x) => client.get(keyOf(x))),
      { autoBatch },
    );
    assertEquals(responses.map(({ value }) => Number(value)), numbers);
    assertEquals(connections(cluster)[1], 0);
  });
}

Deno.test("Cluster.map() gives promises that show their values at once", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getRoutingClient();
  const expected = ["a", "1", "b", "2"];
  const [set, size, range, hash] = await client.map((map) => [
    map.set("key", "value", { ex: 60 }),
    map.strlen("key"),
    map.zadd("zset", { a: 1, b: 2 }).then(() =>
      map.zrange("zset", 0, -1, { withScore: true })
    ),
    map.hset("hash", { a: 1 }),
  ]);
  assertEquals([set.value, size.value, hash.value], ["OK", 5, 1]);
  assertEquals(range.value, expected);
  for (const promise of [set, size, range, hash]) {
    assertInstanceOf(promise, RbPromise);
    assert(promise.isResolved);
  }
  const [deleted] = await cluster.map((map) => [map.del("key")]);
  assertEquals(deleted.value, 1);
  assertEquals(await client.get("key"), null);
});

Deno.test("Cluster.map() gives what its callback returns", async () => {
  await using cluster = await makeTestCluster(SMALL);
  assertEquals(await cluster.map(() => 42), 42);
  assertEquals(await cluster.map((m) => m.set("a", 1)), "OK");
  assertEquals(await cluster.map(async (m) => await m.get("a")), "1");
  assertEquals(
    await cluster.map((m) => RbPromise.all({ a: m.get("a"), b: m.get("b") })),
    { a: "1", b: null },
  );
});

Deno.test("Cluster.map() runs the callbacks of its promises", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const numbers = Array.from({ length: 10 }, (_, i) => i);
  const results: number[] = [];
  const settled: string[] = [];
  await cluster.map((client) => {
    for (const x of numbers) client.set(`key-${x}`, x);
    for (const x of numbers) {
      client.get(`key-${x}`).then((value) => results.push(Number(value)));
    }
    client.get("key-0").done(() => settled.push("done"))
      .finally(() => void settled.push("finally"));
  });
  assertEquals(results.toSorted(), numbers);
  assertEquals(settled, ["done", "finally"]);
});

Deno.test("Cluster.map() waits for commands that callbacks issue", async () => {
  await using cluster = await makeTestCluster(SMALL);
  let last: RbPromise<unknown> | undefined;
  await cluster.map((client) => {
    client.set("a", "b").then(() => {
      client.set("b", "c").then(() => {
        last = client.hset("h", { f: 1 });
      });
    });
  });
  assertEquals(last?.value, 1);
  assertEquals(await cluster.getRoutingClient().get("b"), "c");
});

Deno.test("Cluster.map() splits commands over several hosts", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const pairs = Array.from({ length: 10 }, (_, x): [string, number] => [
    `key:${x}`,
    x,
  ]);
  const written = await cluster.map((client) => [client.mset(...pairs)]);
  assertEquals(written[0].value, "OK");
  await assertRejects(
    () => cluster.map((client) => client.rename("key:0", "key:1")),
    UnroutableCommandError,
  );
  const [values] = await cluster.map((client) => [
    client.mget(...pairs.map(([key]) => key)),
  ]);
  assertEquals(values.value, pairs.map(([, value]) => `${value}`));
});

Deno.test("Cluster.map() works with RbPromise.all() over several kinds", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.map((client) => {
    client.mset({ 1: "a", 2: "b", 3: "c", 4: "d" });
    client.hset("a", "b", "XXX");
  });
  const all = await cluster.map((client) =>
    RbPromise.all([
      client.mget("1", "2"),
      client.hget("a", "b"),
      client.mget("3", "4"),
    ])
  );
  assertEquals(all, [["a", "b"], "XXX", ["c", "d"]]);
});

Deno.test("Cluster.map() merges without changing what commands mean", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const [host] = cluster.setup.hosts;
  await ask(host, "RPUSH", "list", 1);
  await ask(host, "CONFIG", "RESETSTAT");
  const [kept, wrongType, none] = await cluster.map((client) => {
    client.set("s1", 1, { ex: 100 });
    client.set("s2", 2);
    client.set("s3", 3);
    return [client.get("s1"), client.get("list"), client.get("none")];
  });
  assertEquals([kept.value, wrongType.value, none.value], ["1", null, null]);
  assertEquals(await ask(host, "EXISTS", "EX"), 0);
  assert(Number(await ask(host, "TTL", "s1")) > 90);
  const stats = String(await ask(host, "INFO", "commandstats"));
  const calls = ["mget", "mset", "get", "set"].map((name) =>
    new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1]
  );
  assertEquals(calls, ["1", "1", undefined, "1"]);
});

Deno.test("Cluster.map() reads a lone GET of a wrong type as null as well", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  await cluster.getRoutingClient().rpush("list", 1);
  assertEquals(await cluster.map((m) => m.get("list")), null);
  await assertRejects(
    () => cluster.map((m) => m.get("list"), { autoBatch: false }),
    CommandError,
    "WRONGTYPE",
  );
  const client = cluster.getRoutingClient({ autoBatch: false });
  await assertRejects(() => client.map((m) => m.get("list")), CommandError);
});

Deno.test("Cluster.map() works on a bounded number of hosts at a time", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 8 });
  const local = cluster.getLocalClient(0);
  await local.clientList();
  const keys = Array.from({ length: 200 }, (_, i) => `key:${i}`);
  let most = 0;
  const watch = setInterval(
    () => most = Math.max(most, connections(cluster)[1]),
    0,
  );
  for (const maxConcurrency of [1, 2]) {
    most = 0;
    // However long it takes: no server counts as silent.
    using _ = new FakeTime();
    const values = await cluster.map((client) => {
      for (const key of keys) client.set(key, key);
      return keys.map((key) =>
        client.get(key).then((value) => {
          most = Math.max(most, connections(cluster)[1]);
          return value;
        })
      );
    }, { maxConcurrency });
    assertEquals(values.map(({ value }) => value), keys);
    assertEquals(most, maxConcurrency);
  }
  clearInterval(watch);
  assertEquals(await totalKeys(cluster), keys.length);
});

Deno.test("Cluster.map() names the option that is wrong", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const wrong: [Record<string, unknown>, string][] = [
    [{ time: 5 }, 'Unknown option "time" of the map'],
    [{ timeout: -1 }, 'The option "timeout" of the map'],
    [{ maxConcurrency: 0 }, 'The option "maxConcurrency" of the map'],
    [{ autoBatch: "yes" }, 'The option "autoBatch" of the map'],
    [{ signal: {} }, 'The option "signal" of the map'],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => cluster.map(options as MapOptions), TypeError, message);
    await assertRejects(
      async () => await cluster.map(() => {}, options as MapOptions),
      TypeError,
      message,
    );
  }
});
