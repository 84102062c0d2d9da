import { assertEquals, assertRejects } from "@std/assert";
import { CommandError, Script } from "../../mod.ts";
import { sharedOptions } from "../../src/clients/native_client.ts";
import { Dispatcher } from "../../src/delivery/dispatcher.ts";
import { DispatchedHost } from "../../src/delivery/moving_host.ts";
import { RedisServer } from "../../src/testing.ts";
import { MovableCluster, MovableTopology } from "../movable_topology.ts";

Deno.test("DispatchedHost asks its host, and gets bytes", async () => {
  await using server = await RedisServer.start();
  await using cluster = new MovableCluster(new MovableTopology(server.host));
  const dispatcher = new Dispatcher(
    cluster.hosts,
    sharedOptions(cluster.hosts, {}),
  );
  const host = new DispatchedHost(dispatcher, 0);
  const bytes = new Uint8Array([255, 0]);
  await host.command("SET", "key", bytes);
  assertEquals(await host.command("GET", "key"), bytes);
  const script = new Script("return {redis.call('GET', KEYS[1]), ARGV[1]}");
  assertEquals(
    await host.run(script, ["key"], ["a"]),
    [bytes, new TextEncoder().encode("a")],
  );
  await assertRejects(() => host.command("HGET", "key", "f"), CommandError);
});
