import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  Cluster,
  type ClusterOptions,
  CommandError,
  ConnectionError,
  ConsistentHashingRouter,
  HostDownError,
  type HostOptions,
  ProtocolError,
  TimeoutError,
  TransportError,
  UnroutableCommandError,
} from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import {
  makeTlsFixtures,
  type TlsFixtures,
} from "../../support/tls_fixtures.ts";
import { oracle } from "../../support/raw_client.ts";
import { FakeTime } from "../fake_time.ts";
import { eventually, failureOf } from "./outcome.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

const SECRET = "s3cr3t-p4ssw0rd";
const WRONG = "wr0ng-p4ssw0rd";

/** All that can be seen of a value by those who print, log or send it. */
function* views(value: unknown): Generator<string> {
  const everything = { depth: 20, showHidden: true, getters: true };
  yield Deno.inspect(value);
  yield Deno.inspect(value, everything);
  yield String(value);
  yield JSON.stringify(value) ?? "";
  for (let one = value; one instanceof Error; one = one.cause) {
    yield one.message;
    yield one.stack ?? "";
    yield JSON.stringify(one, Object.getOwnPropertyNames(one));
    if (one instanceof AggregateError) {
      for (const part of one.errors) yield* views(part);
    }
  }
}

/** Checks that neither password can be seen in a value. */
function assertSecretFree(...values: unknown[]): void {
  for (const value of values) {
    for (const view of views(value)) {
      for (const secret of [SECRET, WRONG]) {
        assert(!view.includes(secret), `A password is seen in ${view}`);
      }
    }
  }
}

/** What every kind of client fails with, checked for secrets. */
async function errorsOf(cluster: Cluster): Promise<unknown[]> {
  const client = cluster.getRoutingClient();
  const errors: unknown[] = [];
  const calls = [
    () => client.set(SECRET, SECRET),
    () => client.get("k"),
    () => client.mget("k", SECRET, "x"),
    () => cluster.map((client) => client.set("k", SECRET)),
    () => cluster.map((client) => [client.get(SECRET), client.incr("b")]),
    () => cluster.all((client) => client.incr(SECRET)),
    () => cluster.getLocalClient(0).sendCommand("NOSUCH", [SECRET, "b"]),
    () => client.executeCommands({ k: [["INCR", SECRET]] }),
    async () => {
      using dedicated = await cluster.connect(0);
      await dedicated.auth(WRONG);
    },
  ];
  for (const call of calls) {
    errors.push(await assertRejects(async () => await call()));
  }
  assertSecretFree(...errors);
  return errors;
}

/** Collects the events of a cluster, and those of its channels. */
function eventsOf(cluster: Cluster): { seen: unknown[] } & Disposable {
  const seen: unknown[] = [];
  const listener = (message: unknown) => void seen.push(message);
  for (const type of ["down", "up", "reconnect"]) {
    cluster.addEventListener(type, (event) => {
      seen.push(event, (event as CustomEvent).detail);
    });
  }
  const channels = ["rb:batch", "rb:connection"];
  for (const channel of channels) subscribe(channel, listener);
  return {
    seen,
    [Symbol.dispose]: () => {
      for (const channel of channels) unsubscribe(channel, listener);
    },
  };
}

/** A server that wants the secret, and a cluster that says something else. */
async function guarded(host: HostOptions, config: Record<string, string>) {
  const server = await RedisServer.start({ transport: "tcp", config });
  const proxy = await FaultProxy.start(server);
  const cluster = clusterAt(proxy.port, {
    hostDefaults: host,
    poolOptions: { maxRetries: 1, breaker: { threshold: 100 } },
  });
  return {
    server,
    proxy,
    cluster,
    async [Symbol.asyncDispose](): Promise<void> {
      await cluster.close();
      await proxy.close();
      await server.stop();
    },
  };
}

Deno.test("fault 34: a wrong password is in no error and no event", async () => {
  for (
    const [protocol, username] of [[2], [3], [2, "me"], [3, "me"]] as const
  ) {
    await using server = await RedisServer.start({
      transport: "tcp",
      config: { requirepass: SECRET },
    });
    await using cluster = clusterAt(server.port, {
      hostDefaults: { username, password: WRONG, db: 1, name: "me" },
      poolOptions: { protocol, breaker: { minDelay: 30 } },
    });
    using events = eventsOf(cluster);
    const errors = await errorsOf(cluster);
    const [first] = errors;
    assertInstanceOf(first, ConnectionError);
    assertEquals([first.hostId, first.outcome], [0, "not-sent"]);
    assertStringIncludes(first.message, "WRONGPASS");
    const refusal = first.cause as ConnectionError;
    assertInstanceOf(refusal.cause, CommandError);
    assertEquals(refusal.cause.code, "WRONGPASS");
    // A server that refuses a password is there, and is not asked again and
    // again in the background.
    assert(!errors.some((error) => error instanceof HostDownError));
    await server.kill();
    const later = await errorsOf(cluster);
    assert(later.some((error) => error instanceof HostDownError));
    assert(events.seen.length > 0);
    assertSecretFree(...events.seen);
  }
});

Deno.test("fault 34: NOAUTH, with and without a handshake", async () => {
  const config = { requirepass: SECRET };
  for (const host of [{}, { db: 1 }]) {
    await using setup = await guarded(host, config);
    const [first] = await errorsOf(setup.cluster);
    const reply = first instanceof CommandError
      ? first
      : ((first as Error).cause as Error).cause;
    assertInstanceOf(reply, CommandError);
    assertEquals(reply.code, "NOAUTH");
  }
});

Deno.test("fault 34: NOPERM names the command only", async () => {
  await using setup = await guarded({ username: "u", password: SECRET }, {
    user: `u on >${SECRET} ~* +auth`,
  });
  const [first] = await errorsOf(setup.cluster);
  assertInstanceOf(first, CommandError);
  assertEquals([first.code, first.hostId, first.command], ["NOPERM", 0, "SET"]);
});

Deno.test("fault 34: an argument that the server quotes is in no error", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port);
  const client = cluster.getLocalClient(0);
  const calls: [string, string[]][] = [
    ["ACL", ["SETUSER", "bob", SECRET]],
    ["ACL", ["SETUSER", "bob", `it's ${SECRET}' command`]],
    ["CLIENT", [SECRET]],
    ["CONFIG", ["SET", SECRET, SECRET]],
    ["EVAL", [`return redis.error_reply("X '${SECRET}'")`, "0"]],
  ];
  for (const [name, args] of calls) {
    const error = await assertRejects(
      () => client.sendCommand(name, args),
      name === "CLIENT" ? UnroutableCommandError : CommandError,
    );
    assertSecretFree(error);
    assertEquals(error.command, name);
  }
  using dedicated = await cluster.connect(0);
  for (const [name, args] of calls) {
    assertSecretFree(
      await assertRejects(() => dedicated.sendCommand(name, args)),
    );
  }
});

Deno.test("fault 34: a drop, a timeout and a refusal show no argument", async () => {
  const faults: Record<string, (proxy: FaultProxy) => void | Promise<void>> = {
    cut: (proxy) => proxy.cut(),
    half: (proxy) => proxy.cut({ bytes: 2 }),
    refuse: (proxy) => proxy.refuse(),
  };
  for (const fault of Object.values(faults)) {
    await using setup = await guarded({ password: SECRET }, {
      requirepass: SECRET,
    });
    const { cluster, proxy } = setup;
    using events = eventsOf(cluster);
    await cluster.getRoutingClient().incr("k");
    await fault(proxy);
    proxy.reset();
    await errorsOf(cluster);
    assertSecretFree(...events.seen);
  }
});

Deno.test("fault 34: a server that repeats what it was told", async () => {
  const echoes = [
    (text: string) =>
      `-ERR unknown command, with args beginning with: '${text}'`,
    (text: string) => `-WRONGPASS '${text}' is not the password`,
    (text: string) => `+${text}`,
    (text: string) => text,
  ];
  for (const echo of echoes) {
    await using server = new ScriptedServer(async (link) => {
      while (await link.read() !== undefined) {
        await link.write(`${echo(SECRET)}\r\n`);
      }
    });
    await using cluster = clusterAt(server.port, {
      hostDefaults: { password: SECRET },
      poolOptions: { maxRetries: 0 },
    });
    const results = await Promise.allSettled([
      cluster.getRoutingClient().incr("k"),
      cluster.connect(0).then((dedicated) => dedicated.close()),
    ]);
    for (const result of results) {
      if (result.status === "rejected") assertSecretFree(result.reason);
    }
  }
});

Deno.test("fault 34: nothing of a cluster shows its passwords", async () => {
  const options: Omit<ClusterOptions, "hosts"> = {
    router: ConsistentHashingRouter,
    hostDefaults: { password: SECRET },
  };
  await using cluster = new Cluster({
    ...options,
    hosts: [
      { port: 1 },
      { port: 2, username: "user" },
      `redis://user:${WRONG}@127.0.0.1:3/1`,
    ],
  });
  assertSecretFree(
    cluster,
    cluster.hosts,
    [...cluster.hosts.values()],
    [...cluster.hosts.values()].map((host) => ({ ...host })),
    cluster.getRouter(),
    cluster.getRoutingClient(),
    cluster.getLocalClient(0),
    cluster.getMappingClient(),
    cluster.getFanoutClient("all"),
    cluster.getPoolForHost(0),
    [...cluster.hosts.values()].map(({ address }) => address),
  );
});

Deno.test("fault 34: wrong options are refused without showing them", async () => {
  const bad: unknown[] = [
    { hosts: { 0: `http://user:${SECRET}@127.0.0.1` } },
    { hosts: { 0: `redis://user:${SECRET}@127.0.0.1:99999` } },
    { hosts: { 0: `redis://user:${SECRET}@127.0.0.1/nodb` } },
    { hosts: { 0: `redis://user:${SECRET}%@127.0.0.1` } },
    { hosts: { 0: SECRET } },
    { hosts: { 0: { password: [SECRET] } } },
    { hosts: { 0: { password: SECRET, port: SECRET } } },
    { hosts: { 0: { password: SECRET, tls: true, path: "/x" } } },
    { hosts: { 0: {} }, hostDefaults: { password: { is: SECRET } } },
    { hosts: [{ hostId: SECRET }] },
    {
      hosts: [{ password: SECRET }, { hostId: 0, password: SECRET }],
    },
  ];
  for (const options of bad) {
    const error = await assertRejects(async () => {
      await using _ = new Cluster(options as ClusterOptions);
    });
    assertSecretFree(error);
  }
  await using cluster = new Cluster({
    hosts: { 0: { password: SECRET }, 1: { password: SECRET } },
    hostDefaults: { label: "same" },
    router: ConsistentHashingRouter,
  });
  assertSecretFree(
    await assertRejects(async () => await cluster.getRouter()),
  );
});

/** A cluster that speaks TLS to `localhost`, and trusts one authority. */
function tlsCluster(port: number, host: HostOptions): Cluster {
  return clusterAt(port, {
    timeout: 2_000,
    hostDefaults: { hostname: "localhost", tls: true, ...host },
  });
}

/** Checks that a server is refused at once, by every kind of client, untried. */
async function assertRefused(
  port: number,
  host: HostOptions,
  reason: string,
): Promise<void> {
  await using proxy = await FaultProxy.start({ port });
  await using cluster = tlsCluster(proxy.port, host);
  const calls = [
    () => cluster.getRoutingClient().get("k"),
    () => cluster.map((client) => client.incr("k")),
    () => cluster.connect(0),
  ];
  // At once: neither a pause nor the time of the dial is waited for.
  using _ = new FakeTime();
  for (const call of calls) {
    const before = proxy.stats.accepted;
    const { error } = await failureOf(ConnectionError, call);
    assertEquals([error.hostId, error.outcome], [0, "not-sent"]);
    assertInstanceOf(error.cause, Error);
    assertStringIncludes(Deno.inspect(error), reason);
    assertEquals(proxy.stats.accepted - before, 1);
  }
}

async function withTls(
  certificate: "valid" | "expired" | "otherName",
  test: (server: RedisServer, tls: TlsFixtures) => Promise<void>,
): Promise<void> {
  await using tls = await makeTlsFixtures();
  await using server = await RedisServer.start({ tls: tls[certificate] });
  await test(server, tls);
}

Deno.test("fault 35: a certificate of a known authority is fine", async () => {
  await withTls("valid", async ({ port }, { caCert }) => {
    for (const hostname of ["localhost", "127.0.0.1"]) {
      await using cluster = tlsCluster(port, { hostname, caCerts: [caCert] });
      assertEquals(await cluster.getRoutingClient().set("k", "v"), "OK");
      assertEquals(await cluster.map((client) => client.get("k")), "v");
      using dedicated = await cluster.connect(0);
      assertEquals(await dedicated.get("k"), "v");
    }
  });
});

Deno.test("fault 35: an unknown authority is refused", async () => {
  await withTls("valid", async ({ port }, { otherCaCert }) => {
    await assertRefused(port, {}, "UnknownIssuer");
    await assertRefused(port, { caCerts: [otherCaCert] }, "UnknownIssuer");
  });
});

Deno.test("fault 35: a wrong host name is refused", async () => {
  await withTls("otherName", async ({ port }, { caCert }) => {
    for (const hostname of ["localhost", "127.0.0.1"]) {
      await assertRefused(port, { hostname, caCerts: [caCert] }, "name");
    }
  });
});

Deno.test("fault 35: an expired certificate is refused", async () => {
  await withTls("expired", async ({ port }, { caCert }) => {
    await assertRefused(port, { caCerts: [caCert] }, "xpired");
  });
});

Deno.test("fault 35: plain text to a TLS port is a typed error", async () => {
  await withTls("valid", async ({ port }) => {
    for (const host of [{}, { db: 1 }]) {
      await using cluster = tlsCluster(port, { tls: false, ...host });
      const client = cluster.getRoutingClient();
      for (const call of [() => client.incr("k"), () => cluster.connect(0)]) {
        const error = await assertRejects(async () => {
          const result = await call();
          // A connection that needs no handshake fails with its first command.
          if (typeof result !== "number") await result.get("k");
        }, TransportError);
        assert(
          error instanceof ProtocolError || error instanceof ConnectionError,
        );
      }
    }
  });
});

Deno.test("fault 35: TLS to a plain port is a typed error", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port, {
    timeout: 300,
    hostDefaults: { hostname: "localhost", tls: true },
  });
  const error = await assertRejects(
    () => cluster.getRoutingClient().get("k"),
    TransportError,
  );
  assert(error instanceof ConnectionError || error instanceof TimeoutError);
  assertEquals(error.outcome, "not-sent");
});

Deno.test("fault 35: a failed AUTH is not retried", async () => {
  await using server = await RedisServer.start({
    transport: "tcp",
    config: { requirepass: SECRET },
  });
  await using proxy = await FaultProxy.start(server);
  await using cluster = clusterAt(proxy.port, {
    hostDefaults: { password: WRONG },
  });
  const client = cluster.getRoutingClient();
  const calls = [
    () => client.get("k"),
    () => cluster.map((client) => client.get("k")),
    () => cluster.connect(0),
  ];
  for (const [index, call] of calls.entries()) {
    await failureOf(ConnectionError, call);
    assertEquals(proxy.stats.accepted, index + 1);
  }
  await eventually(() => proxy.connections === 0);
  await using direct = oracle(server);
  await direct.command("AUTH", SECRET);
  const log = await direct.command("ACL", "LOG");
  assert(Array.isArray(log) && Array.isArray(log[0]));
  // One entry for all, as they came from the same address: the first field.
  const total = log.reduce<number>(
    (sum, entry) => sum + (Array.isArray(entry) ? Number(entry[1]) : 0),
    0,
  );
  assertEquals(total, 3);
});
