import { assertEquals } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { differing, readValues } from "../../src/resharding/same_values.ts";
import { RedisServer } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { hostOf } from "../moving/support.ts";

const KEYS = ["string", "list", "set", "hash", "zset", "stream", "none"];

Deno.test("differing() tells values apart, not the ways in which servers keep them", async () => {
  // The one keeps in tables what the other one keeps in lists, which newer servers
  // know by these names as well.
  const config = {
    "hash-max-ziplist-entries": "0",
    "zset-max-ziplist-entries": "0",
    "set-max-intset-entries": "0",
    "rdbcompression": "no",
  };
  await using one = await RedisServer.start({ config });
  await using other = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [one.host, other.host] });
  const hosts = [hostOf(cluster, 0), hostOf(cluster, 1)] as const;
  for (const [server, words] of [[one, "1 2 3"], [other, "3 2 1"]] as const) {
    const numbers = words.split(" ");
    await ask(server, "SET", "string", "v".repeat(1_000));
    await ask(server, "RPUSH", "list", 1, 2, 3);
    await ask(server, "SADD", "set", ...numbers);
    await ask(server, "HSET", "hash", ...numbers.flatMap((n) => [n, `v${n}`]));
    await ask(server, "ZADD", "zset", ...numbers.flatMap((n) => [n, `m${n}`]));
    await ask(server, "XADD", "stream", "1-1", "field", "value");
  }
  assertEquals(await differing(hosts, KEYS, 0), []);
  await ask(other, "APPEND", "string", "!");
  await ask(other, "RPUSH", "list", 4);
  await ask(other, "SADD", "set", 4);
  await ask(other, "HSET", "hash", 1, "other");
  await ask(other, "ZADD", "zset", 5, "m1");
  await ask(other, "XADD", "stream", "1-2", "field", "value");
  await ask(other, "SET", "none", "v");
  assertEquals(await differing(hosts, KEYS, 0), KEYS);
  // Another type is another value.
  await ask(other, "DEL", "list");
  await ask(other, "SET", "list", 1);
  assertEquals(await differing(hosts, ["list"], 0), ["list"]);
});

Deno.test("differing() compares when keys expire, by the clocks of both", async () => {
  await using one = await RedisServer.start();
  await using other = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [one.host, other.host] });
  const hosts = [hostOf(cluster, 0), hostOf(cluster, 1)] as const;
  for (const server of [one, other]) {
    await ask(server, "SET", "key", "v", "PXAT", 4e12);
    await ask(server, "SET", "lasting", "v");
  }
  const keys = ["key", "lasting"];
  assertEquals(await differing(hosts, keys, 0), []);
  assertEquals(await differing(hosts, keys, 500), []);
  assertEquals(await differing(hosts, keys, 5_000), ["key"]);
  await ask(other, "PEXPIREAT", "key", 4e12 + 5_000);
  assertEquals(await differing(hosts, keys, 5_000), []);
  await ask(other, "PERSIST", "key");
  assertEquals(await differing(hosts, keys, 0), ["key"]);
  const [found, none] = await readValues(hosts[0], ["key", "none"]);
  assertEquals(found?.due, 4e12);
  assertEquals(none, undefined);
});
