// Everything settles, whatever happens.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
} from "@std/assert";
import { type RbPromise, TransportError } from "../../mod.ts";
import type { FaultProxy } from "../../src/testing.ts";
import { eventually, sleep } from "./outcome.ts";
import { assertQuiet, Proxied, reasonOf } from "./proxied.ts";

/** Counts rejections that nobody handles while it is in use. */
class UnhandledRejections implements Disposable {
  readonly reasons: unknown[] = [];
  readonly #note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    this.reasons.push(event.reason);
  };

  constructor() {
    addEventListener("unhandledrejection", this.#note);
  }

  [Symbol.dispose](): void {
    removeEventListener("unhandledrejection", this.#note);
  }
}

/** Faults as they happen to an open cluster, and what is to be waited for. */
const FAULTS: Record<string, (proxy: FaultProxy) => Promise<void> | void> = {
  "lost replies": (proxy) => proxy.cut(),
  "half replies": (proxy) => proxy.cut({ bytes: 3 }),
  "some replies": (proxy) => proxy.cut({ replies: 5 }),
  "silence": (proxy) => proxy.hold(),
  "slowness": (proxy) => proxy.delay(250),
  "a reset": (proxy) => proxy.reset(),
  "a reset a moment later": async (proxy) => {
    proxy.delay(300);
    await sleep(20);
    proxy.reset();
  },
  "refusal": async (proxy) => {
    await proxy.refuse();
    proxy.reset();
  },
};

/** What clients do meanwhile: some promises each, all of which must settle. */
function work(host: Proxied): PromiseLike<unknown>[] {
  const { cluster } = host;
  const client = cluster.getRoutingClient();
  const signal = AbortSignal.timeout(100);
  const kept: RbPromise<unknown>[] = [];
  const maps = [
    cluster.map((client) => {
      for (let i = 0; i < 20; i++) {
        kept.push(
          client.set(`k${i}`, i),
          client.get(`k${i}`),
          client.incr("n"),
        );
      }
      kept.push(client.eval("return {1, 2}", ["k1"], []));
    }),
    cluster.map(async (client) => {
      await client.get("k1");
      await sleep(10);
      throw await client.incr("n");
    }),
    cluster.map((client) => client.get("k1"), { signal }),
    cluster.all((client) => client.dbsize()),
    cluster.all((client) => client.dbsize(), { settled: true }),
    cluster.executeCommands({ k1: [["GET", "k1"], ["INCR", "n"]] }),
    (async () => {
      const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
      const batches = cluster.mapBatches(
        keys,
        (client, key) => client.get(key),
        { batchSize: 10 },
      );
      for await (const [key, value] of batches) assert(key && value !== key);
    })(),
    (async () => {
      using client = await cluster.connect(0);
      const tx = client.tx();
      tx.incr("n");
      await tx.flush();
    })(),
  ];
  return [
    ...maps,
    client.mset({ a: "1", b: "2" }),
    client.mget("a", "b"),
    client.sendCommand("INCR", ["n"], { signal }),
    client.sendCommand("GET", ["n"], { timeout: 50 }),
    cluster.getLocalClient(0).blpop(0.05, "list"),
    Promise.allSettled(maps).then(() => {
      assertEquals(kept.filter(({ isPending }) => isPending), []);
    }),
  ];
}

/** What a failure of the work may be; anything else is a fault of its own. */
function isExpected(reason: unknown): boolean {
  if (reason instanceof AggregateError) return reason.errors.every(isExpected);
  return reason instanceof TransportError || reason instanceof DOMException ||
    typeof reason === "number";
}

for (const [name, cause] of Object.entries(FAULTS)) {
  Deno.test(`fault 18: nothing is left behind after ${name}`, async () => {
    using unhandled = new UnhandledRejections();
    await using host = await Proxied.start(1, {
      timeout: 600,
      poolOptions: { breaker: { minDelay: 50, maxDelay: 50 } },
    });
    for (const isWarm of [false, true]) {
      if (isWarm) {
        host.proxy.pass();
        const { status } = await settledWithin(work(host), 2_500);
        assertEquals(status, "settled");
      }
      const working = work(host);
      await cause(host.proxy);
      const { status, reasons } = await settledWithin(working, 2_500);
      assertEquals(status, "settled");
      for (const reason of reasons) assert(isExpected(reason), String(reason));
      await assertQuiet(host.cluster);
    }
    host.proxy.pass();
    const client = host.cluster.getRoutingClient();
    await eventually(() => client.get("a").then(() => true, () => false));
    const { reasons } = await settledWithin(work(host), 2_500);
    // One of them throws by itself.
    assertEquals(reasons.filter((reason) => typeof reason !== "number"), []);
    assertEquals(reasons.length, 1);
    await assertQuiet(host.cluster);
    const started = performance.now();
    await host.cluster.close();
    assertLess(performance.now() - started, 100);
    assertEquals(unhandled.reasons, []);
  });
}

async function settledWithin(
  promises: PromiseLike<unknown>[],
  time: number,
): Promise<{ status: "settled" | "pending"; reasons: unknown[] }> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((wake) => {
    timer = setTimeout(() => wake(undefined), time);
  });
  const all = Promise.allSettled(promises);
  const results = await Promise.race([all, late]);
  clearTimeout(timer);
  if (results === undefined) return { status: "pending", reasons: [] };
  const reasons = results.filter(({ status }) => status === "rejected")
    .map((result) => (result as PromiseRejectedResult).reason);
  return { status: "settled", reasons };
}

/** What keeps commands from their replies while a cluster is closed. */
const OBSTACLES: Record<string, (proxy: FaultProxy) => Promise<void> | void> = {
  "a host is silent": (proxy) => proxy.hold(),
  "replies are lost": (proxy) => proxy.cut(),
  "a host refuses": async (proxy) => {
    await proxy.refuse();
    proxy.reset();
  },
};

for (const [name, obstruct] of Object.entries(OBSTACLES)) {
  for (const isWarm of [false, true]) {
    const state = isWarm ? "in the middle" : "from the start";
    Deno.test(`fault 18: close() settles everything while ${name} ${state}`, async () => {
      using unhandled = new UnhandledRejections();
      await using host = await Proxied.start(1, {
        timeout: 80,
        poolOptions: {
          maxConnections: 2,
          maxRetries: 100,
          breaker: { threshold: 10_000 },
        },
      });
      const options = { timeout: 60_000 };
      const client = host.cluster.getRoutingClient(options);
      if (isWarm) {
        await client.get("a");
        await client.map((client) => client.get("a"));
      }
      await obstruct(host.proxy);
      const mapping = client.getMappingClient(options);
      const mapped = [mapping.get("a"), mapping.incr("n")];
      const reasons = [
        reasonOf(client.get("a")),
        reasonOf(client.incr("n")),
        reasonOf(client.map((client) => client.get("a"), options)),
        reasonOf(client.map((client) => client.get("a"), options)),
        reasonOf(client.all((client) => client.dbsize(), options)),
        reasonOf(client.blpop(0, "list")),
      ];
      let settled = 0;
      for (const reason of reasons) reason.then(() => settled++, () => {});
      await sleep(30);
      const started = performance.now();
      await host.cluster.close();
      assertLess(performance.now() - started, 200);
      await sleep(0);
      assertEquals(settled, reasons.length);
      for (const reason of await Promise.all(reasons)) {
        assertInstanceOf(reason, TransportError);
        assertEquals(reason.hostId, 0);
      }
      assert(mapped.every(({ isRejected }) => isRejected));
      const refused = await reasonOf(client.get("a"));
      assertInstanceOf(refused, TransportError);
      assertEquals(refused.outcome, "not-sent");
      assertEquals(unhandled.reasons, []);
    });
  }
}

/** Numbers between 0 and 1 from a seed (Mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value ^= value + Math.imul(value ^ (value >>> 7), 61 | value);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is known about a counter: replies, and increments that may have run. */
interface Count {
  acknowledged: number;
  attempted: number;
}

Deno.test("fault 18: a random run leaves replies with their keys and counts within bounds", async () => {
  const seed = Number(Deno.env.get("RB_SEED") ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed} (RB_SEED=${seed} repeats it)`);
  const random = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T =>
    list[Math.floor(random() * list.length)];
  using unhandled = new UnhandledRejections();
  await using hosts = await Proxied.start(4, {
    timeout: 400,
    poolOptions: { breaker: { minDelay: 30, maxDelay: 60 } },
  });
  const { cluster } = hosts;
  const keys = Array.from({ length: 400 }, (_, i) => `key:${i}`);
  await cluster.map((client) => keys.map((key) => client.set(key, key)));
  const counts = new Map<string, Count>(
    keys.map((key) => [`n:${key}`, { acknowledged: 0, attempted: 0 }]),
  );
  const wrong: unknown[] = [];
  let replies = 0;

  const read = (key: string, promise: PromiseLike<unknown>) =>
    promise.then((value) => {
      replies++;
      if (value !== key) wrong.push([key, value]);
    }, noteFailure);
  const count = (key: string, promise: PromiseLike<unknown>) => {
    const known = counts.get(key)!;
    known.attempted++;
    return promise.then(() => {
      replies++;
      known.acknowledged++;
    }, (reason) => {
      noteFailure(reason);
      const isUnsent = reason instanceof TransportError &&
        reason.outcome === "not-sent";
      if (isUnsent) known.attempted--;
    });
  };
  const noteFailure = (reason: unknown) => {
    if (!isExpected(reason)) wrong.push(reason);
  };
  const client = cluster.getRoutingClient();
  const step = () => {
    const some = Array.from(
      { length: 1 + random() * 60 | 0 },
      () => pick(keys),
    );
    const kind = random();
    if (kind < 0.3) {
      return some.flatMap((key) => [
        read(key, client.get(key)),
        count(`n:${key}`, client.incr(`n:${key}`)),
      ]);
    }
    const settling: PromiseLike<void>[] = [];
    const options = kind < 0.4 ? { timeout: 1 + random() * 60 } : {};
    const mapped = cluster.map((client) => {
      for (const key of some) {
        settling.push(read(key, client.get(key)));
        if (random() < 0.5) {
          settling.push(count(`n:${key}`, client.incr(`n:${key}`)));
        }
      }
      if (kind > 0.95) throw random();
    }, options);
    return [...settling, mapped.then(() => {}, noteFailure)];
  };
  const faults = [
    (proxy: FaultProxy) => proxy.pass(),
    (proxy: FaultProxy) => proxy.pass(),
    (proxy: FaultProxy) => proxy.cut({ replies: random() * 20 | 0 }),
    (proxy: FaultProxy) => proxy.cut({ bytes: random() * 200 | 0 }),
    (proxy: FaultProxy) => proxy.delay(random() * 100),
    (proxy: FaultProxy) => proxy.split(1 + random() * 50 | 0),
    (proxy: FaultProxy) => proxy.hold(),
    (proxy: FaultProxy) => proxy.reset(),
    (proxy: FaultProxy) => proxy.refuse(),
  ];

  const pending: PromiseLike<void>[] = [];
  const end = performance.now() + 4_000;
  for (let i = 0; i < 400 && performance.now() < end; i++) {
    if (random() < 0.3) await pick(faults)(pick(hosts.proxies));
    pending.push(...step());
    await sleep(random() * 10);
  }
  for (const proxy of hosts.proxies) proxy.pass();
  const { status } = await settledWithin(pending, 2_000);
  assertEquals(status, "settled");
  assertEquals(wrong, []);
  assert(replies > 1_000, `${replies} replies`);
  await assertQuiet(cluster);
  const router = cluster.getRouter();
  for (const [key, { acknowledged, attempted }] of counts) {
    const oracle = hosts.oracles[router.getHostForKey(key)];
    const value = Number(await oracle.command("GET", key) ?? 0);
    assert(
      acknowledged <= value && value <= attempted,
      `"${key}" is ${value}, not from ${acknowledged} to ${attempted}`,
    );
  }
  assertEquals(unhandled.reasons, []);
});
