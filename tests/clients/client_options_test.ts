import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Cluster, CommandError, ConnectionError } from "../../mod.ts";
import { FaultProxy, makeTestCluster, RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { eventually } from "../../support/waiting.ts";

Deno.test("map() with settled ends well although commands failed", async () => {
  await using cluster = await makeTestCluster({ servers: 2, databasesEach: 1 });
  await cluster.getRoutingClient().set("text", "value");
  const [good, bad] = await cluster.map(
    (client) => [client.get("text"), client.lpop("text")],
    { settled: true },
  );
  assertEquals(good.value, "value");
  assert(bad.reason instanceof CommandError);
  await assertRejects(
    () => cluster.map((client) => client.lpop("text")),
    CommandError,
  );
});

Deno.test("join() of a client with settled does not throw either", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  await cluster.getRoutingClient().set("text", "value");
  const client = cluster.getMappingClient({ settled: true });
  const bad = client.lpop("text");
  await client.join();
  assert(bad.isRejected);
});

Deno.test("idempotent on a client lets its writes be sent again", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server.host);
  await using cluster = new Cluster({ hosts: [proxy.host] });
  const plain = cluster.getRoutingClient();
  const idempotent = cluster.getRoutingClient({ idempotent: true });
  using time = new FakeTime();
  await plain.set("key", "0");

  proxy.cut();
  await assertRejects(() => plain.set("key", "1"), ConnectionError);
  const again = idempotent.set("key", "2");
  const mapped = idempotent.map((client) => client.set("other", "3"));
  // Both travel together; they have lost their replies, and pause.
  await eventually(() => proxy.stats.cut === 2);
  proxy.pass();
  assertEquals(await time.settled(again), "OK");
  assertEquals(await time.settled(mapped), "OK");
});

Deno.test("readFrom is refused where no replicas are known, by every door", () => {
  const cluster = new Cluster({ hosts: [{ port: 6379 }] });
  const client = cluster.getRoutingClient({ readFrom: "primary" });
  const readFrom = "preferReplica";
  const doors: (() => unknown)[] = [
    () => cluster.getRoutingClient({ readFrom }),
    () => cluster.map({ readFrom }),
    () => cluster.map(() => {}, { readFrom }),
    () => client.map(() => {}, { readFrom }),
    () => cluster.getMappingClient({ readFrom }),
    () => cluster.mapBatches([], () => {}, { readFrom }),
  ];
  for (const door of doors) {
    assertThrows(door, TypeError, 'Cannot take the option "readFrom"');
  }
  // Who names a host means its primary.
  const wrong = { readFrom } as object;
  assertThrows(() => cluster.getLocalClient(0, wrong), TypeError, "Unknown");
  assertThrows(() => cluster.all(() => {}, wrong), TypeError, "Unknown");
});
