// Time is up only if the reply is not there: the program was held up, by itself
// or by us, and what has come meanwhile is read before deadlines are judged.
// Covered: every door and its deadline (client, call, map, fanout, sequence,
// dedicated connection, blocking command), the dial and its handshake, the wait
// for a connection, liveness checks, and replies that take many reads; text and
// bytes, RESP2 and RESP3, TCP, TLS and unix sockets.

import { assert, assertEquals } from "@std/assert";
import { Cluster, type ClusterOptions, TimeoutError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { Proxied } from "../../support/proxied.ts";
import { oracle } from "../../support/raw_client.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { bounded, eventually, sleep, turn } from "./outcome.ts";
import { assertQuiet, reasonOf } from "./proxied.ts";

/** The time that commands have, which is over long before the program goes on. */
const TIMEOUT = 100;

/** Holds up this program, and no other one. */
function holdUp(time = 10 * TIMEOUT): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time);
}

/** Holds it up in the turn after next, when what was issued has left. */
async function heldUp<T>(
  promise: PromiseLike<T>,
  hold: () => void = holdUp,
): Promise<T> {
  await turn();
  await turn();
  hold();
  return await bounded(promise);
}

/** Holds it up until a server has done what it is at, and for a while after it. */
function holdUpUntilFree({ port }: RedisServer): void {
  const args = ["-p", String(port), "PING"];
  assert(new Deno.Command("redis-cli", { args }).outputSync().success);
  holdUp();
}

/** Each kind of deadline, with what it is to be read in spite of it. */
const DOORS: Record<string, (cluster: Cluster) => PromiseLike<unknown>> = {
  "a client": (cluster) =>
    cluster.getRoutingClient({ timeout: TIMEOUT }).get("key"),
  "a local client": (cluster) =>
    cluster.getLocalClient(0, { timeout: TIMEOUT }).get("key"),
  "a call": (cluster) =>
    cluster.getRoutingClient().sendCommand("GET", ["key"], {
      timeout: TIMEOUT,
    }),
  "a map": async (cluster) =>
    (await cluster.map((map) => [map.get("key")], { timeout: TIMEOUT }))[0]
      .value,
  "a map that awaits": (cluster) =>
    cluster.map(async (map) => await map.get("key"), { timeout: TIMEOUT }),
  "mapBatches": async (cluster) => {
    const options = { timeout: TIMEOUT };
    const get = cluster.mapBatches(
      ["key"],
      (map, key) => map.get(key),
      options,
    );
    return (await get.next()).value[1];
  },
  "a fanout": async (cluster) =>
    (await cluster.all((all) => all.get("key"), { timeout: TIMEOUT })).get(0),
  "executeCommands": async (cluster) => {
    const commands = { key: [["GET", "key"]] } as const;
    const options = { timeout: TIMEOUT };
    return (await cluster.executeCommands(commands, options)).key[0].value;
  },
  "connect": async (cluster) => {
    using client = await cluster.connect(0, { timeout: TIMEOUT });
    return await client.get("key");
  },
  "a command that blocks": async (cluster) => {
    const client = cluster.getRoutingClient({ timeout: TIMEOUT });
    return (await client.blpop(0.1, "list"))?.[1];
  },
};

/** A cluster of one server that has the value. */
async function withValue(
  server: RedisServer,
  options: Partial<ClusterOptions> = {},
): Promise<Cluster> {
  await using direct = oracle(server);
  await direct.command("SET", "key", "value");
  await direct.command("RPUSH", "list", "value");
  return new Cluster({ hosts: [server.host], ...options });
}

for (const [door, read] of Object.entries(DOORS)) {
  for (const transport of ["tcp", "unix"] as const) {
    const protocol = transport === "tcp" ? 2 : 3;
    Deno.test(`fault 49: ${door} gets what came while the program was held up (RESP${protocol}, ${transport})`, async () => {
      await using server = await RedisServer.start({ transport });
      await using cluster = await withValue(server, {
        poolOptions: { protocol },
      });
      // The connection is there already, as it is most of the time.
      await cluster.getRoutingClient().get("other");
      assertEquals(await heldUp(read(cluster)), "value");
    });
  }
}

Deno.test("fault 49: a handshake, also that of TLS, is not given up because the program was held up", async () => {
  await using tls = await makeTlsFixtures();
  const secure = { tls: true, caCerts: [tls.caCert] };
  await using plainServer = await RedisServer.start({ transport: "tcp" });
  await using tlsServer = await RedisServer.start({ tls: tls.valid });
  for (
    const [server, options] of [[plainServer, {}], [tlsServer, secure]] as const
  ) {
    await using cluster = new Cluster({
      hosts: [{ ...server.host, ...options, db: 1, name: "held" }],
      timeout: 30_000,
      poolOptions: { dialTimeout: TIMEOUT, maxRetries: 0 },
    });
    assertEquals(await heldUp(cluster.getRoutingClient().incr("n")), 1);
    using client = await heldUp(cluster.connect(0, { timeout: TIMEOUT }));
    assertEquals(await client.incr("n"), 2);
  }
});

Deno.test("fault 49: bytes of a reply that takes many reads are taken as long as they come", async () => {
  const size = 8 * 2 ** 20;
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = await withValue(server);
  await using direct = oracle(server);
  await direct.command("SETRANGE", "large", String(size - 1), "x");
  const client = cluster.getRoutingClient();
  await client.get("other");
  const bytes = client.sendCommand("GET", ["large"], {
    returnUint8Arrays: true,
    timeout: TIMEOUT,
  });
  assertEquals((await heldUp(bytes) as Uint8Array).length, size);
});

Deno.test("fault 49: a liveness check that was answered counts, whenever it is looked at", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = await withValue(server);
  const client = cluster.getRoutingClient();
  await client.get("key");
  const { opened } = cluster.stats().get(0)!.connections;
  // Idle for so long that it is asked before it is used again.
  await sleep(150);
  const read = client.get("key");
  await turn();
  await turn();
  holdUp(1_500);
  assertEquals(await bounded(read), "value");
  assertEquals(cluster.stats().get(0)!.connections.opened, opened);
});

Deno.test("fault 49: who waits for a connection gets one that became free meanwhile", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = await withValue(server, {
    poolOptions: { maxConnections: 1 },
  });
  await cluster.map((map) => map.get("other"));
  const slow = cluster.map((map) =>
    map.eval("local n = 0\nfor i = 1, 3e7 do n = n + 1 end return n", [
      "key",
    ], [])
  );
  await eventually(() => cluster.getPoolForHost(0).leased === 1);
  const waits = cluster.map((map) => [map.get("key")], { timeout: TIMEOUT });
  const free = () => holdUpUntilFree(server);
  assertEquals((await heldUp(waits, free))[0].value, "value");
  await slow;
});

Deno.test("fault 49: a server that says nothing is given up all the same", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient({ timeout: TIMEOUT });
  await client.get("key");
  host.proxy.hold();
  const reads = [
    client.get("key"),
    host.cluster.map((map) => map.get("key"), { timeout: TIMEOUT }),
  ].map(reasonOf);
  for (const reason of await heldUp(Promise.all(reads))) {
    assert(reason instanceof TimeoutError, String(reason));
  }
  host.proxy.pass();
  await assertQuiet(host.cluster);
});

/** Counts turns of the event loop. */
class Turns implements Disposable {
  count = 0;
  #over = false;

  constructor() {
    this.#next();
  }

  #next(): void {
    setTimeout(() => {
      if (this.#over) return;
      this.count++;
      this.#next();
    });
  }

  [Symbol.dispose](): void {
    this.#over = true;
  }
}

/** How many commands are rejected together. */
const MANY = 20_000;

/** Ways in which many commands end together, over an established connection. */
const ENDS: Record<string, (host: Proxied, abort: () => void) => unknown> = {
  "a lost connection": ({ proxy }) => proxy.reset(),
  "an abort": (_host, abort) => abort(),
};

for (const [what, end] of Object.entries(ENDS)) {
  for (const kind of ["native", "map"]) {
    Deno.test(`fault 49: ${MANY} commands that end by ${what} leave the event loop its turns (${kind})`, async () => {
      await using host = await Proxied.start(1, {
        timeout: 60_000,
        poolOptions: { maxRetries: 0 },
      });
      const controller = new AbortController();
      const { signal } = controller;
      const client = host.cluster.getRoutingClient({ signal });
      await client.get("key");
      host.proxy.hold();
      using turns = new Turns();
      const seen: number[] = [];
      const note = () => void seen.push(turns.count);
      const issue = (one: { incr(key: string): PromiseLike<unknown> }) => {
        for (let i = 0; i < MANY; i++) one.incr("n").then(() => {}, note);
      };
      const over = kind === "native"
        ? issue(client)
        : client.map((map) => issue(map), { settled: true });
      await eventually(() =>
        host.cluster.stats().get(0)!.queue.commands === MANY
      );
      await turn();
      await eventually(() => {
        // Again, until it is the connection that they are on.
        if (seen.length === 0) {
          end(host, () => controller.abort(new Error("given up")));
        }
        return seen.length === MANY;
      });
      assert(
        seen.at(-1)! - seen[0] >= MANY / 1_000 - 1,
        `${seen[0]}, ${seen.at(-1)}`,
      );
      await over;
      host.proxy.pass();
      await assertQuiet(host.cluster);
    });
  }
}

Deno.test("fault 49: the replies of a healthy host come while the commands of one that is down are rejected", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = new Cluster({
    hosts: [server.host, { port: 1 }],
    timeout: 60_000,
    poolOptions: { breaker: { threshold: 1 }, maxRetries: 0 },
  });
  const router = cluster.getRouter();
  const all = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
  const keys = all.filter((key) => router.getHostForKey(key) === 0);
  const dead = all.find((key) => router.getHostForKey(key) === 1)!;
  await reasonOf(cluster.getRoutingClient().get(dead));
  assert(cluster.getPoolForHost(1).down);
  const order: string[] = [];
  // The connection to the healthy host is there.
  await cluster.map((map) => map.get(keys[0]));
  await cluster.map((map) => {
    for (let i = 0; i < MANY; i++) {
      map.get(dead).done(null, () => order.push("rejected"));
    }
    for (const key of keys) map.get(key).done(() => order.push("answered"));
  }, { settled: true });
  assertEquals(order.length, MANY + keys.length);
  assertEquals(order.at(-1), "rejected");
});

Deno.test("fault 49: each command that was rejected with others has an error of its own, made once", async () => {
  await using cluster = new Cluster({
    hosts: [{ port: 1 }],
    poolOptions: { maxRetries: 0 },
  });
  const client = cluster.getRoutingClient();
  const promises = await client.map(
    (map) => Array.from({ length: 3_000 }, () => map.get("key")),
    { settled: true },
  );
  const reasons = promises.map(({ reason }) => reason);
  assertEquals(new Set(reasons).size, promises.length);
  assertEquals(promises.map(({ reason }) => reason), reasons);
  for (const reason of reasons) {
    assert(reason instanceof Error && "hostId" in reason);
    assertEquals(reason.hostId, 0);
  }
  // All are counted, though none was looked at when they were.
  const { errors } = cluster.stats().get(0)!;
  const counted = Object.values(errors).reduce((sum, count) => sum + count, 0);
  assertEquals(counted, promises.length);
});
