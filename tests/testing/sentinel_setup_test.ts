import { assert, assertEquals, assertRejects } from "@std/assert";
import { askServer, fieldsOf } from "../../src/testing/asking.ts";
import { SentinelSetup } from "../../src/testing/sentinel_setup.ts";
import type { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { exists, isAlive } from "./leftovers.ts";

function all({ shards, sentinels }: SentinelSetup): RedisServer[] {
  return [...shards.flatMap(({ servers }) => servers), ...sentinels];
}

Deno.test("SentinelSetup starts shards and sentinels, and leaves nothing behind", async () => {
  await using setup = await SentinelSetup.start({ shards: 2, replicas: 2 });
  assertEquals(
    setup.shards.map((
      { primaryName, servers },
    ) => [primaryName, servers.length]),
    [["shard0", 3], ["shard1", 3]],
  );
  assertEquals(setup.sentinels.length, 3);
  for (const [i, { servers }] of setup.shards.entries()) {
    assertEquals(await setup.primary(i), servers[0]);
  }
  const servers = all(setup).map(({ pid, dir }) => ({ pid, dir }));
  await setup.close();
  await setup.close();
  for (const { pid, dir } of servers) {
    assert(!await isAlive(pid), "a process is left");
    assert(!await exists(dir), "a directory is left");
  }
});

Deno.test("SentinelSetup.failover() promotes a replica, of a dead primary and of a living one", async () => {
  await using setup = await SentinelSetup.start({ shards: 1 });
  const [first, second] = setup.shards[0].servers;
  await using client = oracle(first);
  await client.command("SET", "key", "value");
  assertEquals(await client.command("WAIT", 1, 0), 1);
  assertEquals(await setup.kill(0), first);
  // One sentinel sleeps through it.
  const [sleeper, other] = setup.sentinels;
  sleeper.pause();
  assertEquals(await setup.failover(0), second);
  assertEquals(await setup.primary(0), second);
  assertEquals(await askServer(second, ["GET", "key"]), "value");
  await first.restart();
  // A sentinel knows what it has learned after a restart.
  await other.restart();
  await setup.settled(0);
  sleeper.resume();
  await setup.settled(0);
  assertEquals(await askServer(first, ["GET", "key"]), "value");
  assertEquals(await setup.failover(0), first);
  await setup.settled(0);
});

Deno.test("SentinelSetup has users and passwords, of servers and sentinels apart", async () => {
  const auth = { username: "app", password: "of the servers" };
  const sentinelAuth = { password: "of the sentinels" };
  await using setup = await SentinelSetup.start({
    shards: 1,
    auth,
    sentinelAuth,
  });
  const [sentinel] = setup.sentinels;
  const [primary, replica] = setup.shards[0].servers;
  for (const server of [sentinel, primary]) {
    await assertRejects(() => askServer(server, ["PING"]), Error, "NOAUTH");
  }
  const words = ["SENTINEL", "MASTER", "shard0"];
  const fields = fieldsOf(await askServer(sentinel, words, sentinelAuth));
  assertEquals(fields.get("port"), String(primary.port));
  assertEquals(await setup.failover(0), replica);
});

Deno.test("SentinelSetup speaks TLS", async () => {
  await using tls = await makeTlsFixtures();
  const ca = `${tls.dir}/ca-of-all.crt`;
  await Deno.writeTextFile(ca, tls.caCert);
  await using setup = await SentinelSetup.start({
    shards: 1,
    sentinels: 1,
    tls: { cert: tls.valid.cert, key: tls.valid.key, ca },
  });
  const [primary, replica] = setup.shards[0].servers;
  for (const { hostname, port } of [primary, setup.sentinels[0]]) {
    using connection = await Deno.connectTls({
      hostname,
      port,
      caCerts: [tls.caCert],
    });
    await connection.handshake();
  }
  assertEquals(await setup.failover(0), replica);
});

Deno.test("SentinelSetup.start() leaves nothing behind when it fails", async () => {
  const dirs = async () => {
    const names = await Array.fromAsync(Deno.readDir("/tmp"));
    return names.filter(({ name }) => name.startsWith("rb-redis-"))
      .map(({ name }) => name);
  };
  const before = new Set(await dirs());
  await assertRejects(
    () => SentinelSetup.start({ shards: 1, config: ["no-such-directive 1"] }),
    Error,
    "no-such-directive",
  );
  await assertRejects(
    () => SentinelSetup.start({ serverExecutable: "no-such-server" }),
    Deno.errors.NotFound,
  );
  // Those of other programs come and go.
  const mine = (await dirs()).filter((name) => !before.has(name));
  for (const name of mine) {
    const config = await exists(`/tmp/${name}/sentinel.conf`);
    assert(!config, "a directory is left");
  }
});

Deno.test("SentinelSetup.start() refuses numbers that make no sense", async () => {
  for (
    const [name, value] of [["shards", 0], ["replicas", -1], ["sentinels", 1.5]]
  ) {
    await assertRejects(
      () => SentinelSetup.start({ [name]: value }),
      RangeError,
      `Option "${name}" must be an integer from`,
    );
  }
  await assertRejects(
    () => SentinelSetup.start({ password: "x" } as object),
    TypeError,
    'Unknown option "password"',
  );
});
