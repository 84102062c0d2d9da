import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import type { FanoutOptions } from "../../src/clients/client_options.ts";
import { CommandError, ConnectionError } from "../../src/errors.ts";
import type { RbPromise } from "../../src/promise.ts";
import { makeTestCluster, type TestCluster } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";

const SMALL = { servers: 2, databasesEach: 2 };
const IDS = [0, 1, 2, 3];

/** Writes on every host what tells it from the others. */
async function fill(cluster: TestCluster): Promise<void> {
  for (const id of cluster.hosts.keys()) {
    const client = cluster.getLocalClient(id);
    await client.set("foo", id);
    await client.zadd("zset", { [`m${id}`]: id });
  }
}

Deno.test("Cluster.fanout() sends to all hosts", async () => {
  await using cluster = await makeTestCluster();
  await fill(cluster);
  const [values, ranges] = await cluster.fanout("all", (client) => [
    client.get("foo"),
    client.zrange("zset", 0, -1, { withScore: true }),
  ]);
  assertEquals(cluster.hosts.size, 32);
  for (const id of cluster.hosts.keys()) {
    assertEquals(values.value.get(id), `${id}`);
    assertEquals(ranges.value.get(id), [`m${id}`, `${id}`]);
  }
});

Deno.test("Cluster.fanout() sends to some hosts, in the caller's order", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await fill(cluster);
  const values = await cluster.fanout([3, 1], (client) => client.get("foo"));
  assertEquals([...values], [[3, "3"], [1, "1"]]);
  await cluster.fanout([0, 1], (client) => client.flushdb());
  const sizes = await cluster.all((client) => client.dbsize());
  assertEquals([...sizes], [[0, 0], [1, 0], [2, 2], [3, 2]]);
  assertEquals(await cluster.fanout([], (client) => client.ping()), new Map());
});

Deno.test("Cluster.all() runs commands that name no key", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const info = await cluster.all((client) => client.info("server"));
  assertEquals([...info.keys()], IDS);
  for (const text of info.values()) assert(text.includes("redis_version"));
  const pings = await cluster.getRoutingClient().all((client) => client.ping());
  assertEquals([...pings.values()], IDS.map(() => "PONG"));
  const sent = await cluster.all((client) => client.sendCommand("ECHO", [7]));
  assertEquals([...sent.values()], IDS.map(() => "7"));
});

Deno.test("FanoutClient.targetKey() sends to the host of a key", async () => {
  await using cluster = await makeTestCluster();
  const promise = await cluster.fanout((client) => {
    const node = client.targetKey("foo");
    node.set("foo", "42");
    return { get: node.get("foo"), ping: node.ping() };
  });
  assertEquals([promise.get.value, promise.ping.value], ["42", "PONG"]);
  assertEquals(await cluster.getRoutingClient().get("foo"), "42");
});

Deno.test("FanoutClient.target() sends to the hosts it names", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const values = await cluster.fanout((client) => {
    client.target([0, 1]).set("foo", 42);
    return client.target("all").get("foo");
  });
  assertEquals([...values.values()], ["42", "42", null, null]);
  // It changes the hosts of a fanout that has some.
  const one = await cluster.all((client) => client.target([2]).ping());
  assertEquals([...one], [[2, "PONG"]]);
});

Deno.test("FanoutClient.target() can be asked once", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.fanout((client) => {
    const targeted = client.target([0]);
    assertThrows(() => targeted.target([1]), TypeError, "targeted already");
    assertThrows(() => targeted.targetKey("a"), TypeError, "targeted already");
  });
});

Deno.test("Cluster.fanout() fails where it has no hosts", async () => {
  await using cluster = await makeTestCluster(SMALL);
  let promise: RbPromise<unknown> | undefined;
  await assertRejects(
    () =>
      cluster.fanout((client) => {
        promise = client.get("bar");
      }),
    TypeError,
    "The fanout has no hosts",
  );
  assertInstanceOf(promise?.reason, TypeError);
});

Deno.test("Cluster.fanout() takes its hosts as an option as well", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const values = await cluster.fanout((client) => client.ping(), {
    hosts: [1, 2],
  });
  assertEquals([...values.keys()], [1, 2]);
});

Deno.test("Cluster.fanout() sends once to a host that is named twice", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const counts = await cluster.fanout([1, 0, 1], (client) => client.incr("a"));
  assertEquals([...counts], [[1, 1], [0, 1]]);
  const targeted = await cluster.fanout((client) =>
    client.target([1, 1]).incr("a")
  );
  assertEquals([...targeted], [[1, 2]]);
});

Deno.test("Cluster.fanout() takes its hosts in one place alone", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const options: FanoutOptions = { hosts: [1] };
  const calls: (() => unknown)[] = [
    () => cluster.fanout([0], (client) => client.ping(), options),
    () => cluster.fanout("all", options),
    () => cluster.all((client) => client.ping(), options),
    () => cluster.all(options),
    () => cluster.getFanoutClient([1], options),
  ];
  for (const call of calls) {
    assertThrows(call, TypeError, "the call names its hosts already");
  }
});

Deno.test("Cluster.fanout() takes no harm when its promises are settled by hand", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.getLocalClient(1).rpush("list", 1);
  const mine = new Map([[7, 7]]);
  const promises = await cluster.all((client) => {
    const all = [
      client.incr("a"),
      client.incr("list"),
      client.hset("hash", { a: 1 }),
    ];
    for (const promise of all) promise.resolve(mine);
    return all;
  });
  assertEquals(promises.map(({ value }) => value), [mine, mine, mine]);
});

Deno.test("Cluster.fanout() refuses a host that is not there", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await assertRejects(
    () => cluster.fanout([0, 9], (client) => client.ping()),
    RangeError,
    "There is no host 9",
  );
});

Deno.test("Cluster.fanout() throws the error of the host that failed", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.getLocalClient(2).rpush("foo", 1);
  const error = await assertRejects(
    () => cluster.all((client) => client.incr("foo")),
    CommandError,
  );
  assertEquals([error.hostId, error.command], [2, "INCR"]);
  // The others have done it all the same.
  assertEquals(await ask(cluster.setup.hosts[3], "GET", "foo"), "1");
});

Deno.test("Cluster.fanout() throws the errors of several hosts together", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await cluster.fanout([1, 3], (client) => client.rpush("foo", 1));
  const error = await assertRejects(
    () => cluster.all((client) => client.incr("foo")),
    AggregateError,
    "failed on 2 of 4 hosts",
  );
  assertEquals(error.errors.map((one) => one.hostId), [1, 3]);
});

Deno.test("Cluster.fanout() gives an outcome for each host when settled", async () => {
  await using cluster = await makeTestCluster({
    ...SMALL,
    cluster: { poolOptions: { maxRetries: 0 } },
  });
  await cluster.getLocalClient(1).rpush("foo", 1);
  await cluster.setup.servers[1].kill();
  const promises = await cluster.all(
    (client) => ({ counts: client.incr("foo"), pongs: client.ping() }),
    { settled: true },
  );
  const outcomes = promises.counts.value;
  assertEquals([...outcomes.keys()], IDS);
  assertEquals(outcomes.get(0), { status: "fulfilled", value: 1 });
  const [, wrongType, ...dead] = outcomes.values();
  assert(wrongType.status === "rejected");
  assertInstanceOf(wrongType.reason, CommandError);
  for (const [index, outcome] of dead.entries()) {
    assert(outcome.status === "rejected");
    assertInstanceOf(outcome.reason, ConnectionError);
    assertEquals(outcome.reason.hostId, index + 2);
  }
  assertEquals(
    promises.pongs.value.values().map(({ status }) => status).toArray(),
    ["fulfilled", "fulfilled", "rejected", "rejected"],
  );
});

Deno.test("Cluster.fanout() as a block is joined when it ends", async () => {
  await using cluster = await makeTestCluster(SMALL);
  let promise: RbPromise<Map<number, string>>;
  {
    await using client = cluster.all();
    promise = client.set("foo", 1);
  }
  assertEquals([...promise.value.keys()], IDS);
  {
    await using client = cluster.fanout([0]);
    promise = client.ping();
  }
  assertEquals([...promise.value], [[0, "PONG"]]);
  {
    await using client = cluster.fanout({ timeout: 30_000 });
    promise = client.target([1]).ping();
  }
  assertEquals([...promise.value], [[1, "PONG"]]);
});

Deno.test("FanoutClient.join() and cancel() end it by hand", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const client = cluster.getFanoutClient("all");
  const first = client.ping();
  await client.join();
  assertEquals(first.value.size, 4);
  const second = client.set("foo", 1);
  client.cancel("given up");
  await assertRejects(() => client.join());
  assertInstanceOf(second.reason, AggregateError);
  assertEquals(second.reason.errors, IDS.map(() => "given up"));
  assertEquals(await ask(cluster.setup.hosts[0], "EXISTS", "foo"), 0);
});

Deno.test("Cluster.fanout() names the option that is wrong", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const wrong: [Record<string, unknown>, string][] = [
    [{ settle: true }, 'Unknown option "settle" of the fanout'],
    [{ settled: 1 }, 'The option "settled" of the fanout'],
    [{ hosts: "some" }, 'The option "hosts" of the fanout'],
    [{ hosts: ["0"] }, 'The option "hosts" of the fanout'],
    [{ timeout: 0 }, 'The option "timeout" of the fanout'],
  ];
  for (const [options, message] of wrong) {
    assertThrows(
      () => cluster.fanout(options as FanoutOptions),
      TypeError,
      message,
    );
  }
});

Deno.test("Cluster.fanout() refuses a selection of a wrong shape", async () => {
  await using cluster = await makeTestCluster(SMALL);
  for (const hosts of [["0"], [0.5], [undefined], "0"]) {
    await assertRejects(async () =>
      await Reflect.apply(cluster.fanout, cluster, [
        hosts,
        (client: ReturnType<typeof cluster.getFanoutClient>) => client.ping(),
      ])
    );
  }
});
