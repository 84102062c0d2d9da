import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { FanoutClient } from "../../src/clients/fanout_client.ts";
import type { MappingClient } from "../../src/clients/mapping_client.ts";
import type { RoutingClient } from "../../src/clients/routing_client.ts";
import type { Cluster } from "../../src/cluster.ts";
import {
  CommandError,
  ConnectionError,
  DecodeError,
} from "../../src/errors.ts";
import { PartialError } from "../../src/partial_error.ts";
import type { RbPromise } from "../../src/promise.ts";
import { makeTestCluster, type TestCluster } from "../../src/testing.ts";
import type { Argument, Reply } from "../../src/values.ts";
import { FakeTime } from "../fake_time.ts";
import { typeOf } from "../type_checks.ts";
import { bounded, eventually } from "../../support/waiting.ts";

const HOSTS = 3;
const SETTLED = { settled: true } as const;

type Outcomes = PromiseSettledResult<Reply>[];
type Sender = (command: string, args: Argument[]) => Promise<Outcomes>;

function startCluster(): Promise<TestCluster> {
  return makeTestCluster({ servers: HOSTS, databasesEach: 1 });
}

/** So many keys of each host, one host after the other, over and over. */
function keysOf(cluster: Cluster, each: number): string[] {
  const router = cluster.getRouter();
  const found = Array.from({ length: HOSTS }, () => [] as string[]);
  for (let i = 0; found.some((keys) => keys.length < each); i++) {
    found[router.getHostForKey(`key:${i}`)].push(`key:${i}`);
  }
  return Array.from(
    { length: each * HOSTS },
    (_, i) => found[i % HOSTS][Math.floor(i / HOSTS)],
  );
}

/** The ways to ask for outcomes: on a routing client, and in a map. */
function senders(cluster: Cluster): Sender[] {
  return [
    (command, args) =>
      cluster.getRoutingClient().sendCommand(command, args, SETTLED),
    (command, args) =>
      cluster.map((client) => client.sendCommand(command, args, SETTLED)),
  ];
}

/** Fulfilled values as they are; rejected ones as the id of the host to blame. */
function summary(outcomes: Outcomes): unknown[] {
  return outcomes.map((outcome) =>
    outcome.status === "fulfilled"
      ? outcome.value
      : { failed: outcome.reason.hostId }
  );
}

function valueOf(key: string): string {
  return `value of ${key}`;
}

async function fill(cluster: Cluster, keys: string[]): Promise<void> {
  const client = cluster.getRoutingClient();
  await Promise.all(keys.map((key) => client.set(key, valueOf(key))));
}

Deno.test("settled commands have an outcome for each key in its order", async () => {
  await using cluster = await startCluster();
  for (const send of senders(cluster)) {
    const [a, b, c, d] = keysOf(cluster, 2);
    const pairs = [a, "A", b, "B", c, "C"];
    assertEquals(summary(await send("MSET", pairs)), ["OK", "OK", "OK"]);
    assertEquals(
      summary(await send("MGET", [c, d, a, a, b])),
      ["C", null, "A", "A", "B"],
    );
    assertEquals(summary(await send("EXISTS", [a, d, a])), [1, 0, 1]);
    assertEquals(summary(await send("TOUCH", [d, c])), [0, 1]);
    assertEquals(summary(await send("UNLINK", [b, d])), [1, 0]);
    // Deleting a key twice deletes it once, as within one command.
    assertEquals(summary(await send("del", [a, a, c])), [1, 0, 1]);
  }
});

Deno.test("settled commands have outcomes when one host has all keys", async () => {
  await using cluster = await startCluster();
  const keys = keysOf(cluster, 2).filter((_, i) => i % HOSTS === 0);
  await fill(cluster, keys);
  const [a, b] = keys;
  for (const send of senders(cluster)) {
    assertEquals(summary(await send("MGET", [b, a])), [valueOf(b), valueOf(a)]);
    assertEquals(summary(await send("MGET", [a])), [valueOf(a)]);
    assertEquals(summary(await send("EXISTS", [a, "none", b])), [1, 0, 1]);
    assertEquals(summary(await send("MSET", [a, valueOf(a)])), ["OK"]);
  }
  const local = cluster.getLocalClientForKey(a);
  assertEquals(
    summary(await local.sendCommand("MGET", [a, b], SETTLED)),
    [valueOf(a), valueOf(b)],
  );
});

Deno.test("settled commands of no keys have no outcomes", async () => {
  await using cluster = await startCluster();
  for (const send of senders(cluster)) {
    assertEquals(await send("MGET", []), []);
    assertEquals(await send("DEL", []), []);
  }
});

Deno.test("settled commands blame a dead host for its keys alone", async () => {
  await using cluster = await startCluster();
  const keys = keysOf(cluster, 2);
  await fill(cluster, keys);
  await cluster.setup.servers[1].kill();
  for (const send of senders(cluster)) {
    const twins = [...keys, keys[1], keys[0]];
    const outcomes = await send("MGET", twins);
    assertEquals(
      summary(outcomes),
      twins.map((key) =>
        cluster.getRouter().getHostForKey(key) === 1
          ? { failed: 1 }
          : valueOf(key)
      ),
    );
    const [, failed] = outcomes;
    assert(failed.status === "rejected");
    assertInstanceOf(failed.reason, ConnectionError);
    assertEquals(failed.reason.command, "MGET");
    assertEquals(failed.reason.outcome, "not-sent");
    assertEquals(
      summary(await send("EXISTS", twins)).slice(-2),
      [{ failed: 1 }, 1],
    );
  }
});

Deno.test("settled counts add up to what the servers deleted", async () => {
  await using cluster = await startCluster();
  const keys = keysOf(cluster, 20);
  await fill(cluster, keys);
  await cluster.setup.servers[2].kill();
  const outcomes = await cluster.getRoutingClient()
    .sendCommand("DEL", [...keys, ...keys], SETTLED);
  assertEquals(outcomes.length, 2 * keys.length);
  const sum = outcomes.reduce(
    (sum, outcome) =>
      outcome.status === "fulfilled" ? sum + Number(outcome.value) : sum,
    0,
  );
  assertEquals(sum, 40);
  const sizes = await cluster.fanout([0, 1], (client) => client.dbsize());
  assertEquals([...sizes.values()], [0, 0]);
});

Deno.test("a settled command in a map lets the map succeed", async () => {
  await using cluster = await startCluster();
  const keys = keysOf(cluster, 1);
  await cluster.setup.servers[0].kill();
  const promise = await cluster.map((client) => {
    return { promise: client.sendCommand("MGET", keys, SETTLED) };
  });
  assertEquals(summary(promise.promise.value), [{ failed: 0 }, null, null]);
});

Deno.test("settled commands give up with the reason of their signal", async () => {
  await using cluster = await startCluster();
  const keys = keysOf(cluster, 1);
  const reason = new Error("Enough");
  cluster.setup.servers[1].pause();
  using time = new FakeTime();
  const controller = new AbortController();
  const sent = cluster.getRoutingClient().sendCommand("MGET", keys, {
    ...SETTLED,
    signal: controller.signal,
  });
  await eventually(() =>
    [0, 2].every((hostId) => cluster.stats().get(hostId)!.replies === 1)
  );
  controller.abort(reason);
  const outcomes = await bounded(sent);
  time[Symbol.dispose]();
  cluster.setup.servers[1].resume();
  assertEquals(outcomes.map(({ status }) => status), [
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  assert(outcomes[1].status === "rejected");
  assertStrictEquals(outcomes[1].reason, reason);
});

Deno.test("settled commands tell a key whose value is no text", async () => {
  await using cluster = await startCluster();
  const [a, b] = keysOf(cluster, 1);
  const bytes = new Uint8Array([0xff]);
  const client = cluster.getRoutingClient();
  await Promise.all([client.set(a, "A"), client.set(b, bytes)]);
  const [first, second] = await client.sendCommand("MGET", [a, b], SETTLED);
  assertEquals(first, { status: "fulfilled", value: "A" });
  assert(second.status === "rejected");
  assertInstanceOf(second.reason, DecodeError);
  assertEquals([second.reason.hostId, second.reason.command], [1, "MGET"]);
  assertEquals(
    await client.sendCommand("MGET", [b], {
      ...SETTLED,
      returnUint8Arrays: true,
    }),
    [{ status: "fulfilled", value: bytes }],
  );
});

Deno.test("settled commands tell a host that refuses", async () => {
  await using cluster = await startCluster();
  const keys = keysOf(cluster, 1);
  const full = cluster.getLocalClient(2);
  await full.configSet("maxmemory", "1");
  const outcomes = await cluster.getRoutingClient()
    .sendCommand("MSET", keys.flatMap((key) => [key, "value"]), SETTLED);
  assertEquals(summary(outcomes), ["OK", "OK", { failed: 2 }]);
  assert(outcomes[2].status === "rejected");
  assertInstanceOf(outcomes[2].reason, CommandError);
  assertEquals(outcomes[2].reason.code, "OOM");
});

Deno.test("settled is refused where keys have no outcomes, and nothing is sent", async () => {
  await using cluster = await startCluster();
  for (const send of senders(cluster)) {
    for (
      const [command, args] of [
        ["GET", ["key"]],
        ["SET", ["key", "value"]],
        ["SINTER", ["a", "b"]],
        ["MSETNX", ["a", "1"]],
        ["PING", []],
      ] as [string, string[]][]
    ) {
      await assertRejects(
        () => send(command, args),
        TypeError,
        `Cannot use "settled" with "${command}": it is for DEL, EXISTS, MGET, ` +
          "MSET, TOUCH, UNLINK",
      );
    }
    await assertRejects(
      () => send("MSET", ["a", "secret", "b"]),
      TypeError,
      'Cannot split "MSET": the last of its keys has no value',
    );
    await assertRejects(
      () => send("MGET", ["a", undefined as unknown as string]),
      TypeError,
    );
  }
  assertEquals([...(await cluster.dbsize()).values()], [0, 0, 0]);
});

Deno.test("a fanout has outcomes for each key on each host", async () => {
  await using cluster = await startCluster();
  await cluster.getLocalClient(0).set("key", "value");
  const outcomes = await cluster.fanout(
    [0, 1],
    (client) => client.sendCommand("MGET", ["key"], SETTLED),
  );
  assertEquals(outcomes.get(0), [{ status: "fulfilled", value: "value" }]);
  assertEquals(outcomes.get(1), [{ status: "fulfilled", value: null }]);
});

Deno.test("without settled a dead host makes a PartialError", async () => {
  await using cluster = await startCluster();
  const keys = keysOf(cluster, 2);
  await fill(cluster, keys);
  await cluster.setup.servers[1].kill();
  const client = cluster.getRoutingClient();
  const order = [keys[1], keys[0], keys[2], keys[0], keys[4]];
  for (
    const read of [
      () => client.mget(...order),
      () => client.sendCommand("MGET", order, { settled: false }),
      () => cluster.map((client) => client.mget(...order)),
    ]
  ) {
    const error = await assertRejects(() => Promise.resolve(read()));
    assertInstanceOf(error, PartialError);
    assertEquals(error.message, '"MGET" failed for 2 of its 5 keys');
    assertEquals(error.keys, order);
    assertEquals(error.succeeded, [keys[0], keys[2], keys[0]]);
    assertEquals(error.failed, [keys[1], keys[4]]);
    assertEquals(summary([...error.results]), [
      { failed: 1 },
      valueOf(keys[0]),
      valueOf(keys[2]),
      valueOf(keys[0]),
      { failed: 1 },
    ]);
    assertEquals(new Set(error.errors.map(({ hostId }) => hostId)).size, 1);
  }
});

Deno.test("without settled a PartialError tells which keys were deleted or set", async () => {
  await using cluster = await startCluster();
  const keys = keysOf(cluster, 1);
  await fill(cluster, keys);
  await cluster.setup.servers[0].kill();
  const client = cluster.getRoutingClient();
  const pairs = keys.flatMap((key) => [key, "new"]);
  for (
    const write of [
      () => client.sendCommand("MSET", pairs),
      () => client.del(...keys),
    ]
  ) {
    const error = await assertRejects(write, PartialError);
    assertEquals(error.failed, [keys[0]]);
    assertEquals(error.succeeded, keys.slice(1));
    assertEquals(error.errors.length, 1);
    assertEquals(error.errors[0].hostId, 0);
  }
  const sizes = await cluster.fanout([1, 2], (client) => client.dbsize());
  assertEquals([...sizes.values()], [0, 0]);
});

Deno.test("sendCommand() has the type of its outcomes", () => {
  const types = (
    client: RoutingClient,
    map: MappingClient,
    fanout: FanoutClient,
  ) => {
    const native = client.sendCommand("MGET", ["a"], { settled: true });
    typeOf(native).is<Promise<Outcomes>>(true);
    const timed = client.sendCommand("MGET", ["a"], {
      settled: true,
      timeout: 1,
    });
    typeOf(timed).is<Promise<Outcomes>>(true);
    const mapped = map.sendCommand("MGET", ["a"], { settled: true });
    typeOf(mapped).is<RbPromise<Outcomes>>(true);
    const spread = fanout.sendCommand("MGET", ["a"], { settled: true });
    typeOf(spread).is<RbPromise<Map<number, Outcomes>>>(true);
    const plain = client.sendCommand("MGET", ["a"], { idempotent: true });
    typeOf(plain).is<Promise<Reply>>(true);
  };
  assert(types.length > 0);
});
