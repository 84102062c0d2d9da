import { assertEquals, assertThrows } from "@std/assert";
import {
  nodeOptions,
  readRedisClusterOptions,
} from "../../src/testing/redis_cluster_config.ts";

Deno.test("readRedisClusterOptions() has three primaries with a replica each by default", () => {
  assertEquals(readRedisClusterOptions({}), {
    primaries: 3,
    replicas: 1,
    nodeTimeout: 5_000,
  });
  for (const name of ["primaries", "replicas", "nodeTimeout"]) {
    const error = assertThrows(
      () => readRedisClusterOptions({ [name]: -1 }),
      RangeError,
    );
    assertEquals(error.message.includes(`"${name}"`), true);
  }
});

Deno.test("nodeOptions() gives all nodes the same user, and further directives", () => {
  const plan = readRedisClusterOptions({
    auth: { username: "app", password: "a b" },
    config: ["maxclients 77"],
  });
  const { port, config } = nodeOptions(plan, 12_345);
  assertEquals(port, 12_345);
  const lines = config as string[];
  assertEquals(lines.includes("cluster-node-timeout 5000"), true);
  assertEquals(lines.includes('user app on ">a b" ~* &* +@all'), true);
  assertEquals(lines.includes("masteruser app"), true);
  assertEquals(lines.at(-1), "maxclients 77");
});
