import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import {
  Cluster,
  CommandError,
  DecodeError,
  ProtocolError,
  TimeoutError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { bounded, eventually, timesOutAfter } from "../faults/outcome.ts";
import {
  assertQuiet,
  connected,
  Proxied,
  reasonOf,
} from "../faults/proxied.ts";
import { ScriptedServer } from "../faults/scripted_server.ts";
import { clusterAt } from "../faults/single_host.ts";
import { FakeTime } from "../fake_time.ts";

const NAMES = Array.from({ length: 700 }, (_, index) => `name:${index}`);

/** A server with a set, a hash and a sorted set. */
async function filled(protocol?: 2 | 3) {
  const server = await RedisServer.start();
  const cluster = new Cluster({
    hosts: [server.host],
    poolOptions: protocol === undefined ? {} : { protocol },
  });
  const client = cluster.getRoutingClient();
  await Promise.all([
    client.sadd("set", NAMES),
    client.hset("hash", Object.fromEntries(NAMES.map((name) => [name, name]))),
    client.zadd(
      "sorted",
      Object.fromEntries(NAMES.map((name, index) => [name, index])),
    ),
    client.zadd("ends", { low: -Infinity, high: Infinity, half: 0.5 }),
  ]);
  return {
    server,
    cluster,
    client,
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await server.stop();
    },
  };
}

for (const protocol of [2, 3] as const) {
  Deno.test(`sscanAll(), hscanAll() and zscanAll() give all there is (RESP${protocol})`, async () => {
    await using setup = await filled(protocol);
    const records = setup.cluster.getRoutingClient({ replies: "records" });
    const local = setup.cluster.getLocalClient(0);
    for (const client of [setup.client, records, local]) {
      for (const count of [undefined, 7, 10_000]) {
        const options = count === undefined ? {} : { count };
        const members = new Set<string>();
        for await (const member of client.sscanAll("set", options)) {
          members.add(member);
        }
        assertEquals(members, new Set(NAMES));
        const fields = new Map<string, string>();
        for await (const [field, value] of client.hscanAll("hash", options)) {
          fields.set(field, value);
        }
        assertEquals(fields.size, NAMES.length);
        for (const name of NAMES) assertEquals(fields.get(name), name);
        const scores = new Map<string, number>();
        for await (const [name, score] of client.zscanAll("sorted", options)) {
          scores.set(name, score);
        }
        assertEquals(scores.size, NAMES.length);
        NAMES.forEach((name, score) => assertEquals(scores.get(name), score));
      }
      const ends = new Map(await Array.fromAsync(client.zscanAll("ends")));
      assertEquals(
        [ends.get("low"), ends.get("half"), ends.get("high")],
        [-Infinity, 0.5, Infinity],
      );
    }
  });
}

Deno.test("sscanAll(), hscanAll() and zscanAll() know patterns, bytes and empty keys", async () => {
  await using setup = await filled();
  const { client } = setup;
  const found = await Array.fromAsync(
    client.sscanAll("set", { match: "name:1?", count: 10 }),
  );
  assertEquals(
    [...new Set(found)].sort(),
    NAMES.filter((name) => /^name:1.$/.test(name)).sort(),
  );
  const empty: AsyncIterable<unknown>[] = [
    client.sscanAll("nothing"),
    client.hscanAll("nothing"),
    client.zscanAll("nothing"),
  ];
  for (const scan of empty) assertEquals(await Array.fromAsync(scan), []);
  const bytes = Uint8Array.of(0xff, 0);
  const options = { returnUint8Arrays: true } as const;
  await client.sadd("s", bytes);
  await client.hset("h", bytes, bytes);
  await client.zadd("z", 1.5, bytes);
  assertEquals(await Array.fromAsync(client.sscanAll("s", options)), [bytes]);
  assertEquals(await Array.fromAsync(client.hscanAll("h", options)), [
    [bytes, bytes],
  ]);
  assertEquals(await Array.fromAsync(client.zscanAll("z", options)), [
    [bytes, 1.5],
  ]);
  assertInstanceOf(await reasonOf(client.sscanAll("s").next()), DecodeError);
});

Deno.test("sscanAll() sends nothing before it is asked, and nothing after it is left", async () => {
  await using setup = await filled();
  const { cluster, client } = setup;
  const sent = () => cluster.stats().get(0)!.sent;
  const before = sent();
  const members = client.sscanAll("set", { count: 10 });
  await client.get("other");
  assertEquals(sent(), before + 1);
  for await (const member of members) {
    assert(NAMES.includes(member));
    break;
  }
  assertEquals(sent(), before + 2);
  assertEquals(await members.next(), { done: true, value: undefined });
  assertEquals([sent(), cluster.getPoolForHost(0).size], [before + 2, 1]);
});

Deno.test("sscanAll() keeps its place among what its client issues", async () => {
  await using setup = await filled();
  const { client } = setup;
  const key = new TextEncoder().encode("fresh");
  const adding = client.sadd(key, "one");
  const members = client.sscanAll(key);
  key.fill(0);
  assertEquals(await members.next(), { done: false, value: "one" });
  assertEquals(await adding, 1);
});

Deno.test("sscanAll() refuses what is wrong in the call", async () => {
  await using setup = await filled();
  const { client } = setup;
  for (
    const [args, text] of [
      [["set", { pattern: "x" }], 'Unknown option "pattern"'],
      [["set", { count: 0 }], "count"],
      [[undefined], "Argument 1"],
    ] as [unknown[], string][]
  ) {
    assertThrows(
      () => Reflect.apply(client.sscanAll, client, args),
      TypeError,
      text,
    );
  }
});

Deno.test("sscanAll() ends with the error of its page", async () => {
  await using setup = await filled();
  const { client } = setup;
  const members = client.sscanAll("hash");
  const error = await reasonOf(members.next());
  assert(error instanceof CommandError);
  assertEquals(
    [error.code, error.command, error.hostId],
    ["WRONGTYPE", "SSCAN", 0],
  );
  assertEquals((await members.next()).done, true);
  await using server = ScriptedServer.replying("+OK\r\n");
  await using cluster = clusterAt(server.port);
  const scan = cluster.getRoutingClient().hscanAll("h");
  assertInstanceOf(await reasonOf(scan.next()), ProtocolError);
});

Deno.test("sscanAll() ends when it is aborted, left, or out of time", async () => {
  await using host = await Proxied.start(1, { timeout: 60_000 });
  const { cluster, proxy, oracle } = host;
  await oracle.command("SADD", "set", ...NAMES);
  const client = await connected(cluster);
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = client.sscanAll("set", { count: 10, signal });
  await aborted.next();
  controller.abort("enough");
  assertEquals(await reasonOf(aborted.next()), "enough");

  proxy.hold({ direction: "replies" });
  const left = client.sscanAll("set");
  const waiting = left.next();
  const { sent } = cluster.stats().get(0)!.bytes;
  await eventually(() => cluster.stats().get(0)!.bytes.sent > sent);
  await bounded(left.return!());
  assertEquals(await bounded(waiting), { done: true, value: undefined });
  {
    using time = new FakeTime();
    await timesOutAfter(
      time,
      () => client.sscanAll("set", { timeout: 1_000 }).next(),
      { timeout: 1_000, errorClass: TimeoutError },
    );
  }
  proxy.pass();
  assertEquals((await bounded(client.sscanAll("set").next())).done, false);
  await assertQuiet(cluster);
});
