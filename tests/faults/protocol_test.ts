import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
} from "@std/assert";
import {
  type Cluster,
  DecodeError,
  type PoolOptions,
  ProtocolError,
  TimeoutError,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { oracle } from "../../support/raw_client.ts";
import { assertOutcome, eventually, failureOf } from "./outcome.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

const MIB = 1024 * 1024;

/** What no server that speaks the protocol says, by what is wrong with it. */
const MALFORMED: Record<string, string> = {
  "a bulk of 10^12 bytes": "$1000000000000\r\n",
  "a bulk whose size is written 1e12": "$1e12\r\n",
  "an array of 10^12 elements": "*1000000000000\r\n",
  "an array whose size is written 1e12": "*1e12\r\n",
  "a bulk of size -2": "$-2\r\n",
  "an array of size -5": "*-5\r\n",
  "a bulk of size abc": "$abc\r\n",
  "an integer 12x": ":12x\r\n",
  "an integer without digits": ":\r\n",
  "an integer beyond 64 bits": ":9223372036854775808\r\n",
  "a bulk that is longer than it says": "$1\r\nabc\r\n",
  "a bulk without its CR LF": "$3\r\nabcX\n",
  "a line with a bare LF": "+OK\n",
  "a CR without LF": "+OK\rX\n",
  "an empty line": "\r\n",
  "an HTTP banner": "HTTP/1.1 400 Bad Request\r\n\r\n",
  "an SSH banner": "SSH-2.0-OpenSSH_9.2\r\n",
  "a TLS alert": "\x15\x03\x01\x00\x02\x02\x46",
  "zero bytes": "\0\0\0\0",
  "a malformed element of an array": "*2\r\n$1\r\na\r\n$x\r\n",
};

/** Every way to ask for something. */
const CLIENTS: Record<string, (cluster: Cluster) => PromiseLike<unknown>> = {
  routing: (cluster) => cluster.getRoutingClient().get("k"),
  local: (cluster) => cluster.getLocalClient(0).get("k"),
  map: (cluster) => cluster.map((client) => client.strlen("k")),
  all: (cluster) => cluster.all((client) => client.get("k")),
  connect: async (cluster) => {
    using dedicated = await cluster.connect(0);
    await dedicated.get("k");
  },
};

/** Bytes that this program holds, whether it has touched them or not. */
function memory(): number {
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** How many bytes have been read from host 0. */
function received(cluster: Cluster): number {
  return cluster.stats().get(0)!.bytes.received;
}

for (const [what, bytes] of Object.entries(MALFORMED)) {
  Deno.test(`fault 26: ${what} is a ProtocolError at once`, async () => {
    // At once: no time passes.
    using _ = new FakeTime();
    for (const [name, call] of Object.entries(CLIENTS)) {
      await using server = ScriptedServer.replying(bytes);
      await using cluster = clusterAt(server.port);
      const { error } = await failureOf(ProtocolError, () => call(cluster));
      assertEquals([error.hostId, error.outcome], [0, "unknown"], name);
      assertInstanceOf(error.cause, ProtocolError, name);
      await eventually(() => server.open === 0);
      assertEquals(server.accepted.length, 1, name);
      assertEquals(cluster.getPoolForHost(0).size, 0, name);
    }
  });
}

Deno.test("fault 26: everything in flight is rejected, what was answered is not", async () => {
  await using server = ScriptedServer.replying("+one\r\n:2\r\n$abc\r\n:4\r\n");
  await using cluster = clusterAt(server.port);
  const client = cluster.getRoutingClient();
  const results = await Promise.allSettled([
    client.set("a", "1"),
    client.incr("b"),
    client.incr("c"),
    client.get("d"),
    client.get("e"),
  ]);
  assertEquals(results.slice(0, 2), [
    { status: "fulfilled", value: "one" },
    { status: "fulfilled", value: 2 },
  ]);
  const commands = results.slice(2).map((result) => {
    assert(result.status === "rejected");
    assertInstanceOf(result.reason, ProtocolError);
    return result.reason.command;
  });
  assertEquals(commands, ["INCR", "GET", "GET"]);
});

Deno.test("fault 26: malformed bytes in a handshake are a ProtocolError that nothing was sent with", async () => {
  await using server = ScriptedServer.replying("HTTP/1.1 400\r\n\r\n");
  await using cluster = clusterAt(server.port, { hostDefaults: { db: 1 } });
  using _ = new FakeTime();
  const { error } = await failureOf(
    ProtocolError,
    () => cluster.getRoutingClient().incr("k"),
  );
  assertOutcome(error, { hostId: 0, command: "INCR", outcome: "not-sent" });
  const dedicated = await failureOf(ProtocolError, () => cluster.connect(0));
  assertEquals(dedicated.error.outcome, "not-sent");
  await eventually(() => server.open === 0);
});

Deno.test("fault 26: a merged GET whose reply has the wrong shape is a ProtocolError", async () => {
  for (
    const reply of ["*1\r\n$1\r\na\r\n", "$1\r\na\r\n", ":3\r\n", "*-1\r\n"]
  ) {
    await using server = ScriptedServer.replying(reply);
    await using cluster = clusterAt(server.port);
    const map = cluster.getMappingClient();
    const promises = ["a", "b", "c"].map((key) => map.get(key));
    await map.join().catch(() => {});
    for (const { reason } of promises) assertInstanceOf(reason, ProtocolError);
  }
});

Deno.test("fault 26: a declared size allocates nothing", async () => {
  const sizes = [`$${512 * MIB}\r\nabc`, "*4294967295\r\n$1\r\na\r\n"];
  for (const bytes of sizes) {
    await using server = ScriptedServer.replying(bytes);
    await using cluster = clusterAt(server.port, { timeout: 200 });
    using time = new FakeTime();
    const before = memory();
    const failing = failureOf(
      TimeoutError,
      () => cluster.getRoutingClient().incr("k"),
    );
    await eventually(() => received(cluster) >= bytes.length);
    assertLess(memory() - before, 20 * MIB);
    await time.settled(failing, 100);
    assertLess(memory() - before, 20 * MIB);
  }
});

Deno.test("fault 27: 1,024 levels are read, and the next reply is in step", async () => {
  const nested = `${"*1\r\n".repeat(1_023)}*0\r\n`;
  await using server = ScriptedServer.replying(
    `${nested}:7\r\n*1\r\n${nested}`,
  );
  await using cluster = clusterAt(server.port);
  const client = cluster.getLocalClient(0);
  const [deep, next, deeper] = await Promise.allSettled([
    client.get("a"),
    client.incr("b"),
    client.get("c"),
  ]);
  assert(deep.status === "fulfilled");
  let depth = 0;
  let level: unknown = deep.value;
  for (; Array.isArray(level); level = level[0]) depth++;
  assertEquals(depth, 1_024);
  assertEquals(next, { status: "fulfilled", value: 7 });
  assert(deeper.status === "rejected");
  assertInstanceOf(deeper.reason, ProtocolError);
});

Deno.test("fault 27: a million levels are refused before they are read, in little memory", async () => {
  for (const level of ["*1\r\n", "*2\r\n:1\r\n", "%1\r\n+k\r\n", "~1\r\n"]) {
    const bytes = new TextEncoder().encode(level.repeat(1_000_000));
    await using server = ScriptedServer.replying(bytes);
    await using cluster = clusterAt(server.port);
    using _ = new FakeTime();
    const before = memory();
    await failureOf(ProtocolError, () => cluster.getLocalClient(0).get("k"));
    assertLess(received(cluster), MIB);
    assertLess(memory() - before, 50 * MIB);
  }
});

Deno.test("fault 27: a bound of the caller's own holds", async () => {
  await using server = ScriptedServer.replying("*1\r\n*1\r\n*1\r\n:1\r\n");
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxDepth: 2 },
  });
  await failureOf(ProtocolError, () => cluster.getLocalClient(0).get("k"));
});

Deno.test("fault 28: a value of 512 MiB comes as bytes, and as text is a typed error", async () => {
  await using server = await RedisServer.start({
    transport: "tcp",
    config: { "client-output-buffer-limit": "normal 0 0 0" },
  });
  await using direct = oracle(server);
  await direct.command("SETRANGE", "large", 512 * MIB - 3, "end");
  await using cluster = clusterAt(server.port, { timeout: 120_000 });
  const client = cluster.getRoutingClient();
  const bytes = await client.sendCommand("GET", ["large"], {
    returnUint8Arrays: true,
  });
  assertInstanceOf(bytes, Uint8Array);
  assertEquals(bytes.length, 512 * MIB);
  assertEquals(new TextDecoder().decode(bytes.subarray(-4)), "\0end");
  const [text, after] = await Promise.allSettled([
    client.get("large"),
    client.incr("n"),
  ]);
  assert(text.status === "rejected");
  assertInstanceOf(text.reason, DecodeError);
  assertOutcome(text.reason, { hostId: 0, command: "GET", outcome: "unknown" });
  assertEquals(after, { status: "fulfilled", value: 1 });
  // The same connection went through all of it.
  const clients = String(await direct.command("INFO", "stats"));
  const [, accepted] = /total_connections_received:(\d+)/.exec(clients) ?? [];
  // One of the client, one of the oracle, and those that awaited its start.
  assertLess(Number(accepted), 5);
});

Deno.test("fault 28: a value above the bound is refused before it is read", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using direct = oracle(server);
  await direct.command("SETRANGE", "large", 2 * MIB, "end");
  await using cluster = clusterAt(server.port, {
    poolOptions: { maxBulkBytes: MIB },
  });
  const client = cluster.getRoutingClient();
  const { error } = await failureOf(ProtocolError, () => client.get("large"));
  assertLess(received(cluster), MIB);
  assertOutcome(error, { hostId: 0, command: "GET", outcome: "unknown" });
  assertEquals(await client.incr("n"), 1);
});

Deno.test("fault 26: replies are bounded by the options of the pool", async () => {
  const replies: [PoolOptions, string, string][] = [
    [{ maxElements: 3 }, "*3\r\n:1\r\n:2\r\n:3\r\n", "*4\r\n"],
    [{ maxDepth: 2 }, "*1\r\n*1\r\n:1\r\n", "*1\r\n*1\r\n*1\r\n"],
    [{ maxBulkBytes: 5 }, "$5\r\nvalue\r\n", "$6\r\n"],
  ];
  for (const [poolOptions, fitting, excessive] of replies) {
    for (const reply of [fitting, excessive]) {
      await using server = ScriptedServer.replying(reply);
      await using cluster = clusterAt(server.port, { poolOptions });
      const call = cluster.getLocalClient(0).sendCommand("ECHO", ["text"]);
      const end = await call.catch((error) => error);
      assertEquals(end instanceof ProtocolError, reply === excessive);
    }
  }
});
