import { assert, assertEquals, assertRejects } from "@std/assert";
import { Cluster } from "../../src/cluster.ts";
import { ConsistentHashingRouter } from "../../src/topology/mod.ts";
import { findExecutable } from "../../src/testing/executable.ts";
import { makeTestCluster, TestSetup } from "../../src/testing/test_setup.ts";
import { ask, askOnce } from "../../support/raw_client.ts";
import { exists, isAlive } from "./leftovers.ts";

Deno.test("TestSetup.start() starts servers that answer", async () => {
  await using setup = await TestSetup.start({ servers: 3, databasesEach: 2 });
  assertEquals(setup.servers.length, 3);
  for (const { path } of setup.servers) {
    assertEquals(await ask({ path }, "PING"), "PONG");
  }
});

Deno.test("TestSetup.start() starts 4 servers of 8 databases", async () => {
  await using setup = await TestSetup.start();
  assertEquals(setup.servers.length, 4);
  assertEquals(setup.hosts.length, 32);
});

Deno.test("TestSetup.hosts counts databases up within a server", async () => {
  await using setup = await TestSetup.start({ servers: 2, databasesEach: 2 });
  const [one, two] = setup.servers;
  assertEquals(setup.hosts, [
    { hostId: 0, db: 0, path: one!.path },
    { hostId: 1, db: 1, path: one!.path },
    { hostId: 2, db: 0, path: two!.path },
    { hostId: 3, db: 1, path: two!.path },
  ]);
});

Deno.test("TestSetup.hosts names ports over TCP", async () => {
  await using setup = await TestSetup.start({
    servers: 1,
    databasesEach: 1,
    transport: "tcp",
  });
  const { port } = setup.servers[0]!;
  assert(port > 0);
  assertEquals(setup.hosts, [{
    hostId: 0,
    db: 0,
    hostname: "127.0.0.1",
    port,
  }]);
});

Deno.test("TestSetup.start() passes the configuration on to every server", async () => {
  await using setup = await TestSetup.start({
    servers: 2,
    databasesEach: 1,
    config: { maxclients: "77" },
  });
  for (const { path } of setup.servers) {
    assertEquals(
      await askOnce({ path }, "CONFIG GET maxclients"),
      "*2\r\n$10\r\nmaxclients\r\n$2\r\n77\r\n",
    );
  }
});

Deno.test("TestSetup.makeCluster() takes the options of a cluster", async () => {
  await using setup = await TestSetup.start({ servers: 1, databasesEach: 2 });
  const cluster = setup.makeCluster({ router: ConsistentHashingRouter });
  assert(cluster.getRouter() instanceof ConsistentHashingRouter);
  assertEquals(cluster.hosts.size, 2);
  await using made = await makeTestCluster({
    servers: 1,
    databasesEach: 3,
    cluster: { router: ConsistentHashingRouter },
  });
  assert(made.getRouter() instanceof ConsistentHashingRouter);
  assertEquals(made.hosts.size, 3);
});

const { command: SERVER } = await findExecutable();

/** A program that is a server the first time and fails from then on. */
const STARTS_ONCE = `#!/bin/sh
cd "$(dirname "$0")"
[ "$1" = --version ] && exit 0
mkdir first 2>/dev/null || exit 7
echo $$ > pid
exec ${SERVER} -
`;

Deno.test("TestSetup.start() leaves nothing behind when it fails", async () => {
  const dir = await Deno.makeTempDir();
  const serverExecutable = `${dir}/server`;
  await Deno.writeTextFile(serverExecutable, STARTS_ONCE);
  await Deno.chmod(serverExecutable, 0o755);
  await assertRejects(
    () => TestSetup.start({ servers: 3, serverExecutable }),
    Error,
    "exited (code 7) before it was ready",
  );
  const pid = Number(await Deno.readTextFile(`${dir}/pid`));
  assert(pid > 0);
  assert(!await isAlive(pid));
  await Deno.remove(dir, { recursive: true });
});

Deno.test("TestSetup.start() refuses to start no server", async () => {
  await assertRejects(() => TestSetup.start({ servers: 0 }), RangeError);
});

Deno.test("TestSetup.close() stops the servers, twice as well", async () => {
  const setup = await TestSetup.start({ servers: 2 });
  const cluster = setup.makeCluster();
  assert(cluster instanceof Cluster);
  await setup.close();
  await setup.close();
  await assertRejects(
    async () => await cluster.getRoutingClient().get("key"),
    Error,
    "the cluster is closed",
  );
  for (const { pid, dir } of setup.servers) {
    assert(!await isAlive(pid));
    assert(!await exists(dir));
  }
});

Deno.test("TestSetup.close() says what went wrong, once all else is done", async () => {
  const setup = await TestSetup.start({ servers: 2, databasesEach: 1 });
  const [first, second] = setup.servers;
  const stop = first.stop.bind(first);
  first.stop = () => Promise.reject(new Error("It does not end"));
  await assertRejects(() => setup.close(), Error, "It does not end");
  assert(!await isAlive(second.pid));
  await stop();
});

/** A program that is a server, and notes which process it is. */
const NOTES_PID = `#!/bin/sh
cd "$(dirname "$0")"
[ "$1" = --version ] && exit 0
echo $$ > pid
exec ${SERVER} -
`;

Deno.test("makeTestCluster() leaves nothing behind when it makes no cluster", async () => {
  const dir = await Deno.makeTempDir();
  const serverExecutable = `${dir}/server`;
  await Deno.writeTextFile(serverExecutable, NOTES_PID);
  await Deno.chmod(serverExecutable, 0o755);
  const cluster = { timeout: -1 };
  await assertRejects(
    () => makeTestCluster({ servers: 1, serverExecutable, cluster }),
    TypeError,
    "timeout",
  );
  const pid = Number(await Deno.readTextFile(`${dir}/pid`));
  assert(pid > 0);
  assert(!await isAlive(pid));
  await Deno.remove(dir, { recursive: true });
});

Deno.test("makeTestCluster() ends with its servers", async () => {
  const pids: number[] = [];
  let client;
  {
    await using cluster = await makeTestCluster({ servers: 2 });
    assert(cluster instanceof Cluster);
    client = cluster.getRoutingClient();
    await client.set("key", "value");
    pids.push(...cluster.setup.servers.map((server) => server.pid));
    assert(await isAlive(pids[0]!));
  }
  await assertRejects(
    async () => await client.get("key"),
    Error,
    "the cluster is closed",
  );
  assertEquals(pids.length, 2);
  for (const pid of pids) assert(!await isAlive(pid));
});
