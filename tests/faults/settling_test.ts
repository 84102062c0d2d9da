// Everything settles, whatever happens.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type MappingClient,
  type RbPromise,
  TransportError,
} from "../../mod.ts";
import type { FaultProxy } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { bounded, eventually, sleep, turn } from "./outcome.ts";
import { assertQuiet, Proxied, reasonOf } from "./proxied.ts";
import { isExpected, reasonsOf, UnhandledRejections } from "./settlement.ts";

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
        await reasonsOf(work(host));
      }
      const working = reasonsOf(work(host));
      await cause(host.proxy);
      for (const reason of await working) {
        assert(isExpected(reason), String(reason));
      }
      await assertQuiet(host.cluster);
    }
    host.proxy.pass();
    const client = host.cluster.getRoutingClient();
    await eventually(() => client.get("a").then(() => true, () => false));
    const [, value] = await host.cluster.map((client) => [
      client.set("a", "again"),
      client.get("a"),
    ]);
    assertEquals(value.value, "again");
    await assertQuiet(host.cluster);
    // Nothing is under way, so nothing is waited for.
    using _ = new FakeTime();
    await bounded(host.cluster.close());
    assertEquals(unhandled.reasons, []);
  });
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
      using time = new FakeTime();
      const closing = host.cluster.close();
      // The time that is left to what is under way.
      await time.advance(80);
      await bounded(closing);
      await turn();
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

Deno.test("fault 18: close() waits for what is under way, without a limit too", async () => {
  await using host = await Proxied.start(1, { timeout: Infinity });
  const client = host.cluster.getRoutingClient();
  await client.get("a");
  host.proxy.delay(150);
  const replies = [
    client.incr("n"),
    host.cluster.map((client) => client.incr("n")),
    client.blpop(0.1, "list"),
  ];
  await sleep(20);
  await host.cluster.close();
  assertEquals((await Promise.all(replies)).slice(2), [null]);
  assertEquals(await host.oracle.command("GET", "n"), "2");
});

/** Ways to a map whose callback refuses a command and throws. */
const THROWING: Record<
  string,
  (
    host: Proxied,
    callback: (client: MappingClient) => never,
  ) => Promise<unknown>
> = {
  map: ({ cluster }, callback) => cluster.map(callback),
  "map of a client": ({ cluster }, callback) =>
    cluster.getRoutingClient().map(callback),
  mapBatches: async ({ cluster }, callback) => {
    await cluster.mapBatches(["k"], callback).next();
  },
};

for (const [name, begin] of Object.entries(THROWING)) {
  Deno.test(`${name} has settled what was refused when its callback throws`, async () => {
    await using host = await Proxied.start(1);
    const promises: RbPromise<unknown>[] = [];
    const reason = await reasonOf(begin(host, (client) => {
      promises.push(client.get("sent"), client.sendCommand("NOSUCH", ["k"]));
      throw new RangeError("given up");
    }));
    assertInstanceOf(reason, RangeError);
    assertEquals(promises.map(({ isRejected }) => isRejected), [true, true]);
  });
}

Deno.test("fanout has settled what was refused when its callback throws", async () => {
  await using host = await Proxied.start(1);
  const promises: RbPromise<unknown>[] = [];
  const reason = await reasonOf(host.cluster.fanout([0], (client) => {
    promises.push(client.get("sent"), client.sendCommand("WAIT", [1, 0]));
    throw new RangeError("given up");
  }));
  assertInstanceOf(reason, RangeError);
  assertEquals(promises.map(({ isRejected }) => isRejected), [true, true]);
});
