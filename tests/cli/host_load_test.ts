import { assert, assertEquals, assertMatch } from "@std/assert";
import { Cluster } from "../../mod.ts";
import {
  type HostLoad,
  loads,
  look,
  type Sight,
  totalLoad,
} from "../../src/cli/host_load.ts";
import { RedisServer } from "../../src/testing/redis_server.ts";

const cluster = new Cluster({ hosts: [{ port: 1 }, { port: 2 }, { port: 3 }] });

/** What was seen of a server that has run so many commands. */
function sight(
  commands: number,
  { at = 0, hits = 0, misses = 0, runId = "a", maxMemory = 0 } = {},
): Sight {
  const memory = 1_000;
  const info = { commands, hits, misses, runId, memory, maxMemory };
  return { at, latency: 0.5, info: { ...info, clients: 2, keys: 10 } };
}

function between(before: Sight[], after: Sight[]): HostLoad[] {
  return loads(cluster, new Map(before.entries()), new Map(after.entries()));
}

Deno.test("loads() counts by the second what happened in between", () => {
  const [host] = between(
    [sight(1_000, { hits: 50, misses: 50 })],
    [sight(1_600, { at: 2_000, hits: 80, misses: 60 })],
  );
  assertEquals(host, {
    hostId: 0,
    address: "localhost:1",
    commands: 300,
    hitRate: 0.75,
    latency: 0.5,
    memory: 1_000,
    keys: 10,
    clients: 2,
    isHot: false,
  });
});

Deno.test("loads() leaves out what an interval cannot tell", () => {
  const after = { at: 1_000 };
  const [none, restarted, reset] = between(
    [{ error: "down" }, sight(500), sight(500)],
    [sight(10, after), sight(600, { ...after, runId: "b" }), sight(10, after)],
  );
  assertEquals([none, restarted, reset].map(({ commands }) => commands), [
    undefined,
    undefined,
    undefined,
  ]);
  // Nobody read anything.
  const [idle] = between([sight(0)], [sight(9, after)]);
  assertEquals([idle.commands, "hitRate" in idle], [9, false]);
  const [failed] = between([sight(0)], [{ error: "down" }]);
  assertEquals(failed, {
    hostId: 0,
    address: "localhost:1",
    error: "down",
    isHot: false,
  });
});

Deno.test("loads() finds the host that has much more to do than the others", () => {
  const hot = (...rates: number[]) =>
    between(
      rates.map(() => sight(0)),
      rates.map((rate) => sight(rate, { at: 1_000 })),
    ).map(({ isHot }) => isHot);
  assertEquals(hot(100, 100, 1_000), [false, false, true]);
  assertEquals(hot(1_000, 1_010, 1_005), [false, false, false]);
  // What this program itself asks for makes nobody hot.
  assertEquals(hot(3, 3, 60), [false, false, false]);
  assertEquals(hot(1_000), [false]);
});

Deno.test("totalLoad() adds up what is known", () => {
  const hosts = between(
    [sight(0), sight(0), sight(0)],
    [sight(5, { at: 1_000 }), { error: "down" }, sight(7, { at: 1_000 })],
  );
  assertEquals(totalLoad(hosts), {
    commands: 12,
    memory: 2_000,
    keys: 20,
    clients: 4,
  });
});

Deno.test("look() sees the hosts that answer, and why others do not", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using gone = await RedisServer.start({ transport: "tcp" });
  await gone.kill();
  await using cluster = new Cluster({ hosts: [server.host, gone.host] });
  const sights = await look(cluster, 5_000);
  const [up, down] = [sights.get(0), sights.get(1)];
  assert(up !== undefined && "info" in up && up.latency > 0);
  assertEquals(up.info.keys, 0);
  assert(down !== undefined && "error" in down);
  assertMatch(down.error, /host 1/i);
});
