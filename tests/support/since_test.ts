import { assert, assertEquals } from "@std/assert";
import { RedisServer } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { isSince, since } from "../../support/since.ts";

Deno.test("isSince() goes by the version of the servers that tests start", async () => {
  await using server = await RedisServer.start();
  const info = String(await ask(server, "INFO", "server"));
  // A server of Valkey names the version of Redis that it is like as well.
  const version = /valkey_version:(\d+)/.exec(info) ??
    /redis_version:(\d+)/.exec(info);
  const major = Number(version?.[1]);
  assert(isSince(major - 1) && isSince(major) && !isSince(major + 1));
  assertEquals(since(major), { ignore: false });
  assertEquals(since(major + 1), { ignore: true });
});
