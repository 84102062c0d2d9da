import { assertEquals } from "@std/assert";
import { Proxied } from "../support/proxied.ts";
import { assertQuiet } from "./faults/proxied.ts";
import { bounded } from "../support/waiting.ts";
import { FakeTime } from "./fake_time.ts";

Deno.test("Cluster.disconnectPools() in the middle of a turn leaves nothing queued", async () => {
  await using host = await Proxied.start(1);
  const { cluster } = host;
  const client = cluster.getRoutingClient();
  const first = client.incr("counter");
  const disconnecting = cluster.disconnectPools();
  const second = client.incr("counter");
  assertEquals(await Promise.all([first, second]), [1, 2]);
  await disconnecting;
  const { queue } = cluster.stats().get(0)!;
  assertEquals(queue, { commands: 0, bytes: 0 });
  await assertQuiet(cluster);
});

Deno.test("Cluster.disconnectPools() waits for what is under way, not for its time limit", async () => {
  await using host = await Proxied.start(1, { timeout: 100 });
  const { cluster } = host;
  const client = cluster.getRoutingClient();
  // No time passes, so none is waited for.
  using _ = new FakeTime();
  await client.get("key");
  const reply = client.get("key");
  const disconnecting = cluster.disconnectPools();
  const other = client.get("key");
  await bounded(Promise.all([reply, other, disconnecting]));
});

Deno.test("a map goes on after Cluster.disconnectPools()", async () => {
  await using host = await Proxied.start(1);
  const { cluster } = host;
  const mapping = cluster.getMappingClient();
  const before = mapping.incr("counter");
  await mapping.join();
  await cluster.disconnectPools();
  const after = mapping.incr("counter");
  await mapping.join();
  assertEquals([before.value, after.value], [1, 2]);
  await assertQuiet(cluster);
});
