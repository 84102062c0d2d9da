// Everything settles: random faults over 4 servers, from a seed that is printed.

import { assert, assertEquals } from "@std/assert";
import { TransportError } from "../../mod.ts";
import type { FaultProxy } from "../../src/testing.ts";
import { Proxied } from "../../support/proxied.ts";
import { sleep } from "./outcome.ts";
import { assertQuiet } from "./proxied.ts";
import { isExpected, reasonsOf, UnhandledRejections } from "./settlement.ts";

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
  const seed = Number(
    Deno.env.get("RB_SEED") ?? Math.floor(Math.random() * 2 ** 31),
  );
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
  await cluster.map(
    (client) => keys.map((key) => client.set(key, key)),
    { timeout: 60_000 },
  );
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
  for (let i = 0; i < 400; i++) {
    if (random() < 0.3) await pick(faults)(pick(hosts.proxies));
    pending.push(...step());
    await sleep(random() * 10);
  }
  for (const proxy of hosts.proxies) proxy.pass();
  assertEquals(await reasonsOf(pending), []);
  assertEquals(wrong, []);
  // How many depends on the machine; it must not have been faults alone.
  assert(replies > 100, `${replies} replies`);
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
