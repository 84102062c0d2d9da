// Time and room: the bounds of the queue of a host, and who gives room back.

import { assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import {
  type Cluster,
  PartialError,
  type PoolOptions,
  QueueFullError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { eventually } from "./outcome.ts";
import { Proxied, reasonOf, told } from "./proxied.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

/** A cluster of a host that accepts and says nothing. */
function stalled(poolOptions: PoolOptions) {
  const server = ScriptedServer.silent();
  const cluster = clusterAt(server.port, { timeout: 5_000, poolOptions });
  return {
    cluster,
    async [Symbol.asyncDispose](): Promise<void> {
      await cluster.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** How many of several commands found room; all are given up afterwards. */
async function admitted(
  cluster: Cluster,
  count: number,
  name: string,
  args: string[],
): Promise<number> {
  const controller = new AbortController();
  const client = cluster.getRoutingClient({ signal: controller.signal });
  const results = Array.from(
    { length: count },
    () => reasonOf(client.sendCommand(name, args)),
  );
  controller.abort("given up");
  const reasons = await Promise.all(results);
  const refused = reasons.filter((one) => one instanceof QueueFullError);
  assertEquals(
    reasons.slice(0, count - refused.length),
    Array(count - refused.length).fill("given up"),
  );
  return count - refused.length;
}

Deno.test("fault 22: exactly so many commands fit as the bound says", async () => {
  await using setup = stalled({ maxQueueCommands: 3 });
  for (const [name, args] of [["GET", ["k"]], ["BLPOP", ["k", "1"]]] as const) {
    for (let round = 0; round < 3; round++) {
      assertEquals(await admitted(setup.cluster, 5, name, [...args]), 3);
    }
  }
});

Deno.test("fault 22: exactly so many bytes fit as the bound says", async () => {
  // Beside its arguments a command counts 64 bytes.
  const commands: [string, string[], number][] = [
    ["GET", ["key"], 67],
    ["SET", ["key", "value"], 72],
    ["HSET", ["key", "field", "value"], 77],
    ["BLPOP", ["key", "1"], 68],
  ];
  for (const [name, args, size] of commands) {
    for (const [bound, fitting] of [[2 * size, 2], [2 * size - 1, 1]]) {
      await using setup = stalled({ maxQueueBytes: bound });
      for (let round = 0; round < 2; round++) {
        assertEquals(await admitted(setup.cluster, 4, name, args), fitting);
      }
      const { queue } = setup.cluster.stats().get(0)!;
      assertEquals(queue, { commands: 0, bytes: 0 });
    }
  }
});

Deno.test("fault 22: the methods count the bytes of what they take", async () => {
  await using setup = stalled({});
  const { cluster } = setup;
  const bytes = () => cluster.stats().get(0)!.queue.bytes;
  const controller = new AbortController();
  const { signal } = controller;
  const map = cluster.getMappingClient({ signal });
  const local = cluster.getLocalClient(0, { signal });
  const calls: [() => PromiseLike<unknown>, number][] = [
    [() => map.get("key"), 67],
    [() => map.set("key", "value"), 72],
    [() => map.set("key", 12345), 64 + 3 + 8],
    [() => map.set("key", new Uint8Array(100)), 64 + 3 + 100],
    [() => map.getset("key", 1n), 64 + 3 + 8],
    [() => map.hset("key", "field", "value"), 77],
    [() => map.set("key", "value", { ex: 60 }), 64 + 3 + 5 + 2 + 8],
    [() => local.mget("a", "bc"), 67],
    [() => local.ping(), 64],
  ];
  const ends: Promise<unknown>[] = [];
  for (const [call, size] of calls) {
    const before = bytes();
    ends.push(reasonOf(call()));
    assertEquals(bytes() - before, size, `${call}`);
  }
  controller.abort();
  assertEquals(bytes(), 0);
  await Promise.all(ends);
});

Deno.test("fault 22: a command that blocks and finds no room is not sent", async () => {
  await using host = await Proxied.start(1, {
    poolOptions: { maxQueueCommands: 2 },
  });
  const { cluster, oracle } = host;
  const clients = [
    () => cluster.getRoutingClient().blpop(1, "list"),
    () => cluster.getLocalClient(0).blpop(1, "list"),
    () => cluster.map((map) => map.blpop(1, "list")),
    () => cluster.all((all) => all.blpop(1, "list")),
  ];
  const blocked = [clients[0](), clients[2]()];
  for (const call of clients) {
    assertEquals(told(await reasonOf(call())), {
      name: "QueueFullError",
      hostId: 0,
      command: "BLPOP",
      outcome: "not-sent",
    });
  }
  await oracle.command("RPUSH", "list", "a", "b", "c");
  const popped = await Promise.all(blocked);
  assertEquals(popped.toSorted(), [["list", "a"], ["list", "b"]]);
  assertEquals(await oracle.command("LRANGE", "list", 0, -1), ["c"]);
  // They have given their room back.
  assertEquals(await clients[1](), ["list", "c"]);
});

/** Ways for a command to end, each of which gives its room back. */
const ENDS: Record<string, (host: Proxied) => PromiseLike<unknown>> = {
  "is answered": ({ cluster }) => cluster.getRoutingClient().set("k", "v"),
  "gets an error": ({ cluster }) =>
    reasonOf(cluster.getRoutingClient().lpop("text")),
  "is one of a merged MGET": ({ cluster }) =>
    cluster.map((map) => [map.get("a"), map.get("b"), map.get("c")]),
  "is one of a merged MSET": ({ cluster }) =>
    cluster.map((map) => [map.set("a", 1), map.set("b", 2)]),
  "is split": ({ cluster }) => cluster.getRoutingClient().mget("a", "b", "c"),
  "times out": async ({ cluster, proxy }) => {
    proxy.hold();
    await reasonOf(cluster.getRoutingClient({ timeout: 30 }).get("k"));
    proxy.pass();
  },
  "times out in a map": async ({ cluster, proxy }) => {
    proxy.hold();
    await reasonOf(
      cluster.map((map) => [map.get("k"), map.incr("n")], { timeout: 30 }),
    );
    proxy.pass();
  },
  "is cancelled before it left": async ({ cluster }) => {
    const map = cluster.getMappingClient();
    map.get("k");
    map.incr("n");
    map.cancel();
    await reasonOf(map.join());
  },
  "is in a map whose callback throws": ({ cluster }) =>
    reasonOf(cluster.map((map) => {
      map.incr("n");
      throw new Error("Thrown by the callback");
    })),
  "loses its connection": async ({ cluster, proxy }) => {
    proxy.cut();
    await reasonOf(cluster.getRoutingClient().incr("n"));
    proxy.pass();
  },
  "is lost in part": async ({ cluster, proxy }) => {
    const { cut } = proxy.stats;
    await cluster.getRoutingClient().get("k");
    proxy.cut();
    const client = cluster.getRoutingClient();
    const ends = [reasonOf(client.incr("n")), client.get("k")];
    await eventually(() => proxy.stats.cut > cut);
    proxy.pass();
    await Promise.all(ends);
  },
  "cannot be sent": async ({ cluster, proxy }) => {
    await proxy.refuse();
    proxy.reset();
    await reasonOf(cluster.getRoutingClient({ timeout: 20 }).incr("n"));
    proxy.pass();
    await eventually(() =>
      cluster.getRoutingClient().get("k").then(() => true, () => false)
    );
  },
  "blocks": ({ cluster }) => cluster.getRoutingClient().blpop(0.01, "none"),
  "blocks and is given up": async ({ cluster }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = reasonOf(
      cluster.getRoutingClient({ signal }).blpop(10, "none"),
    );
    controller.abort();
    await reason;
  },
  "is one of a scan that is left": async ({ cluster }) => {
    for await (const _ of cluster.scan({ count: 1 })) break;
  },
};

for (const [how, end] of Object.entries(ENDS)) {
  Deno.test(`fault 22: a command that ${how} gives its room back, once`, async () => {
    await using host = await Proxied.start(1, {
      poolOptions: { breaker: { threshold: 100, minDelay: 10 } },
    });
    await host.oracle.command("MSET", "text", "value", "other", "value");
    await end(host);
    const { queue } = host.cluster.stats().get(0)!;
    assertEquals(queue, { commands: 0, bytes: 0 });
  });
}

Deno.test("fault 22: a split command is refused by the host that has no room, and by no other", async () => {
  await using host = await Proxied.start(2, {
    poolOptions: { maxQueueCommands: 1 },
  });
  const { cluster, proxies } = host;
  const client = cluster.getRoutingClient();
  // The host without room comes first, and then last.
  for (const full of [0, 1]) {
    const keys = [...host.keys(0, 2), ...host.keys(1, 2)];
    proxies[full].hold();
    const held = cluster.getLocalClient(full).ping();
    const names = (outcomes: PromiseSettledResult<unknown>[]) =>
      outcomes.map((outcome) =>
        outcome.status === "fulfilled" ? "OK" : outcome.reason.name
      );
    const expected = keys.map((_, i) =>
      Math.floor(i / 2) === full ? "QueueFullError" : "OK"
    );
    const args = keys.flatMap((key) => [key, "value"]);
    const settled = client.sendCommand("MSET", args, { settled: true });
    assertEquals(names(await settled), expected);
    const error = await reasonOf(client.sendCommand("MSET", args));
    assertInstanceOf(error, PartialError);
    assertEquals(names([...error.results]), expected);
    const counts = await client.sendCommand("EXISTS", host.keys(1 - full, 1), {
      settled: true,
    });
    assertEquals(names(counts), ["OK"]);
    proxies[full].pass();
    assertEquals(await held, "PONG");
  }
});

Deno.test("fault 24: connections for commands that block are counted with the others", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port);
  const connections = () => cluster.stats().get(0)!.connections;
  const client = cluster.getRoutingClient();
  await client.get("key");
  assertEquals([connections().open, connections().idle], [1, 1]);
  const blocked = client.blpop(5, "list");
  await eventually(() => connections().idle === 0);
  assertEquals(connections().open, 1);
  await client.get("key");
  assertEquals([connections().open, connections().idle], [2, 1]);
  await client.rpush("list", "element");
  await blocked;
  assertEquals([connections().open, connections().idle], [2, 2]);
  assertLess(connections().lost, 1);
});
