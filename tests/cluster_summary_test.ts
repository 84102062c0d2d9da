import { assert, assertEquals, assertMatch } from "@std/assert";
import { inspect } from "node:util";
import { Cluster, ConsistentHashingRouter } from "../mod.ts";
import { summaryOf } from "../src/cluster_summary.ts";
import { RedisClusterSetup } from "../src/testing.ts";

/** What a cluster prints of itself, in Deno and in Node.js. */
function printed(cluster: Cluster): string {
  const text = Deno.inspect(cluster);
  const flat = (text: string) => text.replaceAll(/["'\s]+/g, " ");
  assertEquals(flat(inspect(cluster)), flat(text));
  return text;
}

Deno.test("a cluster prints its router and its hosts, and no password", () => {
  const cluster = new Cluster({
    hosts: ["redis://app:secret@10.0.0.1", { path: "/run/redis.sock", db: 1 }],
    router: ConsistentHashingRouter,
  });
  const text = printed(cluster);
  assertMatch(text, /^Cluster \{[^]*ConsistentHashingRouter/);
  assertMatch(text, /0 => "10\.0\.0\.1:6379"/);
  assertMatch(text, /1 => "unix:\/run\/redis\.sock\/1"/);
  assert(!text.includes("secret"), text);
  // Within something else, too.
  assertMatch(Deno.inspect({ deep: [cluster] }), /10\.0\.0\.1:6379/);
});

Deno.test("a cluster prints what it does not know yet", async () => {
  const shards = new Cluster({
    sentinels: { hosts: ["redis://10.0.0.9"] },
    hosts: [{ primaryName: "shard0" }],
  });
  assertMatch(printed(shards), /0 => "shard0 \(not found yet\)"/);
  await using setup = await RedisClusterSetup.start({
    primaries: 1,
    replicas: 0,
  });
  const cluster = setup.makeCluster({ timeout: 20_000 });
  assertMatch(printed(cluster), /router: "none: .*ready\(\)/);
  await cluster.ready();
  const { port } = setup.nodes[0];
  assertMatch(printed(cluster), RegExp(`0 => "127\\.0\\.0\\.1:${port}"`));
});

Deno.test("summaryOf() tells why there is no router", () => {
  const topology = {
    hosts: new Map(),
    get router(): never {
      throw new Error("The hosts do not fit");
    },
  };
  assertEquals(summaryOf(topology), {
    router: "none: The hosts do not fit",
    hosts: new Map(),
  });
});
