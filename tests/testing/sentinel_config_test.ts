import { assertEquals } from "@std/assert";
import {
  readSentinelOptions,
  sentinelOptions,
  serverOptions,
} from "../../src/testing/sentinel_config.ts";
import { RedisServer } from "../../src/testing.ts";

Deno.test("readSentinelOptions() fills in what is not said", () => {
  assertEquals(readSentinelOptions({}), {
    shards: 2,
    replicas: 1,
    sentinels: 3,
    downAfter: 60_000,
  });
});

Deno.test("serverOptions() and sentinelOptions() quote what is secret", async () => {
  const auth = { username: "app", password: 'a "secret"' };
  const sentinelAuth = { password: "another one" };
  const plan = readSentinelOptions({ auth, sentinelAuth, sentinels: 5 });
  await using primary = await RedisServer.start({ transport: "tcp" });
  const config = serverOptions(plan, primary).config as string[];
  assertEquals(config.slice(2), [
    String.raw`user app on ">a \"secret\"" ~* &* +@all`,
    "user default off",
    String.raw`masterauth "a \"secret\""`,
    "masteruser app",
    `replicaof 127.0.0.1 ${primary.port}`,
  ]);
  const shard = { primaryName: "shard0", servers: [primary] };
  assertEquals(sentinelOptions(plan, [shard]).config, [
    'requirepass "another one"',
    'sentinel sentinel-pass "another one"',
    `sentinel monitor shard0 127.0.0.1 ${primary.port} 3`,
    "sentinel down-after-milliseconds shard0 60000",
    "sentinel failover-timeout shard0 5000",
    String.raw`sentinel auth-pass shard0 "a \"secret\""`,
    "sentinel auth-user shard0 app",
  ]);
});
