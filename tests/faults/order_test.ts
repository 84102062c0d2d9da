/*
 * What one client issues for one key takes effect in the order of issue, or not
 * at all. Covered here: times that differ within a turn, a connection that is
 * refused, connections that others give up, two executeCommands, maps that
 * await, commands whose time is up while the server may still run them, and all
 * of it at random. What happened is read from lists, to which each command adds
 * its number.
 */

import { assert, assertEquals } from "@std/assert";
import type { Cluster, RbPromise, RoutingClient } from "../../mod.ts";
import { TransportError } from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { Random } from "../../support/random.ts";
import type { RawReply } from "../../support/raw_client.ts";
import { bounded, eventually, sleep, turn } from "../../support/waiting.ts";
import { assertQuiet, reasonOf } from "./proxied.ts";

async function numbers(host: Proxied, key = "list"): Promise<number[]> {
  const items = await host.oracle.command("LRANGE", key, 0, -1);
  return (items as string[]).map(Number);
}

/** What has a server keep all commands that it runs. */
const KEEP_ALL = { "slowlog-log-slower-than": "0" };

/** How often such a server was told to end a connection. */
async function killsOf(host: Proxied): Promise<number> {
  const log = await host.oracle.command("SLOWLOG", "GET", -1) as RawReply[][];
  return log.filter(([, , , words]) => String(words).startsWith("CLIENT,KILL"))
    .length;
}

/** No number stands behind a larger one, nor twice. */
function assertRising(list: readonly number[], note = ""): void {
  const wrong = list.findIndex((value, i) => i > 0 && value <= list[i - 1]);
  assertEquals(wrong, -1, `${note} ${list.slice(wrong - 2, wrong + 2)}`);
}

Deno.test("fault 39: times that differ within a turn change no order", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const { signal } = new AbortController();
  let number = 0;
  const sent: PromiseLike<unknown>[] = [];
  for (let i = 0; i < 10; i++) {
    sent.push(client.rpush("list", ++number));
    sent.push(
      client.sendCommand("RPUSH", ["list", ++number], { timeout: 9e4 }),
    );
    sent.push(client.sendCommand("RPUSH", ["list", ++number], { signal }));
    sent.push(client.map((map) => map.rpush("list", ++number)));
    const { list } = {
      list: [["RPUSH", "list", ++number] as [string, ...unknown[]]],
    };
    sent.push(client.executeCommands({ list: list as [string, string][] }));
  }
  await Promise.all(sent);
  assertEquals((await numbers(host)).length, number);
  assertRising(await numbers(host));
});

Deno.test("fault 39: what comes later waits for what could not be sent at once", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 1_000, breaker: { threshold: 1_000 } },
  });
  const ways: Record<string, (push: (client: Pusher) => unknown) => unknown> = {
    "a routing client": (push) => push(host.cluster.getRoutingClient()),
    "a map that awaits": (push) => host.cluster.map((map) => push(map)),
  };
  const pool = () => host.cluster.getPoolForHost(0);
  for (const [way, run] of Object.entries(ways)) {
    await host.oracle.command("DEL", "list");
    await host.proxy.refuse();
    host.proxy.reset();
    await host.cluster.disconnectPools();
    let { failures } = pool();
    const done = run(async (client) => {
      const sent: PromiseLike<unknown>[] = [];
      for (let number = 1; number <= 3; number++) {
        sent.push(client.rpush("list", number));
        failures++;
        // It pauses by now; the next one finds a host that answers.
        const failed = Math.min(failures, 2);
        await eventually(() => pool().failures >= failed);
        if (number === 2) host.proxy.pass();
      }
      await Promise.all(sent);
    });
    await bounded(Promise.resolve(done));
    assertEquals(await numbers(host), [1, 2, 3], way);
  }
});

interface Pusher {
  rpush(key: string, value: number): PromiseLike<unknown>;
}

Deno.test("fault 39: two executeCommands keep their order when the first is not sent at once", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxRetries: 1_000, breaker: { threshold: 1_000 } },
  });
  await host.proxy.refuse();
  const execute = (...values: number[]) =>
    host.cluster.executeCommands({
      list: values.map((value) => ["RPUSH", "list", value] as const),
    });
  const first = execute(1, 2);
  await eventually(() => host.cluster.getPoolForHost(0).failures > 0);
  host.proxy.pass();
  await Promise.all([first, execute(3, 4), execute(5)]);
  assertEquals(await numbers(host), [1, 2, 3, 4, 5]);
});

Deno.test("fault 39: a connection that another caller gives up is not overtaken", async () => {
  await using host = await Proxied.start(1, { timeout: 60_000 });
  const controller = new AbortController();
  const given = host.cluster.getRoutingClient({ signal: controller.signal });
  const client = host.cluster.getRoutingClient();
  await client.get("connection");
  host.proxy.hold();
  const unheard = reasonOf(given.incr("other"));
  // More than the buffers on the way take, so that it is half written.
  const filler = "x".repeat(100_000);
  const sent: Promise<unknown>[] = [];
  for (let number = 1; number <= 300; number++) {
    sent.push(client.rpush("list", number), client.set("filler", filler));
  }
  await eventually(() => host.cluster.stats().get(0)!.bytes.sent > 1_000_000);
  controller.abort("given up");
  assertEquals(await unheard, "given up");
  await turn();
  for (let number = 301; number <= 320; number++) {
    sent.push(client.rpush("list", number));
    await turn();
  }
  host.proxy.pass();
  await bounded(Promise.all(sent));
  const list = await numbers(host);
  assertEquals(list.length, 320, "a caller's abort cost others their commands");
  assertRising(list);
  await assertQuiet(host.cluster);
});

for (const transport of ["tcp", "unix"] as const) {
  Deno.test(`fault 39: what may still run when its time is up runs first or never, over ${transport}`, async () => {
    await using host = await Proxied.start(1, { transport });
    const client = host.cluster.getRoutingClient({ timeout: 30_000 });
    await client.get("connection");
    for (let round = 0; round < 5; round++) {
      await host.oracle.command("DEL", "list");
      // The bytes are on their way, and arrive much later.
      host.proxy.hold({ direction: "requests" });
      const late = client.sendCommand("RPUSH", ["list", 1], { timeout: 50 });
      const error = await reasonOf(late);
      assert(error instanceof TransportError);
      assertEquals(error.outcome, "unknown");
      const { accepted } = host.proxy.stats;
      const next = client.rpush("list", 2);
      await eventually(() => host.proxy.stats.accepted > accepted);
      host.proxy.pass();
      await bounded(next);
      await client.rpush("list", 3);
      const list = await numbers(host);
      assertRising(list);
      assertEquals(list.slice(-2), [2, 3]);
    }
  });
}

Deno.test("fault 39: what a callback gives up once more runs first or never", async () => {
  await using host = await Proxied.start(1, {
    timeout: 30_000,
    config: KEEP_ALL,
  });
  const client = host.cluster.getRoutingClient();
  await client.get("connection");
  host.proxy.hold({ direction: "requests" });
  const map = client.getMappingClient({ timeout: 50 });
  map.rpush("list", 1).catch(() => map.cancel());
  await reasonOf(map.join());
  const { accepted } = host.proxy.stats;
  const next = client.rpush("list", 2);
  await eventually(() => host.proxy.stats.accepted > accepted);
  host.proxy.pass();
  await bounded(next);
  assertRising(await numbers(host));
  // Whichever arrived first, the server was told to end the connection before.
  assertEquals(await killsOf(host), 1);
});

const RENEWALS: Record<string, (host: Proxied) => unknown> = {
  "pools that are disconnected": ({ cluster }) => {
    cluster.disconnectPools();
  },
  "a host that is removed and added": ({ cluster, proxy }) => {
    cluster.removeHost(0);
    cluster.addHost({ hostId: 0, ...proxy.host });
  },
};

for (const [what, renew] of Object.entries(RENEWALS)) {
  Deno.test(`fault 39: ${what} in between change no order`, async () => {
    await using host = await Proxied.start(1);
    const client = host.cluster.getRoutingClient();
    await client.get("connection");
    host.proxy.hold();
    const first = client.rpush("list", 1)
      .then(() => host.proxy.stats.accepted);
    await turn();
    renew(host);
    const second = client.rpush("list", 2);
    renew(host);
    const third = client.rpush("list", 3);
    // In this time it would open another connection.
    await sleep(50);
    host.proxy.pass();
    assertEquals(await bounded(first), 1);
    await bounded(Promise.all([second, third]));
    assertEquals(await numbers(host), [1, 2, 3]);
    await assertQuiet(host.cluster);
  });

  Deno.test(`fault 39: ${what} do not hide what may still run`, async () => {
    await using host = await Proxied.start(1, { config: KEEP_ALL });
    const client = host.cluster.getRoutingClient();
    await client.get("connection");
    host.proxy.hold({ direction: "requests" });
    const late = client.sendCommand("RPUSH", ["list", 1], { timeout: 50 });
    assert(await reasonOf(late) instanceof TransportError);
    renew(host);
    const { accepted } = host.proxy.stats;
    const next = client.rpush("list", 2);
    await eventually(() => host.proxy.stats.accepted > accepted);
    host.proxy.pass();
    await bounded(next);
    assertRising(await numbers(host));
    assertEquals(await killsOf(host), 1);
  });
}

Deno.test("fault 39: a user who may not end connections goes on without", async () => {
  await using host = await Proxied.start(1, {
    hostDefaults: { username: "app", password: "secret" },
  });
  const rules = ["on", ">secret", "~*", "+@all", "-client"];
  await host.oracle.command("ACL", "SETUSER", "app", ...rules);
  const client = host.cluster.getRoutingClient();
  await client.rpush("list", 1);
  host.proxy.cut();
  const error = await reasonOf(client.rpush("list", 2));
  assert(error instanceof TransportError);
  assertEquals(error.outcome, "unknown");
  host.proxy.pass();
  await client.rpush("list", 3);
  assertEquals(await numbers(host), [1, 2, 3]);
});

Deno.test("fault 39: what was lost is not sent again behind a later write of its key", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  const may = { idempotent: true };
  await client.mset({ a: "0", b: "0", c: "0" });
  host.proxy.cut();
  const sent = [
    client.sendCommand("SET", ["a", 1], may), // a later write of "a" follows,
    client.get("b"), // and one of "b",
    client.sendCommand("SET", ["c", 1], may), // but none of "c".
    client.get("d"),
    client.set("a", 2),
    client.sendCommand("MSET", ["b", 2, "e", 2]),
  ].map((one) => one.then((value) => value, ({ outcome }) => outcome));
  await eventually(() => host.proxy.stats.cut === 1);
  host.proxy.pass();
  assertEquals(
    await Promise.all(sent),
    ["unknown", "unknown", "OK", null, "unknown", "unknown"],
  );
  assertEquals(await host.oracle.command("MGET", "a", "c"), ["2", "1"]);
});

Deno.test("fault 39: what cannot be told apart by its keys counts for all of them", async () => {
  await using host = await Proxied.start(1);
  const local = host.cluster.getLocalClient(0);
  await local.set("a", "0");
  host.proxy.cut();
  const sent = [
    local.get("a"),
    local.sendCommand("FLUSHDB"),
    local.get("b"),
  ].map((one) =>
    (one as Promise<unknown>).then((value) => value, ({ outcome }) => outcome)
  );
  await eventually(() => host.proxy.stats.cut === 1);
  host.proxy.pass();
  assertEquals(await Promise.all(sent), ["unknown", "unknown", null]);
});

const WAYS = ["call", "timed", "aborted", "map", "late map", "execute"];

/** Issues numbers for one key, in every way that a client has. */
class Writer {
  readonly key: string;
  readonly acknowledged: number[] = [];
  readonly unsent: number[] = [];
  readonly #client: RoutingClient;
  readonly #random: Random;
  readonly #pending = new Set<Promise<void>>();
  #number = 0;

  constructor(cluster: Cluster, key: string, random: Random) {
    this.key = key;
    this.#client = cluster.getRoutingClient({ timeout: 2_000 });
    this.#random = random;
  }

  /** Issues one to three commands, and does not wait for them. */
  issue(): void {
    const random = this.#random;
    const way = random.pick(WAYS);
    const count = random.integer(1, 3);
    // What a map issues later has later numbers.
    const numbers = Array.from(
      { length: count },
      (_, i) => way === "late map" && i > 0 ? 0 : ++this.#number,
    );
    switch (way) {
      case "call":
        for (const one of numbers) {
          this.#note(one, this.#client.rpush(this.key, one));
        }
        break;
      case "timed":
        for (const one of numbers) {
          this.#note(
            one,
            this.#send(one, { timeout: random.pick([5, 30, 500]) }),
          );
        }
        break;
      case "aborted": {
        const controller = new AbortController();
        for (const one of numbers) {
          this.#note(one, this.#send(one, { signal: controller.signal }));
        }
        this.#keep(
          sleep(random.integer(0, 20)).then(() => controller.abort()),
        );
        break;
      }
      case "map":
        this.#map((push) => numbers.forEach(push));
        break;
      case "late map":
        this.#map(async (push) => {
          for (const one of numbers) {
            push(one || ++this.#number);
            await turn();
          }
        });
        break;
      case "execute": {
        const commands = numbers.map((one) =>
          ["RPUSH", this.key, one] as [string, string, number]
        );
        const done = this.#client.executeCommands(
          new Map([[this.key, commands]]),
          { settled: true },
        );
        numbers.forEach((one, i) =>
          this.#note(one, done.then((results) => results.get(this.key)![i]))
        );
      }
    }
  }

  /** Waits for everything that was issued. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await bounded(Promise.all(this.#pending));
  }

  #send(one: number, options: { timeout?: number; signal?: AbortSignal }) {
    return this.#client.sendCommand("RPUSH", [this.key, one], options);
  }

  #map(issue: (push: (one: number) => void) => unknown): void {
    const map = this.#client.map(async (client) => {
      const push = (one: number) => {
        const promise: RbPromise<number> = client.rpush(this.key, one);
        this.#note(one, promise);
      };
      await issue(push);
    }, { settled: true });
    this.#keep(map.catch(() => {}));
  }

  #note(one: number, promise: PromiseLike<unknown>): void {
    this.#keep(
      Promise.resolve(promise).then(
        () => void this.acknowledged.push(one),
        (reason) => {
          const isUnsent = reason instanceof TransportError &&
            reason.outcome === "not-sent";
          if (isUnsent) this.unsent.push(one);
        },
      ),
    );
  }

  #keep(promise: Promise<unknown>): void {
    const kept = promise.then(() => void this.#pending.delete(kept));
    this.#pending.add(kept);
  }
}

for (const seed of [1, 2, 3]) {
  Deno.test(`fault 39: numbers never go back under random faults, seed ${seed}`, async () => {
    await using host = await Proxied.start(1, {
      poolOptions: {
        maxConnections: 4,
        breaker: { threshold: 3, minDelay: 20, maxDelay: 50 },
      },
    });
    const { proxy, cluster } = host;
    const random = new Random(seed);
    const writers = ["a", "b", "c"].map((key) =>
      new Writer(cluster, key, random.fork())
    );
    const faults = [
      () => proxy.cut({ replies: random.integer(0, 5) }),
      () => proxy.cut({ bytes: random.integer(0, 40) }),
      // Not requests: what a connection sends before it has said who it is
      // cannot be ended (see "Order" in docs/delivery.md).
      () => proxy.hold({ direction: "replies" }),
      () => proxy.reset(),
      () => proxy.forget(),
      () => proxy.delay(random.integer(1, 20)),
      () =>
        proxy.answer("READONLY You can't write against a read only replica."),
      () => host.oracle.command("CLIENT", "KILL", "TYPE", "normal"),
      () => proxy.refuse(),
    ];
    for (let round = 0; round < 30; round++) {
      await random.pick(faults)();
      for (let step = 0; step < 6; step++) {
        for (const writer of writers) writer.issue();
        await new Promise((wake) => setTimeout(wake, random.integer(0, 8)));
      }
      proxy.pass();
      for (const writer of writers) writer.issue();
      if (random.chance(0.3)) await writers[0].settled();
    }
    for (const writer of writers) await writer.settled();
    proxy.pass();
    for (const { key, acknowledged, unsent } of writers) {
      const list = await numbers(host, key);
      assertRising(list, `${key}, seed ${seed}`);
      const ran = new Set(list);
      assertEquals(acknowledged.filter((one) => !ran.has(one)), []);
      assertEquals(unsent.filter((one) => ran.has(one)), []);
      assert(acknowledged.length > 20, `${acknowledged.length} arrived`);
    }
    await assertQuiet(cluster);
  });
}
