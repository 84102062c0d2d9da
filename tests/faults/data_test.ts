import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  Cluster,
  CommandError,
  DecodeError,
  ProtocolError,
  UnroutableCommandError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { type Oracle, oracle } from "../../support/raw_client.ts";
import { failureOf } from "./outcome.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, index) => index);
const AS_BYTES = { returnUint8Arrays: true };

/** Two servers, a cluster over them, and an oracle for each. */
async function twoServers() {
  const servers = await Promise.all([
    RedisServer.start({ transport: "tcp" }),
    RedisServer.start({ transport: "tcp" }),
  ]);
  const cluster = new Cluster({
    hosts: servers.map(({ hostname, port }) => ({ hostname, port })),
  });
  const oracles = servers.map(oracle);
  return {
    cluster,
    client: cluster.getRoutingClient(),
    oracles,
    /** The oracle of the server that a key lives on. */
    of: (key: string): Oracle =>
      oracles[cluster.getRouter().getHostForKey(key)],
    async [Symbol.asyncDispose](): Promise<void> {
      await cluster.close();
      for (const one of oracles) await one[Symbol.asyncDispose]();
      for (const server of servers) await server.stop();
    },
  };
}

Deno.test("fault 29: integers beyond 2^53 are exact, up to the ends of int64", async () => {
  await using setup = await twoServers();
  const { client, cluster } = setup;
  await client.set("n", "9007199254740990");
  const counts: unknown[] = [];
  for (let i = 0; i < 4; i++) counts.push(await client.incr("n"));
  assertEquals(counts, [
    9007199254740991,
    9007199254740992n,
    9007199254740993n,
    9007199254740994n,
  ]);
  const mapped = await cluster.map((client) => client.incr("n"));
  assertEquals(mapped as unknown, 9007199254740995n);
  using dedicated = await cluster.connect(
    cluster.getRouter().getHostForKey("n"),
  );
  assertEquals(await dedicated.incr("n") as unknown, 9007199254740996n);
  await client.set("n", 2n ** 63n - 2n);
  assertEquals(await client.incr("n") as unknown, 2n ** 63n - 1n);
  await client.set("n", -(2n ** 63n) + 1n);
  assertEquals(await client.decr("n") as unknown, -(2n ** 63n));
  assertEquals(await setup.of("n").command("GET", "n"), String(-(2n ** 63n)));
  const { error } = await failureOf(CommandError, () => client.decr("n"));
  assertMatch(error.message, /overflow/);
});

Deno.test("fault 29: a bigint as argument is exact", async () => {
  await using setup = await twoServers();
  const { client } = setup;
  const increment = 9007199254740993n;
  assertEquals(await client.incrby("n", increment) as unknown, increment);
  await client.set("m", increment);
  assertEquals(await client.get("m"), "9007199254740993");
});

Deno.test("fault 29: an integer outside int64 is a ProtocolError", async () => {
  for (const text of ["9223372036854775808", "-9223372036854775809"]) {
    await using server = ScriptedServer.replying(`:${text}\r\n`);
    await using cluster = clusterAt(server.port);
    await failureOf(ProtocolError, () => cluster.getRoutingClient().incr("n"));
  }
});

Deno.test("fault 30: all 256 byte values round-trip in keys and values", async () => {
  await using setup = await twoServers();
  const { client, cluster } = setup;
  const { router } = { router: cluster.getRouter() };
  for (let byte = 0; byte < 256; byte++) {
    await client.set(Uint8Array.of(byte), Uint8Array.of(byte, 255 - byte));
  }
  for (let byte = 0; byte < 256; byte++) {
    const value = await client.sendCommand("GET", [Uint8Array.of(byte)], {
      returnUint8Arrays: true,
    });
    assertEquals(value, Uint8Array.of(byte, 255 - byte));
  }
  await client.set(ALL_BYTES, ALL_BYTES);
  assertEquals(
    await client.sendCommand("GET", [ALL_BYTES], AS_BYTES),
    ALL_BYTES,
  );
  // The server agrees that these are the bytes, and lives where the router says.
  const direct = setup.oracles[router.getHostForKey(ALL_BYTES)];
  const script =
    "local t = {} for i = 0, 255 do t[#t + 1] = string.char(i) end " +
    "local all = table.concat(t) return redis.call('GET', all) == all and 1 or 0";
  assertEquals(await direct.command("EVAL", script, 0), 1);
  // Merged and not, in a map.
  for (const autoBatch of [true, false]) {
    const replies = await cluster.map(
      (client) => [
        client.sendCommand("GET", [ALL_BYTES], AS_BYTES),
        client.sendCommand("GET", [Uint8Array.of(200)], AS_BYTES),
      ],
      { autoBatch },
    );
    assertEquals(replies.map(({ value }) => value), [
      ALL_BYTES,
      Uint8Array.of(200, 55),
    ]);
  }
});

Deno.test("fault 30: text in any script, of any length, comes back as it was", async () => {
  await using setup = await twoServers();
  const { client } = setup;
  const texts = [
    "",
    "\0",
    "\ufeffbegins with a byte order mark",
    "\ufffd",
    "naïve café",
    "日本語",
    "🜁🜂",
    "a".repeat(100_000) + "ü",
    "\ud83d\ude00".repeat(20_000),
  ];
  for (const text of texts) {
    await client.set(`key ${text}`, text);
    assertEquals(await client.get(`key ${text}`), text);
    const length = new TextEncoder().encode(text).length;
    assertEquals(await client.strlen(`key ${text}`), length);
  }
});

Deno.test("fault 30: bytes that are no text are an error of their own command", async () => {
  await using setup = await twoServers();
  const { client, cluster } = setup;
  await client.set("bytes", Uint8Array.of(0xff, 0xfe));
  await client.set("long", new Uint8Array(1_000).fill(0x80));
  await client.set("text", "text");
  for (const autoBatch of [true, false]) {
    const map = cluster.getMappingClient({ autoBatch });
    const promises = ["text", "bytes", "text", "long", "text"]
      .map((key) => map.get(key));
    await map.join().catch(() => {});
    const values: unknown[] = promises.map(({ value }) => value);
    assertEquals(values, [
      "text",
      undefined,
      "text",
      undefined,
      "text",
    ]);
    assertInstanceOf(promises[1].reason, DecodeError);
    assertInstanceOf(promises[3].reason, DecodeError);
    assertEquals(promises[1].reason.command, "GET");
  }
  await failureOf(DecodeError, () => client.getrange("bytes", 0, 0));
  const host = cluster.getRouter().getHostForKey("bytes");
  using dedicated = await cluster.connect(host);
  await failureOf(DecodeError, () => dedicated.get("bytes"));
  assertEquals(await dedicated.ping(), "PONG");
});

Deno.test("fault 30: bytes that are no text, in a list, are an error in their place", async () => {
  await using setup = await twoServers();
  const { client } = setup;
  await client.rpush("list", "a", Uint8Array.of(0xc0), "b");
  const [a, error, b]: unknown[] = await client.lrange("list", 0, -1);
  assertEquals([a, b], ["a", "b"]);
  assertInstanceOf(error, DecodeError);
  const bytes = await client.sendCommand("LRANGE", ["list", 0, -1], AS_BYTES);
  assertEquals(bytes, [
    Uint8Array.of(97),
    Uint8Array.of(0xc0),
    Uint8Array.of(98),
  ]);
});

Deno.test("fault 30: a message that is no text ends receive(), not receiveBuffers()", async () => {
  await using setup = await twoServers();
  const { cluster, oracles: [direct] } = setup;
  const publish = (code: number) =>
    direct.command(
      "EVAL",
      `return redis.call('PUBLISH', 'ch', string.char(${code}))`,
      0,
    );
  for (const how of ["receive", "receiveBuffers"] as const) {
    using subscriber = await cluster.connect(0);
    const subscription = await subscriber.subscribe("ch");
    await publish(0xff);
    const messages = subscription[how]();
    if (how === "receive") {
      await failureOf(DecodeError, () => messages.next());
    } else {
      const { value } = await messages.next();
      assertEquals(value.message, Uint8Array.of(0xff));
    }
    await messages.return?.();
  }
});

Deno.test("fault 30: a message keeps its byte order mark", async () => {
  await using setup = await twoServers();
  const { cluster, oracles: [direct] } = setup;
  using subscriber = await cluster.connect(0);
  const subscription = await subscriber.subscribe("ch");
  await direct.command("PUBLISH", "ch", "\ufefftext");
  const messages = subscription.receive();
  assertEquals((await messages.next()).value.message, "\ufefftext");
  await messages.return?.();
});

Deno.test("fault 30: a lone surrogate is refused on the way out", async () => {
  await using setup = await twoServers();
  const { client, cluster, oracles } = setup;
  const broken = "\ud800";
  using dedicated = await cluster.connect(0);
  const calls: (() => PromiseLike<unknown>)[] = [
    () => client.set("k", broken),
    () => client.set(broken, "v"),
    () => client.set("k", `${"x".repeat(5_000)}${broken}`),
    () => client.get(broken),
    () => client.mget("k", broken),
    () => client.sendCommand("SET", ["k", broken]),
    () => cluster.map((client) => client.set("k", broken)),
    () => cluster.map((client) => client.set(broken, "v")),
    () => cluster.fanout([0], (client) => client.set("k", broken)),
    () => dedicated.set("k", broken),
  ];
  for (const call of calls) {
    const { error } = await failureOf(TypeError, call);
    assertStringIncludes(error.message, "surrogate");
  }
  for (const direct of oracles) {
    assertEquals(await direct.command("DBSIZE"), 0);
  }
});

const NO_ARGUMENTS: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  NaN: NaN,
  Infinity: Infinity,
  "an array": ["a"],
  "an object": { a: 1 },
  "a date": new Date(0),
  "a boolean": true,
  "a symbol": Symbol("s"),
  "a function": () => "k",
  "an ArrayBuffer": new ArrayBuffer(2),
  "a Uint16Array": new Uint16Array(2),
};

for (const [what, value] of Object.entries(NO_ARGUMENTS)) {
  Deno.test(`fault 31: ${what} as an argument is a TypeError before anything is written`, async () => {
    await using setup = await twoServers();
    const { client, cluster, oracles } = setup;
    using dedicated = await cluster.connect(0);
    // What the types refuse, plain JavaScript lets through.
    const bad = value as string;
    const calls: Record<string, () => PromiseLike<unknown>> = {
      value: () => client.set("k", bad),
      key: () => client.set(bad, "v"),
      get: () => client.get(bad),
      local: () => cluster.getLocalClient(0).set("k", bad),
      raw: () => client.sendCommand("SET", ["k", bad]),
      rawKey: () => client.sendCommand("GET", [bad]),
      hset: () => client.hset("k", "field", bad),
      append: () => client.append("k", bad),
      rpush: () => client.rpush("k", "a", bad),
      map: () => cluster.map((client) => client.append("k", bad)),
      mapKey: () => cluster.map((client) => client.append(bad, "v")),
      all: () => cluster.fanout([0], (client) => client.append("k", bad)),
      dedicated: () => dedicated.append("k", bad),
    };
    for (const [name, call] of Object.entries(calls)) {
      const { error } = await failureOf(TypeError, async () => await call());
      assertMatch(error.message, /^(Argument \d+ of "[A-Z]+"|A key) /, name);
    }
    for (const direct of oracles) {
      assertEquals(await direct.command("DBSIZE"), 0);
    }
    assertEquals(await dedicated.ping(), "PONG");
  });
}

Deno.test("fault 31: arguments that change behind a call's back break nothing", async () => {
  await using setup = await twoServers();
  const { client, cluster } = setup;
  const args: string[] = ["k", "v"];
  const mapped: string[] = ["m", "v"];
  const set = client.sendCommand("SET", args);
  const other = client.incr("n");
  args[1] = undefined as unknown as string;
  assertEquals(await set, "OK");
  assertEquals(await other, 1);
  await cluster.map((client) => {
    client.sendCommand("SET", mapped);
    mapped.length = 0;
  });
  assertEquals(await client.mget("k", "m"), ["v", "v"]);
});

Deno.test("fault 32: __proto__ and constructor are names like any other", async () => {
  await using setup = await twoServers();
  const { client, cluster } = setup;
  const fields = JSON.parse(
    '{"__proto__":"p","constructor":"c","toString":"t"}',
  );
  assertEquals(await client.hset("hash", fields), 3);
  const flat = await client.hgetall("hash");
  const pairs = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) pairs.set(flat[i], flat[i + 1]);
  assertEquals(pairs, new Map(Object.entries(fields)));
  assertEquals(await client.hget("hash", "__proto__"), "p");

  assertEquals(await client.mset(fields), "OK");
  assertEquals(
    await client.mget("__proto__", "constructor", "toString"),
    ["p", "c", "t"],
  );
  const mapping = JSON.parse(
    '{"__proto__":[["GET","__proto__"]],"constructor":[["GET","constructor"]]}',
  );
  const results = await cluster.executeCommands(mapping);
  assertEquals(Object.keys(results), ["__proto__", "constructor"]);
  const [[reply], [other]] = Object.values(results) as { value: unknown }[][];
  assertEquals([reply.value, other.value], ["p", "c"]);
});

Deno.test("fault 32: fields of a stream called __proto__ survive", async () => {
  await using setup = await twoServers();
  const { client } = setup;
  const fields = JSON.parse('{"__proto__":"p","constructor":"c"}');
  await client.xadd("stream", "*", fields);
  const [entry] = await client.xrange("stream", "-", "+");
  assertEquals(Object.entries(entry.fieldValues), [
    ["__proto__", "p"],
    ["constructor", "c"],
  ]);
});

Deno.test("fault 32: CR LF in keys and values is data", async () => {
  await using setup = await twoServers();
  const { client, cluster, oracles } = setup;
  const evil = "k\r\nFLUSHALL\r\n*1\r\n$8\r\nFLUSHALL\r\n";
  await client.set("other", "stays");
  await client.set(evil, evil);
  assertEquals(await client.get(evil), evil);
  assertEquals(await cluster.map((client) => client.get(evil)), evil);
  assertEquals(await client.get("other"), "stays");
  assertEquals(await setup.of(evil).command("GET", evil), evil);
  const sizes = await Promise.all(oracles.map((one) => one.command("DBSIZE")));
  assertEquals(Number(sizes[0]) + Number(sizes[1]), 2);
});

Deno.test("fault 32: CR LF in the name of a command does nothing", async () => {
  await using setup = await twoServers();
  const { client, cluster } = setup;
  await client.set("k", "v");
  const names = [
    "GET\r\nFLUSHALL\r\n",
    "PING\r\n*1\r\n$8\r\nFLUSHALL",
    "PING\nFLUSHALL",
    "",
    "\r\n",
    "\ud800",
  ];
  using dedicated = await cluster.connect(0);
  for (const name of names) {
    const calls = [
      () => client.sendCommand(name, ["k"]),
      () => cluster.getLocalClient(0).sendCommand(name, ["k"]),
      () => cluster.map((client) => client.sendCommand(name, ["k"])),
      () => cluster.fanout([0], (client) => client.sendCommand(name, ["k"])),
      () => dedicated.sendCommand(name, ["k"]),
    ];
    for (const call of calls) {
      const error = await assertRejects(async () => await call(), Error);
      assert(
        error instanceof TypeError || error instanceof UnroutableCommandError,
        `${error}`,
      );
    }
  }
  assertEquals(await client.get("k"), "v");
  assertEquals(await dedicated.ping(), "PONG");
});

Deno.test("fault 33: a merged GET of a wrong type is null, whatever its neighbours", async () => {
  await using setup = await twoServers();
  const { client, cluster } = setup;
  await client.rpush("list", "a");
  await client.set("text", "t");
  const alone = await cluster.map((client) => client.get("list"));
  assertEquals(alone, null);
  const among = await cluster.map((client) =>
    ["text", "list", "text", "none"].map((key) => client.get(key))
  );
  assertEquals(among.map(({ value }) => value), ["t", null, "t", null]);
  const plain = cluster.getMappingClient({ autoBatch: false });
  const promises = ["text", "list", "text"].map((key) => plain.get(key));
  await failureOf(CommandError, () => plain.join());
  const values: unknown[] = promises.map(({ value }) => value);
  assertEquals(values, ["t", undefined, "t"]);
  assertEquals((promises[1].reason as CommandError).code, "WRONGTYPE");
  const { error } = await failureOf(CommandError, () => client.get("list"));
  assertEquals(error.code, "WRONGTYPE");
});

Deno.test("fault 33: an MGET of no keys is an empty list", async () => {
  await using setup = await twoServers();
  const { client, cluster } = setup;
  const none: string[] = [];
  assertEquals(await client.mget(...none), []);
  assertEquals(await client.sendCommand("MGET", none), []);
  assertEquals(await cluster.getLocalClient(0).mget(...none), []);
  assertEquals(await cluster.map((client) => client.mget(...none)), []);
  assertEquals(
    await cluster.all((client) => client.mget(...none)),
    new Map([[0, []], [1, []]]),
  );
});
