// One host's trouble is its own.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import {
  type Cluster,
  ConnectionError,
  HostDownError,
  type RbPromise,
  TimeoutError,
  TransportError,
} from "../../mod.ts";
import { TestSetup } from "../../src/testing.ts";
import { importMapFor } from "../docs/import_map.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, isPending } from "./outcome.ts";
import { assertQuiet, Proxied, reasonOf, told } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";

const DEAD = 2;

/** An INCR that takes a while: ARGV[1] times about 10 ns. */
const SLOW = `
  local sum = 0
  for i = 1, tonumber(ARGV[1]) do sum = sum + i end
  return redis.call("INCR", KEYS[1])
`;

/** 100 keys for each of 4 hosts, in turn. */
function keysOf(cluster: Cluster): { key: string; hostId: number }[] {
  const router = cluster.getRouter();
  const counts = [0, 0, 0, 0];
  const keys = [];
  for (let i = 0; keys.length < 400; i++) {
    const hostId = router.getHostForKey(`key:${i}`);
    if (counts[hostId] === 100) continue;
    counts[hostId]++;
    keys.push({ key: `key:${i}`, hostId });
  }
  return keys;
}

function assertDead(error: unknown, command: string): void {
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.hostId, error.command], [DEAD, command]);
  assert(error.message.includes(`host ${DEAD}`));
}

for (const transport of ["tcp", "unix"] as const) {
  Deno.test(`fault 15: one of 4 hosts is killed, over ${transport}`, async () => {
    await using setup = await TestSetup.start({ databasesEach: 1, transport });
    await using cluster = setup.makeCluster({
      poolOptions: { breaker: { minDelay: 100, maxDelay: 100 } },
    });
    const events: string[] = [];
    for (const type of ["down", "up"]) {
      cluster.addEventListener(type, (event) => {
        const { hostId } = (event as CustomEvent).detail;
        events.push(`${type} ${hostId}`);
      });
    }
    const keys = keysOf(cluster);
    const client = cluster.getRoutingClient();
    await cluster.map((client) => keys.map(({ key }) => client.set(key, key)));
    await setup.servers[DEAD].kill();

    let promises: RbPromise<string | null>[] = [];
    const error = await reasonOf(
      cluster.map((client) => {
        promises = keys.map(({ key }) => client.get(key));
      }),
    );
    assertInstanceOf(error, AggregateError);
    const dead = promises.filter((_, index) => keys[index].hostId === DEAD);
    assertEquals(error.errors, dead.map(({ reason }) => reason));
    promises.forEach((promise, index) => {
      const { key, hostId } = keys[index];
      if (hostId === DEAD) assertDead(promise.reason, "GET");
      else assertEquals(promise.value, key);
    });

    const replies = await Promise.allSettled(
      keys.map(({ key }) => client.append(key, "!")),
    );
    replies.forEach((reply, index) => {
      const { key, hostId } = keys[index];
      if (reply.status === "rejected") assertDead(reply.reason, "APPEND");
      else assertEquals(reply.value, key.length + 1);
      assertEquals(reply.status === "rejected", hostId === DEAD);
    });

    // From now on it fails at once; its keys stay its own.
    await eventually(() => cluster.getPoolForHost(DEAD).down);
    const lost = keys.find(({ hostId }) => hostId === DEAD)!.key;
    const kept = keys.find(({ hostId }) => hostId !== DEAD)!.key;
    {
      using _ = new FakeTime();
      const down = await bounded(reasonOf(client.append(lost, "!")));
      assertInstanceOf(down, HostDownError);
      assertEquals(told(down).outcome, "not-sent");
      assertDead(down, "APPEND");
    }
    assertEquals(cluster.getRouter().getHostForKey(lost), DEAD);
    assertEquals(await client.get(kept), `${kept}!`);
    await setup.servers[DEAD].restart();
    await eventually(() => !cluster.getPoolForHost(DEAD).down);
    assertEquals(await client.get(lost), null);
    assertEquals(events, [`down ${DEAD}`, `up ${DEAD}`]);
    await assertQuiet(cluster);
  });

  Deno.test(`fault 15: a host is killed in the middle of a map, over ${transport}`, async () => {
    await using setup = await TestSetup.start({ databasesEach: 1, transport });
    await using cluster = setup.makeCluster({ timeout: 60_000 });
    const router = cluster.getRouter();
    const keys = Array.from({ length: 8_000 }, (_, i) => `key:${i}`);
    const hostIds = keys.map((key) => router.getHostForKey(key));
    const promises: RbPromise<unknown>[] = [];
    let killing: Promise<void> | undefined;
    const error = await reasonOf(
      cluster.map((client) => {
        // The last one of the dead host keeps it busy until it is killed.
        const last = hostIds.lastIndexOf(DEAD);
        keys.forEach((key, index) => {
          const times = index === last ? 1e8 : 1e3;
          promises.push(client.eval(SLOW, [key], [times]));
        });
        promises[hostIds.indexOf(DEAD)].done(() => {
          killing = setup.servers[DEAD].kill();
        });
      }),
    );
    await killing;
    assertInstanceOf(error, AggregateError);
    const reasons: unknown[] = [];
    promises.forEach((promise, index) => {
      if (promise.isRejected) {
        assertEquals(hostIds[index], DEAD);
        assertDead(promise.reason, "EVAL");
        reasons.push(promise.reason);
      } else assertEquals(promise.value, 1);
    });
    assertEquals(error.errors.length, reasons.length);
    error.errors.forEach((one, i) => assertStrictEquals(one, reasons[i]));
    await assertQuiet(cluster);
  });
}

Deno.test("fault 15: mapBatches() gives what came before the failure, then throws it", async () => {
  await using setup = await TestSetup.start({ databasesEach: 1 });
  await using cluster = setup.makeCluster();
  const keys = keysOf(cluster);
  const alive = keys.filter(({ hostId }) => hostId !== DEAD);
  const seen: string[] = [];
  await setup.servers[DEAD].kill();
  const batches = cluster.mapBatches(
    [...alive, ...keys].map(({ key }) => key),
    (client, key) => client.incr(key),
    { batchSize: 100 },
  );
  const error = await reasonOf((async () => {
    for await (const [key, value] of batches) {
      assertEquals(value, 1);
      seen.push(key);
    }
  })());
  assertEquals(seen, alive.map(({ key }) => key));
  assertInstanceOf(error, AggregateError);
  for (const one of error.errors) assertDead(one, "INCR");
  await assertQuiet(cluster);
});

/** A map over 4 hosts: which of them are done, and what the map throws. */
function startMap(
  cluster: Cluster,
  timeout: number,
): { done: Set<number>; mapped: Promise<unknown> } {
  const keys = keysOf(cluster);
  const left = [100, 100, 100, 100];
  const done = new Set<number>();
  const mapped = cluster.map((client) => {
    for (const { key, hostId } of keys) {
      client.get(key).done(() => {
        if (--left[hostId] === 0) done.add(hostId);
      });
    }
  }, { timeout }).then(() => undefined, (error) => error);
  return { done, mapped };
}

/** Waits until the three others are done with their part of a map. */
async function assertSparesOthers(
  { done, mapped }: { done: Set<number>; mapped: Promise<unknown> },
): Promise<void> {
  await eventually(() => done.size === 3);
  assertEquals([...done].sort(), [0, 2, 3]);
  assert(await isPending(mapped));
}

/** Checks that a program is idle that waits for host 1 of a cluster. */
async function assertIdle({ hosts }: Cluster): Promise<void> {
  const dir = await Deno.makeTempDir();
  const importMap = await importMapFor(new URL("../../", import.meta.url), dir);
  const addresses = [...hosts].map(([hostId, { hostname, port }]) => ({
    hostId,
    hostname,
    port,
  }));
  const program = new URL("./waiting_program.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-lock", "--no-check", `--import-map=${importMap}`],
      ...["--allow-all", program, JSON.stringify(addresses)],
    ],
    stderr: "inherit",
  }).output();
  await Deno.remove(dir, { recursive: true });
  const measured = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(measured.done, [0, 2, 3]);
  assertLess(measured.waiting, measured.asking / 2);
}

Deno.test("fault 16: a slow host keeps only its own callers waiting", async () => {
  await using hosts = await Proxied.start(4);
  const { cluster } = hosts;
  using time = new FakeTime();
  await startMap(cluster, 5_000).mapped;
  hosts.proxies[1].delay(600);
  const map = startMap(cluster, 5_000);
  await assertSparesOthers(map);
  await eventually(() => time.delays.includes(600));
  await time.advance(599);
  assert(await isPending(map.mapped));
  assertEquals(await time.settled(map.mapped), undefined);
  assertEquals(map.done.size, 4);
  const client = cluster.getRoutingClient();
  const [slow, fast] = [1, 2].map((id) => hosts.keys(id, 1)[0]);
  const waiting = client.get(slow);
  for (let i = 0; i < 10; i++) await bounded(client.get(fast));
  assert(await isPending(waiting));
  assertEquals(await time.settled(waiting, 100), null);
  await assertQuiet(cluster);
});

Deno.test("fault 16: a host that never answers costs its callers a timeout and no CPU", async () => {
  await using hosts = await Proxied.start(4);
  const { cluster } = hosts;
  using time = new FakeTime();
  await startMap(cluster, 5_000).mapped;
  hosts.proxies[1].hold();
  const map = startMap(cluster, 1_200);
  await assertSparesOthers(map);
  await assertIdle(cluster);
  await time.advance(1_199);
  assert(await isPending(map.mapped));
  assertEquals(map.done.size, 3);
  await time.advance(1);
  const error = await bounded(map.mapped);
  assertInstanceOf(error, AggregateError);
  assertEquals(error.errors.length, 100);
  for (const one of error.errors) {
    assertEquals(told(one), {
      name: "TimeoutError",
      hostId: 1,
      command: "GET",
      outcome: "unknown",
    });
  }
  await assertQuiet(cluster);
});

Deno.test("fault 16: half a bulk reply keeps only its own callers waiting", async () => {
  await using server = ScriptedServer.replying("$100000000\r\nhalf of it");
  await using hosts = await Proxied.start(4);
  const { cluster } = hosts;
  using time = new FakeTime();
  await startMap(cluster, 5_000).mapped;
  const { hostname, port } = server;
  cluster.removeHost(1);
  cluster.addHost(1, { hostname, port });
  const map = startMap(cluster, 1_200);
  await assertSparesOthers(map);
  await assertIdle(cluster);
  await time.advance(1_200);
  const error = await bounded(map.mapped);
  assertInstanceOf(error, AggregateError);
  assertEquals(error.errors.length, 100);
  for (const one of error.errors) {
    assertInstanceOf(one, TimeoutError);
    assertEquals(one.hostId, 1);
  }
  await assertQuiet(cluster);
});

Deno.test("fault 16: many maps over a host that never answers", async () => {
  await using hosts = await Proxied.start(4, {
    poolOptions: { maxConnections: 4 },
  });
  const { cluster } = hosts;
  using time = new FakeTime();
  await startMap(cluster, 5_000).mapped;
  hosts.proxies[1].hold();
  const maps = Array.from({ length: 10 }, () => startMap(cluster, 300));
  for (const map of maps) await assertSparesOthers(map);
  await time.advance(300);
  for (const { mapped } of maps) {
    const error = await bounded(mapped);
    assertInstanceOf(error, AggregateError);
    for (const one of error.errors) {
      assertInstanceOf(one, TimeoutError);
      assertEquals(one.hostId, 1);
    }
  }
  await assertQuiet(cluster);
  hosts.proxies[1].pass();
  const again = startMap(cluster, 1_000);
  assertEquals(await bounded(again.mapped), undefined);
});

Deno.test("fault 17: a fanout gives an outcome for each host", async () => {
  await using setup = await TestSetup.start({ databasesEach: 1 });
  await using cluster = setup.makeCluster();
  await setup.servers[DEAD].kill();
  const calls = [
    () => cluster.all((client) => client.dbsize(), { settled: true }),
    () =>
      cluster.fanout([0, 1, 2, 3], (client) => client.dbsize(), {
        settled: true,
      }),
    () =>
      cluster.fanout((client) => client.target([3, 2, 1, 0]).dbsize(), {
        settled: true,
      }),
  ];
  for (const call of calls) {
    const outcomes = await call();
    assertEquals([...outcomes.keys()].sort(), [0, 1, 2, 3]);
    for (const [hostId, outcome] of outcomes) {
      if (outcome.status === "rejected") assertDead(outcome.reason, "DBSIZE");
      else assertEquals(outcome.value, 0);
      assertEquals(outcome.status === "rejected", hostId === DEAD);
    }
  }
  await assertQuiet(cluster);
});

Deno.test("fault 17: a fanout without outcomes throws the errors of the dead", async () => {
  await using setup = await TestSetup.start({ databasesEach: 1 });
  await using cluster = setup.makeCluster();
  await setup.servers[DEAD].kill();
  let sizes: RbPromise<Map<number, number>> | undefined;
  let name: RbPromise<number> | undefined;
  const error = await reasonOf(
    cluster.all((client) => {
      sizes = client.dbsize();
    }),
  );
  assertDead(error, "DBSIZE");
  assertStrictEquals(sizes?.reason, error);
  const living = await cluster.fanout([0, 1, 3], (client) => client.dbsize());
  assertEquals(living, new Map([[0, 0], [1, 0], [3, 0]]));

  await setup.servers[0].kill();
  const both = await reasonOf(
    cluster.all((client) => {
      sizes = client.dbsize();
    }),
  );
  assertInstanceOf(both, AggregateError);
  assertEquals(both.errors.map((one) => told(one).hostId), [0, DEAD]);

  // Each command has errors of its own, and the living hosts their replies.
  const key = keysOf(cluster).find(({ hostId }) => hostId === 1)!.key;
  const many = await reasonOf(
    cluster.fanout((client) => {
      client.target([0, 1]).dbsize();
      name = client.targetKey(key).append("name", "x");
      client.target([DEAD]).flushall();
    }),
  );
  assertInstanceOf(many, AggregateError);
  assertEquals(
    many.errors.map((one) => [told(one).hostId, told(one).command]),
    [[0, "DBSIZE"], [DEAD, "FLUSHALL"]],
  );
  assertEquals(name?.value, 1);
  await assertQuiet(cluster);
});

Deno.test("fault 17: a fanout over a host that never answers", async () => {
  await using hosts = await Proxied.start(3);
  hosts.proxies[1].hold();
  using time = new FakeTime();
  const fanout = hosts.cluster.all((client) => client.dbsize(), {
    settled: true,
    timeout: 150,
  });
  await eventually(() =>
    [0, 2].every((hostId) => hosts.cluster.getPoolForHost(hostId).idle === 1)
  );
  await time.advance(150);
  const outcomes = await bounded(fanout);
  assertEquals(
    [...outcomes.values()].map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  const outcome = outcomes.get(1);
  assert(outcome?.status === "rejected");
  assertInstanceOf(outcome.reason, TransportError);
  assertEquals(told(outcome.reason).name, "TimeoutError");
  await assertQuiet(hosts.cluster);
});
