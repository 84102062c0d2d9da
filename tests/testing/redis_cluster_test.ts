import { assert, assertEquals, assertRejects } from "@std/assert";
import { RedisClusterSetup } from "../../src/testing.ts";
import { exists, isAlive } from "./leftovers.ts";

Deno.test("RedisClusterSetup fails over, moves slots with their keys, and leaves nothing behind", async () => {
  const setup = await RedisClusterSetup.start({ primaries: 2, replicas: 1 });
  const pids = setup.nodes.map(({ pid }) => pid);
  try {
    const [first, second] = setup.nodes;
    assert(setup.nodes.every(({ port }) => port < 22_000));
    assertEquals(await setup.primary(0), first);
    assertEquals(await setup.owner(0), first);
    assertEquals(await setup.owner(16_383), second);

    // "a" is in slot 15,495.
    await setup.ask(second, "SET", "a", "1");
    await setup.moveSlot(15_495, 0);
    assertEquals(await setup.owner(15_495), first);
    assertEquals(await setup.ask(first, "GET", "a"), "1");
    await assertRejects(() => setup.ask(second, "GET", "a"), Error, "MOVED");

    const other = await setup.failover(0);
    assert(other !== first);
    assertEquals(await setup.primary(0), other);
    assertEquals(await setup.ask(other, "GET", "a"), "1");

    // Without its primary, which comes back as a replica.
    await setup.settled();
    assertEquals(await setup.kill(0), other);
    assertEquals(await setup.failover(0), first);
    await other.restart();
    await setup.settled();
    assertEquals(await setup.primary(0), first);
    assertEquals(await setup.ask(first, "GET", "a"), "1");
  } finally {
    await setup.close();
  }
  await setup.close();
  for (const pid of pids) assertEquals(await isAlive(pid), false);
  for (const { dir } of setup.nodes) assertEquals(await exists(dir), false);
});

Deno.test("RedisClusterSetup.makeCluster() makes clusters of nodes with users of their own", async () => {
  const auth = { username: "app", password: "a secret" };
  await using setup = await RedisClusterSetup.start({
    primaries: 1,
    replicas: 1,
    auth,
  });
  const cluster = setup.makeCluster({ timeout: 20_000 });
  const client = cluster.getRoutingClient();
  await client.set("a", "1");
  assertEquals(await client.get("a"), "1");
  assertEquals((await cluster.topology()).hosts.size, 1);
});

Deno.test("RedisClusterSetup.start() names the option that is wrong, and a node that does not start", async () => {
  await assertRejects(
    () => RedisClusterSetup.start({ primaries: 0 }),
    RangeError,
    '"primaries"',
  );
  await assertRejects(
    () => RedisClusterSetup.start({ shards: 3 } as never),
    TypeError,
    '"shards"',
  );
  await assertRejects(
    () => RedisClusterSetup.start({ config: ["no-such-directive 1"] }),
    Error,
    "no-such-directive",
  );
});
