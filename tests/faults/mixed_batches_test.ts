// No write runs twice, whatever travels beside it in the same turn.

import { assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectionError, type RoutingClient } from "../../mod.ts";
import { eventually } from "./outcome.ts";
import { assertQuiet, Proxied, reasonOf, told } from "./proxied.ts";

/** What came of each promise: its value, or its outcome. */
async function ends(promises: PromiseLike<unknown>[]): Promise<unknown[]> {
  const results = await Promise.allSettled(promises);
  return results.map((result) =>
    result.status === "fulfilled" ? result.value : told(result.reason).outcome
  );
}

/** Loses the first reply to what is issued, and lets the next attempt pass. */
async function afterCut(
  host: Proxied,
  issue: () => PromiseLike<unknown>[],
): Promise<unknown[]> {
  const { cut } = host.proxy.stats;
  host.proxy.cut();
  const results = ends(issue());
  await eventually(() => host.proxy.stats.cut > cut);
  host.proxy.pass();
  return await results;
}

const MAY = { idempotent: true };

Deno.test("fault 9: a write beside one that may be sent again runs once", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  const client = cluster.getRoutingClient();
  const issuers: Record<string, () => PromiseLike<unknown>[]> = {
    "behind it": () => [
      client.sendCommand("INCR", ["may"], MAY),
      client.sendCommand("INCR", ["once"]),
    ],
    "before it": () => [
      client.sendCommand("INCR", ["once"]),
      client.sendCommand("INCR", ["may"], MAY),
    ],
    "in a map": () => {
      const map = cluster.getMappingClient({ autoBatch: false });
      return [
        map.sendCommand("INCR", ["may"], MAY),
        map.incr("once"),
      ];
    },
    "of another client": () => [
      cluster.getRoutingClient(MAY).incr("may"),
      client.incr("once"),
    ],
  };
  for (const [where, issue] of Object.entries(issuers)) {
    await oracle.command("MSET", "may", 0, "once", 0);
    await client.get("idle connection");
    const results = await afterCut(host, issue);
    if (where === "before it") results.reverse();
    assertEquals(results, [2, "unknown"], where);
    assertEquals(await oracle.command("MGET", "may", "once"), ["2", "1"]);
  }
  await assertQuiet(cluster);
});

Deno.test("fault 12: reads, writes and what may run twice end each in its own way", async () => {
  await using host = await Proxied.start(1);
  const { cluster, oracle } = host;
  await oracle.command("SET", "text", "value");
  const map = cluster.getMappingClient();
  await map.get("text");
  const results = await afterCut(host, () => [
    map.get("text"),
    map.incr("once"),
    map.get("text"),
    map.sendCommand("INCR", ["may"], MAY),
    map.sendCommand("INCR", ["might"], MAY),
    map.strlen("text"),
    map.set("changed", "other"),
  ]);
  assertEquals(results, [
    "value",
    "unknown",
    "value",
    2,
    2,
    5,
    "unknown",
  ]);
  assertEquals(
    await oracle.command("MGET", "once", "may", "might"),
    ["1", "2", "2"],
  );
  await assertQuiet(cluster);
});

Deno.test("fault 12: a client's own idempotent does not hold for a call that says no", async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient(MAY);
  await client.get("idle connection");
  const results = await afterCut(host, () => [
    client.incr("may"),
    client.sendCommand("INCR", ["might"]),
    client.sendCommand("INCR", ["once"], { idempotent: false }),
    client.sendCommand("INCR", ["once"], {
      idempotent: false,
      returnUint8Arrays: true,
    }),
  ]);
  assertEquals(results, [2, 2, "unknown", "unknown"]);
  assertEquals(await host.oracle.command("GET", "once"), "2");
});

/** Ways to write several keys of two hosts at once, and what it resolves with. */
const SPLIT: Record<
  string,
  (client: RoutingClient, args: string[]) => [PromiseLike<unknown>, unknown]
> = {
  "MSET": (client, args) => [client.sendCommand("MSET", args, MAY), "OK"],
  "settled MSET": (client, args) => [
    client.sendCommand("MSET", args, { ...MAY, settled: true }),
    args.filter((_, i) => i % 2 === 0)
      .map(() => ({ status: "fulfilled", value: "OK" })),
  ],
  "MSET of a map": (client, args) => [
    client.map((map) => map.sendCommand("MSET", args, MAY)),
    "OK",
  ],
  "MSET of a client that may": (client, args) => [
    client.map((map) => map.sendCommand("MSET", args), MAY),
    "OK",
  ],
};

for (const [how, send] of Object.entries(SPLIT)) {
  Deno.test(`fault 12: each part of a split ${how} is sent again when it may be`, async () => {
    await using host = await Proxied.start(2);
    const keys = [...host.keys(0, 5), ...host.keys(1, 5)];
    const client = host.cluster.getRoutingClient();
    await client.mget(...keys);
    // The part of one host alone, then that of the other.
    for (const [index, proxy] of host.proxies.entries()) {
      proxy.cut();
      const value = `value ${index}`;
      const args = keys.flatMap((key) => [key, value]);
      const [sent, expected] = send(client, args);
      await eventually(() => proxy.stats.cut === 1);
      proxy.pass();
      assertEquals(await sent, expected);
      for (const [id, oracle] of host.oracles.entries()) {
        const values = await oracle.command("MGET", ...host.keys(id, 5));
        assertEquals(values, Array(5).fill(value));
      }
    }
  });
}

Deno.test("fault 9: a part of a split DEL whose reply was lost is not sent again", async () => {
  await using host = await Proxied.start(2);
  const { cluster, oracles } = host;
  const keys = [...host.keys(0, 3), ...host.keys(1, 3)];
  const client = cluster.getRoutingClient();
  await client.mset(...keys.map((key): [string, string] => [key, "1"]));
  host.proxies[1].cut();
  const error = reasonOf(client.del(...keys));
  await eventually(() => host.proxies[1].stats.cut === 1);
  // What is there again was not deleted a second time.
  await oracles[1].command("SET", keys[3], "again");
  host.proxies[1].pass();
  const { errors } = await error as AggregateError;
  assertEquals(errors.length, 1);
  assertInstanceOf(errors[0], ConnectionError);
  assertEquals(told(errors[0]), {
    name: "ConnectionError",
    hostId: 1,
    command: "DEL",
    outcome: "unknown",
  });
  assertEquals(await oracles[1].command("GET", keys[3]), "again");
  assertEquals(await oracles[0].command("DBSIZE"), 0);
});
