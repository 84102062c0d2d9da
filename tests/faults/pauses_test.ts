// Time and room: what ends a command that pauses before another attempt.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  ConnectionError,
  type ConnectionMessage,
  type PoolOptions,
} from "../../mod.ts";
import { CLOSED_PORT } from "../../support/closed_port.ts";
import { Proxied } from "../../support/proxied.ts";
import { bounded, eventually, sleep } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";
import { assertQuiet, reasonOf, told } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

/** Never counts as down, and tries again until the time is up. */
const PERSISTENT = { maxRetries: 1_000, breaker: { threshold: 10_000 } };

/** Makes every pause the shortest it can be: 25 ms, 50, 100 and so on. */
function withoutJitter(): Disposable {
  const { random } = Math;
  Math.random = () => 0;
  return { [Symbol.dispose]: () => void (Math.random = random) };
}

/** Calls back whenever a connection could not be opened. */
function onDialFailure(callback: () => void): Disposable {
  const listener = (message: unknown) => {
    if ((message as ConnectionMessage).type === "fail") callback();
  };
  subscribe("rb:connection", listener);
  return {
    [Symbol.dispose]: () => void unsubscribe("rb:connection", listener),
  };
}

/** Lets pauses pass, each as soon as so many commands make it. */
async function pass(
  time: FakeTime,
  pauses: number[],
  commands: number,
): Promise<void> {
  for (const pause of pauses) {
    await eventually(() =>
      time.delays.filter((delay) => delay === pause).length === commands
    );
    await time.advance(pause);
  }
}

Deno.test("fault 10: a pause that would end behind the deadline is not waited for", async () => {
  using _ = withoutJitter();
  const timeout = 600;
  await using cluster = clusterAt(CLOSED_PORT, { poolOptions: PERSISTENT });
  const client = cluster.getRoutingClient({ timeout });
  using time = new FakeTime();
  const ends = Promise.all([
    reasonOf(client.get("key")),
    reasonOf(cluster.map((map) => map.get("key"), { timeout })),
    reasonOf(client.sendCommand("BLPOP", ["list", 0.001])),
  ]);
  // The next pause would end after 775 ms.
  await pass(time, [25, 50, 100, 200], 3);
  const errors = await bounded(ends);
  // The reason is that nobody is there, rather than that time ran out.
  for (const [i, command] of ["GET", "GET", "BLPOP"].entries()) {
    assertEquals(told(errors[i]), {
      name: "ConnectionError",
      hostId: 0,
      command,
      outcome: "not-sent",
    });
  }
});

Deno.test("fault 12: a read whose next attempt would come too late fails with what happened", async () => {
  using _ = withoutJitter();
  await using host = await Proxied.start(1, { poolOptions: PERSISTENT });
  const client = host.cluster.getRoutingClient({ timeout: 600 });
  await client.get("key");
  host.proxy.cut();
  using time = new FakeTime();
  const reason = reasonOf(client.get("key"));
  await pass(time, [25, 50, 100, 200], 1);
  const error = await bounded(reason);
  assertInstanceOf(error, ConnectionError);
  assertEquals(error.outcome, "unknown");
});

Deno.test("fault 12: pauses grow up to half a second", async () => {
  using _ = withoutJitter();
  await using cluster = clusterAt(CLOSED_PORT, {
    timeout: 60_000,
    poolOptions: PERSISTENT,
  });
  const pool = cluster.getPoolForHost(0);
  using time = new FakeTime();
  const controller = new AbortController();
  const client = cluster.getRoutingClient({ signal: controller.signal });
  const given = reasonOf(client.get("key"));
  const pauses: number[] = [];
  for (let failures = 1; failures <= 7; failures++) {
    await eventually(() => pool.failures === failures);
    const pause = Math.min(...time.delays);
    pauses.push(pause);
    await time.advance(pause);
  }
  // Without jitter each is half as long as it may be.
  assertEquals(pauses, [25, 50, 100, 200, 250, 250, 250]);
  controller.abort("given up");
  assertEquals(await given, "given up");
});

for (const kind of ["command", "map", "block"]) {
  Deno.test(`fault 2: an abort during the pause of a ${kind} ends it for good`, async () => {
    await using cluster = clusterAt(CLOSED_PORT, { poolOptions: PERSISTENT });
    const controller = new AbortController();
    const { signal } = controller;
    let failures = 0;
    // The pause begins in the same moment.
    using _ = onDialFailure(() => {
      if (failures++ === 0) queueMicrotask(() => controller.abort("given up"));
    });
    const client = cluster.getRoutingClient({ signal });
    const calls: Record<string, () => PromiseLike<unknown>> = {
      command: () => client.incr("n"),
      map: () => cluster.map((map) => map.incr("n"), { signal }),
      block: () => client.blpop(1, "list"),
    };
    assertEquals(await reasonOf(calls[kind]()), "given up");
    const { queue } = cluster.stats().get(0)!;
    assertEquals(queue, { commands: 0, bytes: 0 });
    // Longer than the pause.
    await sleep(80);
    assertEquals(failures, 1);
    assertEquals(cluster.stats().get(0)?.retries, 0);
    assertEquals(cluster.getPoolForHost(0).waiting, 0);
  });
}

Deno.test("fault 2: an abort during a long pause leaves no timer behind", async () => {
  using _ = withoutJitter();
  await using cluster = clusterAt(CLOSED_PORT, { poolOptions: PERSISTENT });
  const controller = new AbortController();
  const { signal } = controller;
  let failures = 0;
  // The fifth pause takes 400 ms; the sanitizer would find its timer.
  using __ = onDialFailure(() => {
    if (++failures === 5) queueMicrotask(() => controller.abort("given up"));
  });
  const get = cluster.getRoutingClient({ signal }).get("key");
  assertEquals(await reasonOf(get), "given up");
});

/** Bounds of the attempts, and how many there are. */
const CASES: [PoolOptions, number][] = [
  [{}, 4],
  [{ maxRetries: 0 }, 1],
  [{ maxRetries: 1 }, 2],
];

Deno.test("fault 12: a command is tried three times more by default", async () => {
  for (const [bound, attempts] of CASES) {
    let failures = 0;
    using _ = onDialFailure(() => failures++);
    await using cluster = clusterAt(CLOSED_PORT, {
      poolOptions: { ...bound, breaker: { threshold: 100 } },
    });
    const { name } = told(await reasonOf(cluster.getRoutingClient().incr("n")));
    assertEquals([name, failures], ["ConnectionError", attempts]);
    assertEquals(cluster.stats().get(0)?.retries, attempts - 1);
  }
});

Deno.test("fault 2: who gives up during a pause leaves the others to theirs", async () => {
  await using host = await Proxied.start(1, { poolOptions: PERSISTENT });
  const { cluster, proxy } = host;
  await proxy.refuse();
  const controller = new AbortController();
  using _ = onDialFailure(() => controller.abort("given up"));
  const given = cluster.getRoutingClient({ signal: controller.signal });
  const stays = cluster.getRoutingClient();
  const ends = [
    reasonOf(given.incr("n")),
    stays.incr("n"),
    reasonOf(given.incr("n")),
  ];
  assertEquals(await ends[0], "given up");
  proxy.pass();
  assertEquals(await Promise.all(ends), ["given up", 1, "given up"]);
  await assertQuiet(cluster);
});

Deno.test("fault 12: what was sent once and then runs out of time is unknown", async () => {
  for (const later of ["says nothing", "hangs up"]) {
    let seen = 0;
    await using server = new ScriptedServer(async (link, index) => {
      const text = await link.read();
      if (index > 0 && later === "says nothing") await link.hangup();
      if (text?.includes("INCR")) seen++;
    });
    await using cluster = clusterAt(server.port, {
      poolOptions: { ...PERSISTENT, maxConnections: 1 },
    });
    const client = cluster.getRoutingClient({ timeout: 150 });
    const error = await reasonOf(
      client.sendCommand("INCR", ["n"], { idempotent: true }),
    );
    assert(seen >= 1);
    // Its time may be up while an attempt fails, too.
    assertEquals(told(error).outcome, "unknown", later);
  }
});

Deno.test("fault 20: what waits behind a stalled write is not told to open more connections", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxConnections: 1 },
  });
  const { cluster, proxy } = host;
  const options = { timeout: 500 };
  const [client, other] = [1, 2].map(() => cluster.getRoutingClient(options));
  await client.get("key");
  proxy.hold();
  const outcomes = [
    // More than the buffers of the system take, so that it is half written.
    reasonOf(client.set("large", "x".repeat(20_000_000))),
    reasonOf(other.get("key")),
    // In a lane of its own, which has no connection at all.
    reasonOf(cluster.map((map) => map.get("key"), options)),
  ];
  const names = (await Promise.all(outcomes)).map(told)
    .map(({ name, outcome }) => [name, outcome]);
  assertEquals(names, [
    ["TimeoutError", "unknown"],
    ["TimeoutError", "not-sent"],
    ["PoolTimeoutError", "not-sent"],
  ]);
  proxy.pass();
});
