/*
 * What is merged stays each caller's own: when the user may not touch one of the
 * keys, or may not issue the merged command at all, each command gets the answer
 * that it would have got alone, and those that may run do.
 *
 * Covered here: MGET and MSET; a key that is denied, for everything and for
 * writing alone; a command that is denied, with many and with a single one; text
 * and bytes; RESP2 and RESP3; maps, mapping clients, mapBatches, fanouts and
 * executeCommands; keys of another type; what is remembered; an order that a
 * later write keeps; without retries; when the time is up; and the commands over
 * several keys that a caller issues, which fail as one or by host.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Cluster,
  type ClusterOptions,
  CommandError,
  type MappingClient,
  PartialError,
  type RbPromise,
} from "../../mod.ts";
import { FaultProxy } from "../../src/testing.ts";
import { Proxied } from "../../support/proxied.ts";
import { oracle, type RawReply } from "../../support/raw_client.ts";
import { since } from "../../support/since.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import { reasonOf } from "./proxied.ts";
import { FakeTime } from "../fake_time.ts";

/** Servers, and a cluster of them for a user with some rules. */
async function startFor(
  rules: string[],
  { size = 1, ...options }: Omit<ClusterOptions, "hosts"> & { size?: number } =
    {},
) {
  const hosts = await Proxied.start(size);
  for (const one of hosts.oracles) {
    await one.command("ACL", "SETUSER", "app", "on", ">pw", ...rules);
  }
  const cluster = new Cluster({
    ...options,
    hosts: hosts.proxies.map(({ host }) => host),
    hostDefaults: { username: "app", password: "pw" },
  });
  return {
    cluster,
    hosts,
    oracle: hosts.oracle,
    async [Symbol.asyncDispose](): Promise<void> {
      await cluster.close();
      await hosts[Symbol.asyncDispose]();
    },
  };
}

/** The end of a command in one word. */
function end(promise: RbPromise<unknown>): unknown {
  if (promise.isResolved) return promise.value;
  const { reason } = promise;
  assertInstanceOf(reason, CommandError);
  assertEquals(reason.hostId, 0);
  return `${reason.code} ${reason.command}`;
}

/** How often a server refused to run a command. */
async function refusals(
  { oracle }: { oracle: { command(...args: string[]): Promise<RawReply> } },
  command: string,
): Promise<number> {
  const stats = String(await oracle.command("INFO", "commandstats"));
  const line = stats.split("\n").find((one) =>
    one.startsWith(`cmdstat_${command}:`)
  );
  return Number(/rejected_calls=(\d+)/.exec(line ?? "")?.[1] ?? 0);
}

const KEYS = ["app:1", "other", "app:2"];

/** Ways to run a callback with a client that merges. */
const DOORS: Record<
  string,
  (
    cluster: Cluster,
    issue: (client: MappingClient, key: string) => RbPromise<unknown>,
  ) => Promise<RbPromise<unknown>[]>
> = {
  "a map": (cluster, issue) =>
    cluster.map((client) => KEYS.map((key) => issue(client, key)), {
      settled: true,
    }),
  "a map of a client": (cluster, issue) =>
    cluster.getRoutingClient().map(
      (client) => KEYS.map((key) => issue(client, key)),
      { settled: true },
    ),
  "a mapping client": async (cluster, issue) => {
    const client = cluster.getMappingClient();
    const promises = KEYS.map((key) => issue(client, key));
    await reasonOf(client.join());
    return promises;
  },
  mapBatches: async (cluster, issue) => {
    const promises: RbPromise<unknown>[] = [];
    const batches = cluster.mapBatches(KEYS, (client, key) => {
      promises.push(issue(client, key));
      return promises.at(-1)!;
    });
    await reasonOf(Array.fromAsync(batches));
    return promises;
  },
};

for (const protocol of [2, 3] as const) {
  for (const [door, run] of Object.entries(DOORS)) {
    Deno.test(`fault 56: RESP${protocol}, ${door}: a key that is denied fails alone`, async () => {
      await using setup = await startFor(["~app:*", "+@all"], {
        poolOptions: { protocol },
      });
      const { cluster, oracle } = setup;
      await oracle.command("MSET", "app:1", "one", "app:2", "two", "other", "");
      const gets = await run(cluster, (client, key) => client.get(key));
      assertEquals(gets.map(end), ["one", "NOPERM GET", "two"]);
      const sets = await run(cluster, (client, key) => client.set(key, "new"));
      assertEquals(sets.map(end), ["OK", "NOPERM SET", "OK"]);
      const values = await oracle.command("MGET", ...KEYS);
      assertEquals(values, ["new", "", "new"]);
      assert(await refusals(setup, "mget") > 0, "it was not merged");
      assert(await refusals(setup, "mset") > 0, "it was not merged");
      const { errors, retries, connections } = cluster.stats().get(0)!;
      assertEquals([errors, retries], [{ NOPERM: 2 }, 0]);
      assertEquals([connections.opened, connections.lost], [1, 0]);
    });
  }
}

Deno.test("fault 56: bytes as keys and values, and replies as bytes", async () => {
  await using setup = await startFor(["~app:*", "+@all"]);
  const bytes = (text: string) => new TextEncoder().encode(text);
  const sets = await setup.cluster.map(
    (client) => KEYS.map((key) => client.set(bytes(key), bytes("é\0"))),
    { settled: true },
  );
  assertEquals(sets.map(end), ["OK", "NOPERM SET", "OK"]);
  const gets = await setup.cluster.map(
    (client) =>
      KEYS.map((key) =>
        client.sendCommand("GET", [bytes(key)], { returnUint8Arrays: true })
      ),
    { settled: true },
  );
  assertEquals(gets.map(end), [bytes("é\0"), "NOPERM GET", bytes("é\0")]);
});

Deno.test(
  "fault 56: keys that may be read only, since Redis 7",
  since(7),
  async () => {
    await using setup = await startFor(["%R~*", "%W~app:*", "+@all"]);
    const sets = await setup.cluster.map(
      (client) => KEYS.map((key) => client.set(key, key)),
      { settled: true },
    );
    assertEquals(sets.map(end), ["OK", "NOPERM SET", "OK"]);
    const gets = await setup.cluster.map((client) =>
      KEYS.map((key) => client.get(key))
    );
    assertEquals(gets.map(end), ["app:1", null, "app:2"]);
    assertEquals(await refusals(setup, "mget"), 0);
  },
);

Deno.test("fault 56: a user without MGET and MSET uses maps, and finds out once", async () => {
  await using setup = await startFor(["~*", "+get", "+set", "+incr"]);
  const { cluster } = setup;
  const run = async (count: number) => {
    const keys = Array.from({ length: count }, (_, i) => `key ${i}`);
    await cluster.map((client) => keys.map((key) => client.set(key, key)));
    const values = await cluster.map((client) =>
      keys.map((key) => client.get(key))
    );
    assertEquals(values.map(({ value }) => value), keys);
  };
  await run(3);
  for (let i = 0; i < 5; i++) await run(3_000);
  assertEquals(await refusals(setup, "mget"), 1);
  assertEquals(await refusals(setup, "mset"), 1);
  assertEquals(cluster.stats().get(0)!.errors, {});
});

Deno.test("fault 56: a single GET that travels as an MGET", async () => {
  await using setup = await startFor(["~*", "+get", "+set"]);
  const { cluster, oracle } = setup;
  await oracle.command("SET", "k", "v");
  assertEquals(await cluster.map((client) => client.get("k")), "v");
  assertEquals(await cluster.map((client) => client.get("none")), null);
  assertEquals(await refusals(setup, "mget"), 1);
});

Deno.test("fault 56: who may not GET either is told so", async () => {
  await using setup = await startFor(["~*", "+set"]);
  const gets = await setup.cluster.map((client) => [
    client.get("a"),
    client.get("b"),
    client.set("c", "1"),
    client.get("d"),
  ], { settled: true });
  assertEquals(gets.map(end), [
    "NOPERM GET",
    "NOPERM GET",
    "OK",
    "NOPERM GET",
  ]);
  const [{ reason }] = gets;
  assert((reason as Error).message.includes("'get' command"));
});

Deno.test("fault 56: a key of another type reads as null all the same", async () => {
  for (const rules of [["~*", "+get"], ["~app:*", "+@all"]]) {
    await using setup = await startFor(rules);
    const { cluster, oracle } = setup;
    await oracle.command("RPUSH", "app:list", "x");
    await oracle.command("SET", "app:1", "one");
    const issue = (autoBatch: boolean) =>
      cluster.map(
        (client) =>
          ["app:1", "app:list", "other"].map((key) => client.get(key)),
        {
          settled: true,
          autoBatch,
        },
      );
    const last = rules[0] === "~*" ? null : "NOPERM GET";
    for (let i = 0; i < 2; i++) {
      assertEquals((await issue(true)).map(end), ["one", null, last]);
    }
    assertEquals((await issue(false)).map(end), [
      "one",
      "WRONGTYPE GET",
      last,
    ]);
  }
});

Deno.test("fault 56: many runs, and commands between them", async () => {
  await using setup = await startFor(["~app:*", "+@all"]);
  const count = 2_500;
  const results = await setup.cluster.map((client) => [
    ...Array.from({ length: count }, (_, i) => client.set(`app:${i}`, i)),
    client.set("other", 1),
    client.incr("app:7"),
    client.set("app:7", 70, { xx: true }),
    ...Array.from({ length: count }, (_, i) => client.get(`app:${i}`)),
    client.get("other"),
    client.append("app:8", "0"),
  ], { settled: true });
  const ends = results.map(end);
  // Where a later write of the same key ran, the first one does not come again.
  const failed = ends.flatMap((one, i) => one === "NOPERM SET" ? [i] : []);
  assertEquals(failed, [7, 8, count]);
  assertEquals(ends.indexOf("NOPERM GET"), ends.length - 2);
  const values = await setup.oracle.command("MGET", "app:6", "app:7", "app:8");
  assertEquals(values, ["6", "70", "0"]);
});

Deno.test("fault 56: what would come behind a later write of its key rejects", async () => {
  await using setup = await startFor(["~app:*", "+@all"]);
  const results = await setup.cluster.map((client) => [
    client.set("app:1", "first"),
    client.set("app:2", "first"),
    client.set("other", "first"),
    client.append("app:1", "second"),
    client.get("app:3"),
  ], { settled: true });
  assertEquals(results.map(end), [
    "NOPERM SET",
    "OK",
    "NOPERM SET",
    "second".length,
    null,
  ]);
  const values = await setup.oracle.command("MGET", "app:1", "app:2");
  assertEquals(values, ["second", "first"]);
});

Deno.test("fault 56: without retries, and with calls beside it", async () => {
  await using setup = await startFor(["~app:*", "+@all"], {
    poolOptions: { maxRetries: 0, maxConnections: 1 },
  });
  const client = setup.cluster.getRoutingClient();
  const [sets, ...calls] = await bounded(Promise.all([
    client.map((map) => KEYS.map((key) => map.set(key, "x")), {
      settled: true,
    }),
    client.append("app:3", "a"),
    client.append("app:3", "b"),
    reasonOf(client.set("other", 1)),
  ]));
  assertEquals(sets.map(end), ["OK", "NOPERM SET", "OK"]);
  assertEquals(calls.slice(0, 2), [1, 2]);
  assertInstanceOf(calls[2], CommandError);
});

Deno.test("fault 56: executeCommands and a fanout", async () => {
  await using setup = await startFor(["~app:*", "+@all"]);
  const { cluster } = setup;
  const { a } = await cluster.executeCommands({
    a: KEYS.flatMap((key) => [["SET", key, key], ["GET", key]] as const),
  }, { settled: true });
  assertEquals(a.map(end), [
    "OK",
    "app:1",
    "NOPERM SET",
    "NOPERM GET",
    "OK",
    "app:2",
  ]);
  const spread = cluster.getFanoutClient([0]);
  const gets = KEYS.map((key) => spread.get(key));
  await reasonOf(spread.join());
  assertEquals(
    gets.map((one) => one.isResolved ? one.value!.get(0) : "NOPERM"),
    ["app:1", "NOPERM", "app:2"],
  );
});

Deno.test("fault 56: a time that is up in between leaves what was not refused not sent", async () => {
  await using setup = await startFor(["~app:*", "+@all"]);
  const { cluster, hosts } = setup;
  // A connection that was idle for a while would be asked first, and held.
  using _time = new FakeTime();
  await cluster.map((client) => client.get("app:1"));
  const controller = new AbortController();
  const map = cluster.map(
    (client) => KEYS.map((key) => client.set(key, "x")),
    { signal: controller.signal, settled: true },
  );
  hosts.proxy.hold({ direction: "replies" });
  await eventually(async () => await refusals(setup, "mset") > 0);
  controller.abort(new Error("Enough"));
  const results = await bounded(map);
  assertEquals(
    results.map(({ reason }) => (reason as Error).message),
    Array(3).fill("Enough"),
  );
  hosts.proxy.pass();
  assertEquals(await setup.oracle.command("EXISTS", ...KEYS), 0);
});

Deno.test("fault 56: a command over several keys that a caller issues fails as it was issued", async () => {
  await using setup = await startFor(["~app:*", "+@all"], { size: 2 });
  const { cluster, hosts } = setup;
  const [mine, theirs] = [hosts.keys(0, 2, "app"), hosts.keys(1, 1, "app")];
  const denied = hosts.keys(1, 1, "other");
  const keys = [...mine, ...denied, ...theirs];
  const client = cluster.getRoutingClient();
  const values = Object.fromEntries(keys.map((key) => [key, "x"]));
  const calls: Record<string, () => Promise<unknown>> = {
    MSET: () => client.mset(values),
    MGET: () => client.mget(...keys),
    EXISTS: () => client.exists(...keys),
    TOUCH: () => client.touch(...keys),
    UNLINK: () => client.unlink(...keys),
    DEL: () => client.del(...keys),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await reasonOf(call());
    assertInstanceOf(error, PartialError);
    assertEquals(error.command, name);
    // The keys of a host travel together, and none of them was touched.
    assertEquals(error.succeeded, mine);
    assertEquals(error.failed, [...denied, ...theirs]);
    assertEquals(error.errors.length, 1);
    const [reason] = error.errors;
    assert(reason instanceof CommandError && reason.hostId === 1);
    assertEquals([reason.code, reason.command], ["NOPERM", name]);
  }
  // On one host there is no part that could succeed.
  const one = await reasonOf(client.mget(...denied, ...theirs));
  assertInstanceOf(one, CommandError);
  assertEquals([one.code, one.command], ["NOPERM", "MGET"]);
});

Deno.test("fault 56: a refusal that is not about permission is not asked again", async () => {
  await using host = await Proxied.start(1);
  await using proxy = await FaultProxy.start(host.server);
  await using cluster = new Cluster({ hosts: [proxy.host] });
  await cluster.map((client) => client.get("k"));
  proxy.answer("OOM command not allowed", { commands: ["MSET", "SET"] });
  const sets = await cluster.map(
    (client) => KEYS.map((key) => client.set(key, "x")),
    { settled: true },
  );
  assertEquals(sets.map(end), Array(3).fill("OOM SET"));
  assertEquals(proxy.stats.answered, 1);
  await using direct = oracle(host.server);
  assertEquals(await direct.command("EXISTS", ...KEYS), 0);
});
