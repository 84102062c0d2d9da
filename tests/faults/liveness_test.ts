/**
 * Fault 44: whatever a server answers when it is asked whether it is there, it
 * is there. Covered: each state in which servers answer an error, and texts that
 * are none of them; the doors through which hosts are asked (probes of a host
 * that is down, the proof of a new connection, the check of an idle one,
 * `ping()`, `waitUntilUp()`); RESP2 and RESP3; TCP, TLS and unix sockets; states
 * of real servers (MISCONF, NOPERM, NOAUTH), and refusals, which remain.
 *
 * @module
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Cluster, CommandError, ConnectionError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { bounded, eventually, failureOf, sleep } from "./outcome.ts";
import { Proxied } from "./proxied.ts";

const STATES = [
  "MISCONF Redis is configured to save RDB snapshots, but cannot",
  "BUSY Redis is busy running a script",
  "LOADING Redis is loading the dataset in memory",
  "READONLY You can't write against a read only replica.",
  "MASTERDOWN Link with MASTER is down",
  "NOPERM this user has no permissions to run the 'ping' command",
  "NOAUTH Authentication required.",
  "ERR unknown command 'PING'",
  "WHATEVER it is",
];

/** Brings the host of a cluster down, and lets it be reached again. */
async function bringDown({ cluster, proxy }: Proxied): Promise<void> {
  const pool = cluster.getPoolForHost(0);
  await proxy.refuse();
  proxy.reset();
  while (!pool.down) await cluster.getRoutingClient().get("k").catch(() => {});
}

for (const protocol of [2, 3] as const) {
  for (const transport of ["tcp", "unix"] as const) {
    Deno.test(`fault 44: a host is back whatever it answers to a probe (RESP${protocol}, ${transport})`, async () => {
      await using host = await Proxied.start(1, {
        transport,
        poolOptions: { protocol, maxRetries: 0, breaker: { minDelay: 10 } },
      });
      const { cluster, proxy, oracle } = host;
      await oracle.command("SET", "k", "v");
      for (const state of STATES) {
        await bringDown(host);
        proxy.answer(state, { commands: ["PING"] });
        await eventually(() => !cluster.getPoolForHost(0).down);
        assertEquals(await cluster.getRoutingClient().get("k"), "v", state);
      }
    });

    Deno.test(`fault 44: an idle connection is used whatever it answers (RESP${protocol}, ${transport})`, async () => {
      await using host = await Proxied.start(1, {
        transport,
        poolOptions: { protocol },
      });
      const { cluster, proxy } = host;
      const client = cluster.getRoutingClient();
      await client.set("k", "v");
      for (const state of STATES) {
        proxy.answer(state, { commands: ["PING"] });
        await sleep(110);
        const { answered } = proxy.stats;
        assertEquals(await client.get("k"), "v", state);
        assert(proxy.stats.answered > answered, "it was checked");
      }
      const { opened, lost } = cluster.stats().get(0)!.connections;
      assertEquals([opened, lost], [1, 0]);
    });
  }
}

Deno.test("fault 44: ping() and waitUntilUp() take any answer", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 0, breaker: { minDelay: 60_000 } },
  });
  const { cluster, proxy } = host;
  for (const state of STATES) {
    for (const isDown of [false, true]) {
      const calls: (() => PromiseLike<unknown>)[] = [
        () => cluster.ping(),
        () => cluster.ping({ settled: true }),
        () => cluster.waitUntilUp(),
      ];
      for (const call of calls) {
        if (isDown) await bringDown(host);
        proxy.answer(state, { commands: ["PING"] });
        await bounded(call());
        assert(!cluster.getPoolForHost(0).down, state);
        proxy.pass();
      }
    }
  }
  const outcomes = await cluster.ping({ settled: true });
  assertEquals(outcomes.get(0)?.status, "fulfilled");
});

Deno.test("fault 44: a server that cannot save is used after a timeout", async () => {
  await using host = await Proxied.start(1, {
    serverTransport: "tcp",
    config: { save: "3600 1" },
    poolOptions: { maxRetries: 0, breaker: { minDelay: 10 } },
  });
  const { cluster, oracle, proxy, server } = host;
  await oracle.command("SET", "k", "v");
  // A directory of that name cannot be replaced by a file.
  await Deno.mkdir(`${server.dir}/dump.rdb/x`, { recursive: true });
  await oracle.command("BGSAVE");
  await eventually(async () => {
    const error = await oracle.command("SET", "k", "v").catch((it) => it);
    return error instanceof Error && error.message.startsWith("MISCONF");
  });
  const client = cluster.getRoutingClient({ timeout: 200 });
  assertEquals(await bounded(client.get("k")), "v");
  proxy.hold();
  for (let i = 0; i < 6; i++) await client.get("k").catch(() => {});
  proxy.pass();
  await eventually(async () =>
    await client.get("k").catch(() => undefined) === "v"
  );
  await cluster.ping();
  const { error } = await failureOf(CommandError, () => client.set("k", "w"));
  assertEquals(error.code, "MISCONF");
  assertEquals(await client.get("k"), "v");
});

Deno.test("fault 44: who is refused is not taken for one that is answered", async () => {
  await using tls = await makeTlsFixtures();
  await using secured = await RedisServer.start({
    tls: tls.valid,
    config: { requirepass: "right" },
  });
  await using cluster = new Cluster({
    hosts: [{ port: secured.port, password: "wrong", tls: true }],
    hostDefaults: { hostname: "localhost", caCerts: [tls.caCert] },
    poolOptions: { maxRetries: 0 },
  });
  for (let i = 0; i < 4; i++) {
    for (
      const call of [
        () => cluster.ping(),
        () => cluster.waitUntilUp(),
        () => cluster.getRoutingClient().get("k"),
      ]
    ) {
      const { error } = await failureOf(ConnectionError, call);
      const refusal = error.cause instanceof ConnectionError
        ? error.cause.cause
        : undefined;
      assertInstanceOf(refusal, CommandError);
      assertEquals(refusal.code, "WRONGPASS");
    }
  }
  assert(!cluster.getPoolForHost(0).down, "it is there");
});

Deno.test("fault 44: a server over TLS that knows us not is there", async () => {
  await using tls = await makeTlsFixtures();
  await using secured = await RedisServer.start({
    tls: tls.valid,
    config: { requirepass: "secret" },
  });
  await using _direct = oracle({ path: secured.path });
  await using cluster = new Cluster({
    hosts: [{ hostname: "localhost", port: secured.port, tls: true }],
    hostDefaults: { caCerts: [tls.caCert] },
  });
  assertEquals((await cluster.ping()).size, 1);
  await cluster.waitUntilUp();
  const client = cluster.getRoutingClient();
  const { error } = await failureOf(CommandError, () => client.get("k"));
  assertEquals(error.code, "NOAUTH");
});
