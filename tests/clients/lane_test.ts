import { assertEquals, assertRejects } from "@std/assert";
import { TimeoutError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { eventually, sleep } from "../faults/outcome.ts";
import { clusterAt } from "../faults/single_host.ts";

Deno.test("a stalled host holds no connection once nobody waits for it, not even for what could not be written", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port, { timeout: 200 });
  const client = cluster.getRoutingClient();
  await client.get("key");
  server.pause();
  // More than the buffers of the system take, so that it is half written.
  const large = assertRejects(
    () => client.set("large", "x".repeat(20_000_000)),
    TimeoutError,
  );
  await sleep(50);
  // Behind it, and so never written; its time is up last.
  const { outcome } = await assertRejects(
    () => client.get("key"),
    TimeoutError,
  );
  assertEquals(outcome, "not-sent");
  await large;
  await eventually(() => cluster.getPoolForHost(0).size === 0, 500);
  server.resume();
  assertEquals(await client.get("key"), null);
});
