import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UnroutableCommandError } from "../../src/errors.ts";
import {
  BaseRouter,
  PartitionRouter,
  type RouterCluster,
} from "../../src/topology/mod.ts";
import type { Key } from "../../src/values.ts";

/** A cluster of so many hosts. */
function cluster(count: number): RouterCluster {
  const ids = Array.from({ length: count }, (_, hostId) => hostId);
  return {
    hosts: new Map(ids.map((hostId) => [
      hostId,
      { hostId, weight: 1, ringLabel: `host-${hostId}` },
    ])),
  };
}

/** Puts a key on the host of its last digit, whatever else it is. */
class DigitRouter extends BaseRouter {
  override getHostForKey(key: Key): number {
    return Number(String(this.decidingPart(key)).slice(-1));
  }
}

Deno.test("BaseRouter.getKey() names the key, as in Python rb", () => {
  const router = new PartitionRouter(cluster(1));
  assertEquals(router.getKey("INCR", ["foo"]), "foo");
  assertEquals(router.getKey("GET", ["bar"]), "bar");
  assertThrows(
    () => router.getKey("MGET", ["foo", "bar", "baz"]),
    UnroutableCommandError,
    'Cannot name one key for "MGET": it operates on 3 keys',
  );
  assertThrows(() => router.getKey("UNKNOWN", []), UnroutableCommandError);
});

Deno.test("BaseRouter.getKey() suggests what does the work where there is no key", () => {
  const router = new PartitionRouter(cluster(2));
  const suggestions = {
    INFO: "use a fanout",
    PING: "cluster.ping()",
    DBSIZE: "cluster.dbsize()",
    FLUSHDB: "cluster.flush()",
    FLUSHALL: "cluster.flush()",
    KEYS: "cluster.scan()",
    scan: "cluster.scan()",
    PUBLISH: "getLocalClientForKey(channel)",
  };
  for (const [command, suggestion] of Object.entries(suggestions)) {
    assertThrows(
      () => router.getKey(command, []),
      UnroutableCommandError,
      suggestion,
    );
    assertThrows(
      () => router.getHostForCommand(command, []),
      UnroutableCommandError,
      `Cannot route "${command}": it names no key`,
    );
  }
  assertThrows(
    () => router.getHostForCommand("GET", []),
    UnroutableCommandError,
    'Cannot route "GET": the argument that is its key is missing',
  );
});

Deno.test("BaseRouter.getKeys() names all keys in order, twins included", () => {
  const router = new PartitionRouter(cluster(1));
  assertEquals(router.getKeys("MSET", ["foo", "v", "foo2", "v"]), [
    "foo",
    "foo2",
  ]);
  assertEquals(router.getKeys("BITOP", ["AND", "d", "a", "a"]), [
    "d",
    "a",
    "a",
  ]);
  assertEquals(router.getKeys("PING", []), []);
});

Deno.test("BaseRouter.getHostForCommand() asks for the host of the only key", () => {
  const router = new DigitRouter(cluster(10));
  assertEquals(router.getHostForCommand("GET", ["a7"]), 7);
  assertEquals(router.getHostForCommand("get", [23]), 3);
  assertEquals(router.getHostForCommand("OBJECT", ["ENCODING", "a1"]), 1);
});

Deno.test("BaseRouter.getHostForCommand() takes several keys of one host", () => {
  const router = new DigitRouter(cluster(10));
  assertEquals(router.getHostForCommand("SINTER", ["a3", "b3", "a3"]), 3);
  assertEquals(
    router.getHostForCommand("EVAL", ["script", 2, "a4", "b4", "c5"]),
    4,
  );
});

Deno.test("BaseRouter.getHostForCommand() names the hosts of keys apart", () => {
  const router = new DigitRouter(cluster(10));
  const vectors: [string, string[], string][] = [
    ["SINTER", ["a3", "a0"], "its 2 keys live on hosts 0 and 3"],
    ["SUNION", ["a9", "b1", "c9", "d0"], "its 4 keys live on hosts 0, 1 and 9"],
  ];
  for (const [command, args, problem] of vectors) {
    const error = assertThrows(
      () => router.getHostForCommand(command, args),
      UnroutableCommandError,
    );
    assertEquals(
      error.message,
      `Cannot route "${command}": ${problem}; keys with a common hash tag, such ` +
        'as {user:1}, share a host with "hashTags: true" in "routerOptions"',
    );
    assertEquals(error.command, command);
  }
  const tagged = new DigitRouter(cluster(10), { hashTags: true });
  assertThrows(
    () => tagged.getHostForCommand("SINTER", ["a3", "a0"]),
    UnroutableCommandError,
    "hosts 0 and 3; give the keys a common hash tag, such as {user:1}",
  );
});

Deno.test("BaseRouter names the argument that is no key", () => {
  const router = new DigitRouter(cluster(10));
  const vectors: [unknown, string][] = [
    [undefined, "undefined"],
    [null, "null"],
    [NaN, "NaN"],
    [false, "boolean"],
    [{}, "object"],
    [["a"], "array"],
    [new String("a"), "object"],
    [() => {}, "function"],
  ];
  for (const [value, name] of vectors) {
    const args = ["a1", value as Key];
    const expected = `Cannot use "${name}" as a key of "MGET" (argument 1)`;
    assertThrows(() => router.getKeys("MGET", args), TypeError, expected);
    assertThrows(
      () => router.getHostForCommand("MGET", args),
      TypeError,
      expected,
    );
    assertThrows(
      () => router.getHostForCommand("GET", [value as Key]),
      TypeError,
      `Cannot use "${name}" as a key of "GET" (argument 0)`,
    );
  }
});

Deno.test("BaseRouter looks at whole keys unless told otherwise", () => {
  const router = new DigitRouter(cluster(10));
  assertEquals(router.getHostForKey("{a1}2"), 2);
});

Deno.test("BaseRouter with hashTags looks at the first tag that is not empty", () => {
  const router = new DigitRouter(cluster(10), { hashTags: true });
  const vectors: [string, number][] = [
    ["{a1}2", 1],
    ["2{a1}", 1],
    ["{a1}{a3}2", 1],
    ["{}{a3}2", 3],
    ["{}{}2", 2],
    ["{}2", 2],
    ["{a1", 1],
    ["a}{1", 1],
    ["}{a3}2", 3],
    ["{{a3}2", 3],
    ["plain4", 4],
  ];
  for (const [key, host] of vectors) {
    assertEquals(router.getHostForKey(key), host, key);
  }
});

Deno.test("BaseRouter with hashTags treats bytes as the same text", () => {
  const router = new PartitionRouter(cluster(64), { hashTags: true });
  const plain = new PartitionRouter(cluster(64));
  for (const tag of ["a", "ünï", "日本", "1"]) {
    for (const key of [`{${tag}}:x`, `{}é{${tag}}y`, `}{${tag}}{z}`]) {
      const bytes = new TextEncoder().encode(key);
      assertEquals(router.getHostForKey(key), plain.getHostForKey(tag), key);
      assertEquals(router.getHostForKey(bytes), plain.getHostForKey(tag), key);
    }
  }
  for (const key of ["{}", "{}{}x", "{open", "close}", ""]) {
    const bytes = new TextEncoder().encode(key);
    assertEquals(router.getHostForKey(key), plain.getHostForKey(key), key);
    assertEquals(router.getHostForKey(bytes), plain.getHostForKey(key), key);
  }
  assertEquals(router.getHostForKey(12), plain.getHostForKey("12"));
});

Deno.test("BaseRouter.cluster is the cluster it was built for", () => {
  const own = cluster(2);
  assert(new PartitionRouter(own).cluster === own);
});

Deno.test("BaseRouter.keyFor() finds a key of each host, always the same one", () => {
  for (const hashTags of [false, true]) {
    const router = new PartitionRouter(cluster(7), { hashTags });
    for (let hostId = 0; hostId < 7; hostId++) {
      const key = router.keyFor(hostId, "jobs:");
      assertEquals(router.getHostForKey(key), hostId);
      assertMatch(key, /^jobs:\d+$/);
      assertEquals(router.keyFor(hostId, "jobs:"), key);
    }
  }
  assertEquals(new DigitRouter(cluster(10)).keyFor(4, ""), "4");
});

Deno.test("BaseRouter.keyFor() says when there is no such host, or no key of it", () => {
  const router = new PartitionRouter(cluster(2), { hashTags: true });
  assertThrows(() => router.keyFor(2, "jobs:"), RangeError, "no host");
  const other = 1 - router.getHostForKey("{jobs}:");
  assertThrows(() => router.keyFor(other, "{jobs}:"), RangeError, "hash tag");
});
