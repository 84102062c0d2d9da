// Maps so large that part of them leaves while the rest is still being issued.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { CommandError } from "../../src/errors.ts";
import type { RbPromise } from "../../src/promise.ts";
import { makeTestCluster, RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { eventually, sleep } from "../faults/outcome.ts";
import { assertInStep, assertQuiet, fill, Proxied } from "../faults/proxied.ts";
import { clusterAt } from "../faults/single_host.ts";

/** More commands than wait for the end of a turn. */
const MANY = 20_000;
/** However busy the machine is: so many commands have the time they take. */
const PATIENT = { timeout: 60_000 };
const ONE = { servers: 1, databasesEach: 1, cluster: PATIENT };

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `key:${i}`);
}

Deno.test("Cluster.map() lets servers begin while commands are being issued", async () => {
  await using cluster = await makeTestCluster(ONE);
  const sent = () => cluster.stats().get(0)?.bytes.sent ?? 0;
  // The idle connection does not become one that has to be checked first.
  using _ = new FakeTime();
  await cluster.map((client) => client.get("idle connection"));
  const before = sent();
  const promises = await cluster.map((client) => {
    const promises = names(MANY).map((key) => client.incr(key));
    assert(sent() > before + 100_000, "nothing has left within the turn");
    return promises;
  });
  assert(promises.every(({ value }) => value === 1));
});

Deno.test("Cluster.map() keeps a few commands back until the turn is over", async () => {
  await using cluster = await makeTestCluster(ONE);
  const sent = () => cluster.stats().get(0)?.bytes.sent ?? 0;
  await cluster.map((client) => client.get("idle connection"));
  const before = sent();
  await cluster.map((client) => {
    for (const key of names(100)) client.get(key);
    assertEquals(sent(), before);
  });
});

Deno.test("Cluster.map() keeps the order of commands for one host", async () => {
  await using cluster = await makeTestCluster(ONE);
  // With no connection at first, and over an idle one.
  for (const start of [0, MANY]) {
    const counts = await cluster.map((client) =>
      Array.from({ length: MANY }, () => client.incr("counter"))
    );
    assertEquals(
      counts.findIndex(({ value }, i) => value !== start + i + 1),
      -1,
    );
  }
});

Deno.test("Cluster.map() gives each of very many promises its own reply", async () => {
  await using cluster = await makeTestCluster({
    servers: 2,
    databasesEach: 2,
    cluster: PATIENT,
  });
  const keys = names(MANY);
  for (const options of [{}, { autoBatch: false }, { maxConcurrency: 1 }]) {
    const promises = await cluster.map((client) =>
      keys.map((key, i) => {
        client.set(key, `value:${i}`);
        if (i % 3 === 0) client.hset(`hash:${i}`, "field", i);
        const replies: RbPromise<unknown>[] = [client.get(key)];
        if (i % 3 === 0) replies.push(client.hget(`hash:${i}`, "field"));
        return replies;
      }), options);
    promises.forEach(([value, field], i) => {
      assertEquals(value.value, `value:${i}`);
      if (i % 3 === 0) assertEquals(field.value, `${i}`);
    });
  }
});

Deno.test("Cluster.map() reports failures of a large map in the order of issue", async () => {
  await using cluster = await makeTestCluster({
    servers: 2,
    databasesEach: 2,
    cluster: PATIENT,
  });
  const broken = ["key:5", "key:9999", "key:19998"];
  await cluster.map((client) => broken.map((key) => client.lpush(key, "x")));
  const promises: RbPromise<number>[] = [];
  const error = await assertRejects(
    () =>
      cluster.map((client) => {
        for (const key of names(MANY)) promises.push(client.incr(key));
      }),
    AggregateError,
    `3 of ${MANY} commands failed`,
  );
  const expected = broken.map((key) =>
    promises[Number(key.slice("key:".length))].reason
  );
  assert(expected.every((reason) => reason instanceof CommandError));
  assertEquals(error.errors, expected);
  assertEquals(promises.filter(({ isResolved }) => !isResolved).length, 3);
});

Deno.test("Cluster.map() settles everything when its callback throws after a part has left", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  using _ = new FakeTime();
  await host.cluster.map((client) => client.get("idle connection"));
  const thrown = new Error("Thrown by the callback");
  const promises: RbPromise<number>[] = [];
  const error = await assertRejects(() =>
    host.cluster.map((client) => {
      for (const key of names(MANY)) promises.push(client.incr(`n:${key}`));
      throw thrown;
    })
  );
  assertEquals(error, thrown);
  assert(promises.every(({ isRejected }) => isRejected));
  const size = await host.oracle.command("DBSIZE") as number;
  assert(size < MANY, "what had not left was sent all the same");
  await assertInStep(host, keys);
});

Deno.test("Cluster.map() settles everything when a host goes away while a part leaves", async () => {
  await using host = await Proxied.start(2);
  using time = new FakeTime();
  await host.cluster.map((client) => {
    for (const key of names(10)) client.get(key);
  });
  const promises: RbPromise<number>[] = [];
  await time.settled(assertRejects(() =>
    host.cluster.map((client) => {
      for (const key of names(MANY)) promises.push(client.incr(key));
      host.proxies[0].reset();
    })
  ));
  const router = host.cluster.getRouter();
  promises.forEach((promise, i) => {
    const isOfLost = router.getHostForKey(`key:${i}`) === 0;
    assertEquals(promise.isResolved || isOfLost, true);
    assert(!promise.isPending);
  });
  const counts = await host.oracle.command(
    "MGET",
    ...names(1_000),
  ) as unknown[];
  assert(counts.every((count) => count === null || count === "1"));
  await assertQuiet(host.cluster);
});

Deno.test("Cluster.map() keeps the order of commands when a connection is lost within the turn", async () => {
  await using host = await Proxied.start(1);
  using time = new FakeTime();
  await host.cluster.map((client) => client.get("idle connection"));
  // Nothing comes through, so that what has begun to leave is lost.
  host.proxy.hold();
  const mapped = host.cluster.map((client) => {
    const older = client.set("key", "older");
    // More than the buffers of the system take.
    for (const key of names(200)) client.set(key, "x".repeat(100_000));
    const old = client.set("key", "old");
    for (const key of names(MANY)) client.set(key, "x");
    return [older, old, client.set("key", "new")];
  }, { settled: true, autoBatch: false });
  await sleep(20);
  host.proxy.reset();
  host.proxy.pass();
  const [older, old, last] = await time.settled(mapped);
  assert(older.isRejected, "the first part was sent, and has no reply");
  assert(old.isResolved && last.isResolved, "the others had not been sent");
  assertEquals(await host.oracle.command("GET", "key"), "new");
  await assertQuiet(host.cluster);
});

Deno.test("a large number of commands keeps its order when its host is there later", async () => {
  for (const kind of ["map", "routing"] as const) {
    await using host = await Proxied.start(1, {
      timeout: 60_000,
      poolOptions: { maxRetries: 9, breaker: { threshold: 100 } },
    });
    const { cluster, proxy } = host;
    await proxy.refuse();
    const client = cluster.getRoutingClient();
    const issue = (
      set: (key: string, value: string) => PromiseLike<unknown>,
    ) => {
      const replies = [set("key", "old")];
      for (const key of names(MANY)) replies.push(set(key, "1"));
      return [...replies, set("key", "new")];
    };
    const done = kind === "map"
      ? cluster.map((client) => issue((key, value) => client.set(key, value)))
      : Promise.all(issue((key, value) => client.set(key, value)));
    // The first attempts to connect fail; what is refused is tried again.
    await eventually(() => cluster.getPoolForHost(0).failures > 0);
    proxy.pass();
    await done;
    assertEquals(await client.get("key"), "new");
  }
});

Deno.test("MappingClient.cancel() keeps back what had not left, whatever callbacks issue", async () => {
  await using host = await Proxied.start(2);
  const [first] = host.keys(0, 1);
  const [victim, large] = host.keys(1, 2);
  await host.cluster.map((client) => [client.get(first), client.get(victim)]);
  const client = host.cluster.getMappingClient({ autoBatch: false });
  client.get(first).done(null, () => {
    client.set(large, "x".repeat(1_000_000));
    client.set(large, "x".repeat(1_000_000));
  });
  const promise = client.set(victim, "not wanted");
  client.cancel(new Error("No longer wanted"));
  assert(promise.isRejected);
  await assertRejects(() => client.join());
  await sleep(50);
  assertEquals(await host.oracles[1].command("EXISTS", victim, large), 0);
  await assertQuiet(host.cluster);
});

Deno.test("Cluster.map() refuses a large part for a host that is down at the end of the turn", async () => {
  let port = 0;
  {
    await using server = await RedisServer.start({ transport: "tcp" });
    port = server.port;
  }
  await using cluster = clusterAt(port, { poolOptions: { maxRetries: 0 } });
  for (let i = 0; i < 3; i++) {
    await assertRejects(() => cluster.getRoutingClient().get("key"));
  }
  const error = await assertRejects(
    () =>
      cluster.map((client) => {
        client.set("a", "1").done(null, () => client.get("b"));
        const promise = client.set("large", "x".repeat(1_000_000));
        assert(promise.isPending);
        client.incr("c");
      }),
    AggregateError,
  );
  const commands = error.errors.map(({ command }) => command);
  assertEquals(commands, ["SET", "SET", "INCR", "GET"]);
});
