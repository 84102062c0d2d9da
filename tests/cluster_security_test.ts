import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Cluster } from "../src/cluster.ts";
import type { ClusterOptions } from "../src/cluster_options.ts";
import { CommandError, ConnectionError } from "../src/errors.ts";
import type { HostOptions } from "../src/host_info.ts";
import { RedisServer } from "../src/testing.ts";
import { ask } from "../support/raw_client.ts";
import { FakeTime } from "./fake_time.ts";
import { makeTlsFixtures } from "../support/tls_fixtures.ts";

const SECRET = "open-sesame-8271";

/** A cluster of one host that fails at once rather than trying again. */
function clusterOf(
  host: HostOptions,
  options: Partial<ClusterOptions> = {},
): Cluster {
  return new Cluster({ hosts: { 0: host }, ...options });
}

/** Everything that a program could print of a value. */
function shownOf(value: unknown): string {
  const own = value instanceof Error ? `${value.message} ${value.stack}` : "";
  return `${own} ${Deno.inspect(value, { depth: 20, showHidden: true })} ${
    JSON.stringify(value)
  }`;
}

Deno.test("Cluster authenticates with a password", async () => {
  await using server = await RedisServer.start({
    config: { requirepass: SECRET },
  });
  for (const protocol of [2, 3] as const) {
    await using cluster = clusterOf({ path: server.path, password: SECRET }, {
      poolOptions: { protocol },
    });
    const local = cluster.getLocalClient(0);
    assertEquals(await local.set("key", 1), "OK");
    assertEquals(await local.aclWhoami(), "default");
  }
});

Deno.test("Cluster authenticates as a user of an ACL", async () => {
  await using server = await RedisServer.start({
    config: [`user app on >${SECRET} ~app:* +@all`, "user default off"],
  });
  for (const protocol of [2, 3] as const) {
    await using cluster = clusterOf({
      path: server.path,
      username: "app",
      password: SECRET,
    }, { poolOptions: { protocol } });
    const local = cluster.getLocalClient(0);
    assertEquals(await local.aclWhoami(), "app");
    assertEquals(await local.incr(`app:${protocol}`), 1);
    const error = await assertRejects(() => local.incr("other"), CommandError);
    assertEquals(error.code, "NOPERM");
  }
});

Deno.test("Cluster authenticates with what a URL says", async () => {
  await using server = await RedisServer.start({
    transport: "tcp",
    config: ["user app on >p@ss/word ~* +@all"],
  });
  await using cluster = new Cluster({
    hosts: [`redis://app:p%40ss%2Fword@127.0.0.1:${server.port}/3`],
  });
  const local = cluster.getLocalClient(0);
  assertEquals(await local.aclWhoami(), "app");
  await local.set("key", 1);
  assertEquals(await ask({ port: server.port, db: 3 }, "DBSIZE"), 1);
});

Deno.test("Cluster selects the database of its host", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [{ db: 3 }, { db: 5 }],
    hostDefaults: { path: server.path },
  });
  await cluster.getLocalClient(0).set("key", "three");
  await cluster.map((client) => client.set("foo", "any"));
  await cluster.getLocalClient(1).set("key", "five");
  const { path } = server;
  assertEquals(await ask({ path, db: 3 }, "GET", "key"), "three");
  assertEquals(await ask({ path, db: 5 }, "GET", "key"), "five");
});

Deno.test("Cluster names its connections", async () => {
  await using server = await RedisServer.start();
  await using cluster = clusterOf({ path: server.path, name: "web-1" });
  const local = cluster.getLocalClient(0);
  assertEquals(await local.clientGetName(), "web-1");
  assertStringIncludes(
    String(await ask(server, "CLIENT", "LIST")),
    "name=web-1",
  );
});

Deno.test("Cluster refuses a database that the server refuses", async () => {
  await using server = await RedisServer.start({ databases: 2 });
  await using cluster = clusterOf({ path: server.path, db: 7 });
  const error = await assertRejects(
    () => cluster.getRoutingClient().set("key", 1),
    ConnectionError,
    "The server refused",
  );
  assertEquals([error.outcome, error.hostId], ["not-sent", 0]);
});

Deno.test("Cluster never shows the arguments of a command that failed", async () => {
  await using server = await RedisServer.start();
  await using cluster = clusterOf({ path: server.path }, { timeout: 300 });
  using time = new FakeTime();
  const local = cluster.getLocalClient(0);
  await local.rpush("list", 1);
  const errors = [
    await local.setrange("list", 1, SECRET).catch((error) => error),
    await local.sendCommand("NOSUCH", [SECRET]).catch((error) => error),
    await cluster.map((map) => map.hset("list", SECRET, SECRET))
      .catch((error) => error),
    await local.sendCommand("CONFIG", ["SET", "requirepass", NaN, SECRET])
      .catch((error) => error),
  ];
  server.pause();
  errors.push(
    await time.settled(local.set("key", SECRET).catch((error) => error), 50),
  );
  server.resume();
  await server.kill();
  errors.push(
    await time.settled(local.set("key", SECRET).catch((error) => error), 50),
  );
  for (const error of errors) {
    assertInstanceOf(error, Error);
    assertFalse(shownOf(error).includes(SECRET), shownOf(error));
  }
});

Deno.test("Cluster speaks over TCP and over a unix socket", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = new Cluster({
    hosts: [
      { hostname: "127.0.0.1", port: server.port },
      { path: server.path },
      `unix:${server.path}?db=1`,
    ],
  });
  const pings = await cluster.all((client) => client.ping());
  assertEquals([...pings.values()], ["PONG", "PONG", "PONG"]);
});

Deno.test("Cluster speaks TLS to a server that it can trust", async () => {
  await using tls = await makeTlsFixtures();
  await using server = await RedisServer.start({
    tls: tls.valid,
    config: { requirepass: SECRET },
  });
  for (const hostname of ["127.0.0.1", "localhost"]) {
    await using cluster = clusterOf({
      hostname,
      port: server.port,
      caCerts: [tls.caCert],
      password: SECRET,
    });
    const keys = Array.from({ length: 2_000 }, (_, i) => `key:${i}`);
    const client = cluster.getRoutingClient();
    await cluster.map((map) => keys.map((key) => map.set(key, key)));
    assertEquals(await Promise.all(keys.map((key) => client.get(key))), keys);
    assert(cluster.hosts.get(0)?.tls);
  }
});
