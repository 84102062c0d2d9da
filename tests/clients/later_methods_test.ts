// A method that a later @db/redis adds has no row of our own: what that package
// makes of it goes the way of all commands. Any method shows how.

import { assertEquals, assertRejects } from "@std/assert";
import { Cluster, CommandError, type RbPromise } from "@rb/rb";
import type { CommandTarget } from "../../src/clients/install_commands.ts";
import { RedisServer } from "../../src/testing.ts";

/** Calls a method as one without a row. */
function later<T>(client: object, method: string, ...args: unknown[]): T {
  return (client as CommandTarget).translate(method, args) as T;
}

Deno.test("a method without a row goes through create() of @db/redis, on every client", async () => {
  await using one = await RedisServer.start();
  await using two = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [one.host, two.host] });
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 20 }, (_, index) => `key:${index}`);
  for (const key of keys) {
    assertEquals(await later(client, "hset", key, { a: 1, b: 2 }), 2);
  }
  const local = cluster.getLocalClientForKey("key:0");
  assertEquals(await later(local, "hget", "key:0", "a"), "1");
  const promises = await cluster.map((map) =>
    keys.map((key) => later<RbPromise<string>>(map, "hget", key, "b"))
  );
  assertEquals(promises.map(({ value }) => value), keys.map(() => "2"));
  const sizes = await cluster.fanout(
    "all",
    (fan) => later<RbPromise<Map<number, number>>>(fan, "dbsize"),
  );
  assertEquals(sizes.get(0)! + sizes.get(1)!, keys.length);
  await assertRejects(
    () => later<Promise<unknown>>(client, "incr", "key:0"),
    CommandError,
    "WRONGTYPE",
  );
  await assertRejects(
    () => cluster.map((map) => later<RbPromise<unknown>>(map, "incr", "key:0")),
    CommandError,
    "WRONGTYPE",
  );
  await assertRejects(
    () => later<Promise<unknown>>(client, "get", {}),
    TypeError,
    'Argument 1 of "GET"',
  );
});
