/*
 * What today's managed servers want: passwords that change, certificates of
 * clients, names of their own, and users on unix sockets.
 * Covered here: a password that is a function, through every door that dials
 * (clients, maps, blocking commands, connect), while it changes (CONFIG SET
 * requirepass, ACL SETUSER), fails, gives nonsense or says nothing; `cert`, `key`
 * and `serverName`; what is refused of them. RESP2 and RESP3; TCP, TLS and unix
 * sockets; options and URLs.
 */

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  BadHostSetupError,
  Cluster,
  type ClusterOptions,
  CommandError,
  ConnectionError,
  ConsistentHashingRouter,
  HostDownError,
  type HostOptions,
  plan,
  TimeoutError,
  TransportError,
} from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually } from "./outcome.ts";
import { reasonOf } from "./proxied.ts";

const SECRET = "s3cr3t-p4ssw0rd";
const HOSTNAME = "127.0.0.1";

/** A function for a password, and how often it was asked. */
function counted<T>(give: (turn: number) => T): { (): T; asked: number } {
  const ask = () => give(ask.asked++);
  ask.asked = 0;
  return ask;
}

/** A cluster of one host. */
function clusterOf(
  host: HostOptions | string,
  options: Omit<ClusterOptions, "hosts"> = {},
): Cluster {
  return new Cluster({ timeout: 20_000, ...options, hosts: [host] });
}

/** Everything that a program could print of a value. */
function shownOf(value: unknown): string {
  const own = value instanceof Error ? `${value.message} ${value.stack}` : "";
  return `${own} ${Deno.inspect(value, { depth: 20, showHidden: true })} ${
    JSON.stringify(value)
  }`;
}

/** Doors that open a connection, of one host, one after the other. */
const DOORS: Record<string, (cluster: Cluster) => PromiseLike<unknown>> = {
  "a routing client": (cluster) => cluster.getRoutingClient().incr("k"),
  "a local client": (cluster) => cluster.getLocalClient(0).incr("k"),
  "a map": (cluster) => cluster.map((map) => map.incr("k")),
  "a fanout": (cluster) => cluster.all((all) => all.incr("k")),
  "executeCommands": (cluster) =>
    cluster.executeCommands({ k: [["INCR", "k"]] }),
  "ping": (cluster) => cluster.ping(),
  "a command that blocks": (cluster) =>
    cluster.getRoutingClient().blpop(1, "full"),
  "connect": async (cluster) => {
    using dedicated = await cluster.connect(0);
    await dedicated.incr("k");
  },
};

Deno.test("fault 72: a password that is a function is asked once for each connection", async () => {
  await using tls = await makeTlsFixtures();
  const config = [`user app on >${SECRET} ~* +@all`, `requirepass ${SECRET}`];
  await using plain = await RedisServer.start({ transport: "tcp", config });
  await using secure = await RedisServer.start({ tls: tls.valid, config });
  for (const server of [plain, secure]) {
    await using unix = oracle({ path: server.path });
    await unix.command("AUTH", SECRET);
    await unix.command("RPUSH", "full", ...Array(64).fill("v"));
  }
  const targets: [target: { port: number } | { path: string }, HostOptions][] =
    [
      [plain, {}],
      [{ path: plain.path }, {}],
      [secure, { caCerts: [tls.caCert] }],
    ];
  for (const [target, options] of targets) {
    await using proxy = await FaultProxy.start(target);
    for (const protocol of [2, 3] as const) {
      for (const username of [undefined, "app"]) {
        for (const [door, use] of Object.entries(DOORS)) {
          const before = proxy.stats.accepted;
          const password = counted((turn) =>
            turn % 2 === 0 ? SECRET : Promise.resolve(SECRET)
          );
          await using cluster = clusterOf(
            { ...proxy.host, ...options, username, password },
            { poolOptions: { protocol } },
          );
          assertEquals(password.asked, 0);
          await use(cluster);
          await use(cluster);
          const opened = proxy.stats.accepted - before;
          assertEquals(password.asked, opened, door);
          assertEquals(opened, door === "connect" ? 2 : 1, door);
        }
      }
    }
  }
});

/** Ways to change the password that connections log in with. */
const ROTATIONS: Record<
  string,
  { username?: string; command: (password: string) => string[] }
> = {
  requirepass: {
    command: (password) => ["CONFIG", "SET", "requirepass", password],
  },
  "ACL SETUSER": {
    username: "app",
    command: (password) => [
      "ACL",
      "SETUSER",
      "app",
      "on",
      "resetpass",
      `>${password}`,
      "~*",
      "+@all",
    ],
  },
};

for (const [way, { username, command }] of Object.entries(ROTATIONS)) {
  Deno.test(`fault 72: passwords change while connections come and go, by ${way}`, async () => {
    await using server = await RedisServer.start({ transport: "tcp" });
    // One that stays, whatever the password is by now.
    await using direct = oracle(server);
    let current = "password-0";
    await direct.command(...command(current));
    for (const protocol of [2, 3] as const) {
      const { hostname, port } = server;
      const options = { poolOptions: { protocol } };
      const first = current;
      const host = { hostname, port, username };
      await using fixed = clusterOf({ ...host, password: first }, options);
      await using cluster = clusterOf(
        { ...host, password: () => current },
        options,
      );
      const client = cluster.getRoutingClient();
      const counter = `counter:${protocol}`;
      await fixed.getRoutingClient().get(counter);
      let count = 0;
      for (let round = 1; round <= 10; round++) {
        current = `password-${protocol}-${round}`;
        await direct.command(...command(current));
        // All but the one that says so.
        await direct.command("CLIENT", "KILL", "TYPE", "normal");
        await eventually(() => cluster.getPoolForHost(0).size === 0);
        const values = await Promise.all([
          client.incr(counter),
          client.incr(counter),
        ]);
        assertEquals(values, [++count, ++count]);
        using dedicated = await cluster.connect(0);
        assertEquals(await dedicated.incr(counter), ++count);
      }
      // Text stays what it is.
      const error = await reasonOf(fixed.getRoutingClient().get(counter));
      assertInstanceOf(error, ConnectionError);
      assertStringIncludes(error.message, "WRONGPASS");
    }
  });
}

Deno.test("fault 72: what a function for a password throws is the cause of a typed error", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  const thrown = new Error("No token today");
  const ways: [() => unknown, reason: unknown, text: string][] = [
    [
      () => {
        throw thrown;
      },
      thrown,
      "The function for the password failed",
    ],
    [() => Promise.reject(thrown), thrown, "failed"],
    [() => Promise.reject("text"), "text", "failed"],
    [() => undefined, undefined, 'of type "undefined"'],
    [() => Promise.resolve(123456), undefined, 'of type "number"'],
    [() => [SECRET], undefined, 'of type "object"'],
    [() => `${SECRET}\ud800`, undefined, "a lone surrogate"],
  ];
  for (const [give, reason, text] of ways) {
    for (const [door, use] of Object.entries(DOORS)) {
      const before = proxy.stats.accepted;
      const password = counted(give);
      await using cluster = clusterOf(
        { ...proxy.host, password: password as unknown as () => string },
        { poolOptions: { maxRetries: 0 } },
      );
      const error = await reasonOf((async () => await use(cluster))());
      assertInstanceOf(error, ConnectionError, door);
      assertEquals([error.hostId, error.outcome], [0, "not-sent"], door);
      assertStringIncludes(error.message, text, door);
      const { cause } = error;
      assertInstanceOf(cause, ConnectionError);
      assertEquals(cause.outcome, "not-sent");
      assertEquals(cause.cause, reason, door);
      assertFalse(shownOf(error).includes(SECRET), shownOf(error));
      assertEquals(password.asked, 1, door);
      assertEquals(proxy.stats.accepted - before, 1, door);
    }
  }
  await eventually(() => proxy.connections === 0);
});

Deno.test("fault 72: a function that fails for a while is asked again", async () => {
  await using server = await RedisServer.start({
    config: { requirepass: SECRET },
  });
  const password = counted((turn) => {
    if (turn < 2) throw new Error("Not yet");
    return SECRET;
  });
  await using cluster = clusterOf({ path: server.path, password });
  assertEquals(await cluster.getRoutingClient().incr("k"), 1);
  assertEquals(password.asked, 3);
});

Deno.test("fault 72: a function that says nothing is a timeout, and leaves no connection", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  const late: ((password: string) => void)[] = [];
  const password = counted(() =>
    new Promise<string>((resolve) => void late.push(resolve))
  );
  for (const [door, use] of Object.entries(DOORS)) {
    await using cluster = clusterOf({ ...proxy.host, password }, {
      poolOptions: { maxRetries: 0, dialTimeout: 1_000 },
    });
    using time = new FakeTime();
    const { asked } = password;
    const end = reasonOf((async () => await use(cluster))());
    await eventually(() => password.asked === asked + 1);
    await time.advance(1_000);
    const error = await bounded(end);
    assertInstanceOf(error, TimeoutError, door);
    assertEquals(error.outcome, "not-sent", door);
    assertStringIncludes(
      error.message,
      "The function for the password gave none in time",
    );
  }
  await eventually(() => proxy.connections === 0);
  // Whoever gives up does not wait for the time of the connection.
  await using cluster = clusterOf({ ...proxy.host, password });
  const controller = new AbortController();
  const { signal } = controller;
  const { asked } = password;
  const ends = [
    cluster.connect(0, { signal }),
    cluster.getRoutingClient({ signal }).incr("k"),
  ].map(reasonOf);
  await eventually(() => password.asked === asked + 2);
  const reason = new Error("No longer wanted");
  controller.abort(reason);
  assertEquals(await Promise.all(ends), [reason, reason]);
  await cluster.close();
  await eventually(() => proxy.connections === 0);
  // What comes too late is nobody's.
  for (const resolve of late) resolve(SECRET);
});

Deno.test("fault 72: a function is not asked for a server that is not there", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using proxy = await FaultProxy.start(server);
  await proxy.refuse();
  const password = counted(() => SECRET);
  await using cluster = clusterOf({ ...proxy.host, password }, {
    poolOptions: { maxRetries: 1, breaker: { threshold: 3 } },
  });
  const client = cluster.getRoutingClient();
  await assertRejects(() => client.incr("k"), ConnectionError);
  await assertRejects(() => cluster.connect(0), ConnectionError);
  await assertRejects(() => client.incr("k"), ConnectionError);
  await assertRejects(() => client.incr("k"), HostDownError);
  assertEquals(password.asked, 0);
});

Deno.test("fault 72: a password that a function gave is shown by nothing", async () => {
  await using server = await RedisServer.start({
    transport: "tcp",
    config: { requirepass: "another" },
  });
  const { hostname, port } = server;
  for (const protocol of [2, 3] as const) {
    for (const username of [undefined, "app"]) {
      const password = counted(() => Promise.resolve(SECRET));
      await using cluster = clusterOf({ hostname, port, username, password }, {
        poolOptions: { protocol },
      });
      const shown: unknown[] = [];
      for (const use of Object.values(DOORS)) {
        const error = await reasonOf((async () => await use(cluster))());
        assertInstanceOf(error, ConnectionError);
        const refusal = (error.cause as ConnectionError).cause;
        assertInstanceOf(refusal, CommandError);
        assertEquals(refusal.code, "WRONGPASS");
        shown.push(error);
      }
      // A password that was refused is not tried again.
      assertEquals(password.asked, shown.length);
      shown.push(cluster, [...cluster.hosts.values()], cluster.stats());
      for (const value of shown) {
        assertFalse(shownOf(value).includes(SECRET), shownOf(value));
      }
    }
  }
});

Deno.test("fault 72: a host with such a password needs a label on a ring, and only there", () => {
  const password = () => SECRET;
  const router = ConsistentHashingRouter;
  const hosts = [{ port: 1, label: "a" }, { port: 2, password }];
  const nameless = new Cluster({ hosts, router });
  assertThrows(
    () => nameless.getRouter(),
    BadHostSetupError,
    'Cannot place host 1 on a ring: without a label the text of the password is part of its place, but "password" is a function; give the host a "label"',
  );
  const labelled = new Cluster({
    hosts: [hosts[0], { ...hosts[1], label: "b" }],
    router,
  });
  const alike = new Cluster({
    hosts: [{ label: "a" }, { label: "b" }],
    router,
  });
  for (let i = 0; i < 100; i++) {
    assertEquals(
      labelled.getRouter().getHostForKey(`key:${i}`),
      alike.getRouter().getHostForKey(`key:${i}`),
    );
  }
  const before = new Cluster({ hosts });
  const after = new Cluster({ hosts: [...hosts, { port: 3, password }] });
  before.getRouter();
  // The second host is the same by its address, and so keeps its keys.
  assertFalse(
    plan(before, after).moves.some(({ from, to }) => from === to),
  );
});

Deno.test("fault 73: a client shows its certificate, and a server without it lets nobody in", async () => {
  await using tls = await makeTlsFixtures();
  await using server = await RedisServer.start({
    tls: { ...tls.valid, ca: `${tls.dir}/ca.pem` },
    config: { requirepass: SECRET },
  });
  const { port } = server;
  const caCerts = [tls.caCert];
  const { cert, key } = tls.client;
  const password = SECRET;
  const good: [host: HostOptions | string, defaults: HostOptions][] = [
    [{ hostname: HOSTNAME, port, caCerts, cert, key, password }, {}],
    [{ hostname: "localhost", port, caCerts, cert, key, password }, {}],
    [
      `rediss://:${SECRET}@${HOSTNAME}:${port}/1`,
      { caCerts, cert, key, serverName: HOSTNAME },
    ],
    [{ port, password: () => password }, {
      hostname: HOSTNAME,
      caCerts,
      cert,
      key,
    }],
  ];
  for (const [host, hostDefaults] of good) {
    for (const protocol of [2, 3] as const) {
      await using cluster = clusterOf(host, {
        hostDefaults,
        poolOptions: { protocol },
      });
      const keys = Array.from({ length: 2_000 }, (_, i) => `key:${i}`);
      await cluster.map((map) => keys.map((key) => map.set(key, key)));
      const client = cluster.getRoutingClient();
      assertEquals(await Promise.all(keys.map((key) => client.get(key))), keys);
      using dedicated = await cluster.connect(0);
      assertEquals(await dedicated.get("key:1"), "key:1");
      assertFalse(shownOf([...cluster.hosts.values()]).includes(key));
    }
  }
  const valid = {
    cert: await Deno.readTextFile(tls.valid.cert),
    key: await Deno.readTextFile(tls.valid.key),
  };
  const bad: Record<string, HostOptions> = {
    "no certificate": {},
    "one that is not for clients": valid,
    "a key of another one": { cert, key: valid.key },
    "a server that nobody knows": { cert, key, caCerts: [tls.otherCaCert] },
  };
  for (const [what, options] of Object.entries(bad)) {
    const host = { hostname: HOSTNAME, port, caCerts, password, ...options };
    for (const use of Object.values(DOORS)) {
      await using cluster = clusterOf(host, { timeout: 5_000 });
      const error = await reasonOf((async () => await use(cluster))());
      assertInstanceOf(error, TransportError, what);
      assertEquals(error.hostId, 0);
      assertEquals(error.outcome, "not-sent", what);
      for (const secret of [SECRET, key, valid.key]) {
        assertFalse(shownOf(error).includes(secret));
      }
    }
  }
  await using direct = oracle({ path: server.path });
  await direct.command("AUTH", SECRET);
  assertEquals(await direct.command("EXISTS", "k"), 0);
});

Deno.test("fault 73: what cannot be trusted, or no certificate of ours, is not tried again", async () => {
  await using tls = await makeTlsFixtures();
  await using server = await RedisServer.start({
    tls: { ...tls.valid, ca: `${tls.dir}/ca.pem` },
  });
  await using proxy = await FaultProxy.start(server);
  const { cert, key } = tls.client;
  const other = await Deno.readTextFile(tls.valid.key);
  const caCerts = [tls.caCert];
  const bad: [host: HostOptions, connections: number][] = [
    [{ cert, key, caCerts: [tls.otherCaCert] }, 1],
    [{ caCerts, serverName: "other.test" }, 1],
  ];
  for (const [host, connections] of bad) {
    await using cluster = clusterOf({ ...proxy.host, ...host });
    const before = proxy.stats.accepted;
    await assertRejects(
      () => cluster.getRoutingClient().get("k"),
      ConnectionError,
    );
    assertEquals(proxy.stats.accepted - before, connections);
  }
  await using cluster = clusterOf({ ...proxy.host, caCerts, cert, key: other });
  await assertRejects(
    () => cluster.getRoutingClient().get("k"),
    ConnectionError,
  );
  assertEquals(cluster.stats().get(0)?.retries, 0);
});

Deno.test("fault 73: a server is checked by the name that it is said to have", async () => {
  await using tls = await makeTlsFixtures();
  const ca = `${tls.dir}/ca.pem`;
  await using open = await RedisServer.start({ tls: tls.otherName });
  await using closed = await RedisServer.start({
    tls: { ...tls.otherName, ca },
  });
  await using local = await RedisServer.start({ tls: tls.valid });
  await using guarded = await RedisServer.start({ tls: { ...tls.valid, ca } });
  const trust = { caCerts: [tls.caCert] };
  const client = { ...trust, ...tls.client };
  const names: [server: RedisServer, host: HostOptions, isTrusted: boolean][] =
    [
      [open, { ...trust, serverName: "other.test" }, true],
      [open, { ...trust }, false],
      [open, { ...trust, serverName: "another.test" }, false],
      [closed, { ...client }, false],
      [local, { ...trust, hostname: "localhost", serverName: HOSTNAME }, true],
      [local, { ...trust, serverName: "127.0.0.2" }, false],
      [guarded, { ...client, serverName: HOSTNAME }, true],
    ];
  for (const [{ port }, host, isTrusted] of names) {
    await using cluster = clusterOf({ hostname: HOSTNAME, port, ...host });
    const end = cluster.getLocalClient(0).ping();
    if (isTrusted) assertEquals(await end, "PONG");
    else {
      const error = await reasonOf(end);
      assertInstanceOf(error, ConnectionError);
      assertEquals(error.outcome, "not-sent");
      assert(/name|altname/i.test(error.message), error.message);
    }
  }
  // Deno cannot do both; that of Node.js is tested with its runtime.
  const { port } = closed;
  assertThrows(
    () => clusterOf({ hostname: HOSTNAME, port, ...client, serverName: "h" }),
    TypeError,
    `Cannot connect to host 0 at ${HOSTNAME}:${port}: in Deno, a client with a certificate checks a server by the host name alone`,
  );
});

Deno.test("fault 73: a unix socket has users and passwords, by options and by URL", async () => {
  const special = "p@ss/w:rd?#%";
  await using server = await RedisServer.start({
    config: [`user app on >${special} ~* +@all`, `requirepass ${SECRET}`],
  });
  const { path } = server;
  const hosts: [host: HostOptions | string, user: string, db: number][] = [
    [{ path, password: SECRET }, "default", 0],
    [{ path, username: "app", password: special, db: 2 }, "app", 2],
    [`unix://:${SECRET}@${path}?db=1`, "default", 1],
    [`unix://app:${encodeURIComponent(special)}@${path}?db=3`, "app", 3],
    [`unix://app:${encodeURIComponent(special)}@localhost${path}`, "app", 0],
  ];
  for (const [host, user, db] of hosts) {
    for (const protocol of [2, 3] as const) {
      await using cluster = clusterOf(host, { poolOptions: { protocol } });
      const local = cluster.getLocalClient(0);
      assertEquals(await local.aclWhoami(), user);
      const info = String(await local.sendCommand("CLIENT", ["INFO"]));
      assertStringIncludes(info, ` db=${db} `);
      using dedicated = await cluster.connect(0);
      assertEquals(await dedicated.aclWhoami(), user);
    }
  }
  await using stranger = clusterOf(`unix://app:wrong@${path}`);
  const error = await reasonOf(stranger.getRoutingClient().get("k"));
  assertInstanceOf(error, ConnectionError);
  assertStringIncludes(error.message, "WRONGPASS");
});
