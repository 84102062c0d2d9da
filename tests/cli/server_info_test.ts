import { assert, assertEquals } from "@std/assert";
import { parseInfo } from "../../src/cli/server_info.ts";
import { RedisServer } from "../../src/testing/redis_server.ts";
import { ask } from "../../support/raw_client.ts";

Deno.test("parseInfo() reads what a real server says", async () => {
  await using server = await RedisServer.start({
    config: { maxmemory: "100mb" },
  });
  await ask(server, "SET", "key", "value");
  await ask(server, "GET", "key");
  await ask(server, "GET", "other");
  const text = String(await ask(server, "INFO"));
  const info = parseInfo(text, 0);
  assertEquals([info.keys, info.hits, info.misses], [1, 1, 1]);
  assertEquals(info.maxMemory, 100 * 1_024 ** 2);
  assert(info.commands >= 3, `${info.commands} commands`);
  assert(info.memory > 100_000 && info.clients >= 1);
  assertEquals(info.runId.length, 40);
  assertEquals(parseInfo(text, 3).keys, 0);
});

Deno.test("parseInfo() takes what is not told for 0", () => {
  const info = parseInfo("# Keyspace\r\ndb10:keys=7,expires=0\r\n", 1);
  assertEquals([info.keys, info.commands, info.runId], [0, 0, ""]);
  assertEquals(parseInfo("db10:keys=7,expires=0\r\n", 10).keys, 7);
});
