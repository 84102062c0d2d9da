import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { CommandTuple } from "../../src/clients/execute_commands.ts";
import { Script } from "../../src/commands/script.ts";
import {
  CommandError,
  ConnectionError,
  UnroutableCommandError,
} from "../../src/errors.ts";
import { makeTestCluster } from "../../src/testing.ts";
import type { Key } from "../../src/values.ts";
import { ask } from "../../support/raw_client.ts";

const SMALL = { servers: 2, databasesEach: 2 };
const ECHO = "return {KEYS, ARGV}";

/** What EVALSHA names it, by the server itself. */
async function shaOnServer(path: string, source: string): Promise<string> {
  return String(await ask({ path }, "SCRIPT", "LOAD", source));
}

Deno.test("Script.sha is what the server calls it", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const [{ path }] = cluster.setup.servers;
  assertEquals(new Script(ECHO).sha, await shaOnServer(path, ECHO));
  const source = "return 'größe'";
  assertEquals(new Script(source).sha, await shaOnServer(path, source));
  assertEquals(new Script(source).script, source);
});

Deno.test("Cluster.executeCommands() runs commands and scripts by key", async () => {
  await using cluster = await makeTestCluster();
  const script = new Script(ECHO);
  const results = await cluster.executeCommands({
    foo: [["SET", "foo", "1"], [script, ["key"], ["value"]], ["GET", "foo"]],
    bar: [["INCRBY", "bar", "2"], [script, ["key"], ["value"]], ["GET", "bar"]],
  });
  assertEquals(results.foo.map(({ value }) => value), [
    "OK",
    [["key"], ["value"]],
    "1",
  ]);
  assertEquals(results.bar.map(({ value }) => value), [
    2,
    [["key"], ["value"]],
    "2",
  ]);
});

Deno.test("Cluster.executeCommands() takes a Map with keys of any kind", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const bytes = new Uint8Array([0xff, 0x00]);
  const commands = new Map<Key, readonly CommandTuple[]>([
    [bytes, [["SET", bytes, bytes], ["STRLEN", bytes]]],
    [7n, [["INCR", 7n]]],
    ["text", []],
  ]);
  const results = await cluster.executeCommands(commands);
  assertEquals([...results.keys()], [bytes, 7n, "text"]);
  assertEquals(results.get(bytes)?.map(({ value }) => value), ["OK", 2]);
  assertEquals(results.get(7n)?.map(({ value }) => value), [1]);
  assertEquals(results.get("text"), []);
  assertEquals(await cluster.getRoutingClient().get("7"), "1");
});

Deno.test("Cluster.executeCommands() keeps a key called __proto__", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const mapping: Record<string, CommandTuple[]> = JSON.parse(
    '{"__proto__":[["SET","__proto__","1"]],"constructor":[["GET","a"]]}',
  );
  const results = await cluster.executeCommands(mapping);
  assertEquals(Object.keys(results), ["__proto__", "constructor"]);
  assertEquals(await cluster.getRoutingClient().get("__proto__"), "1");
});

Deno.test("Cluster.executeCommands() sends a script once to a host", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const [host] = cluster.setup.hosts;
  const script = new Script("return redis.call('INCR', KEYS[1])");
  const mapping = { a: [[script, ["a"]], [script, ["a"]]] as CommandTuple[] };
  await ask(host, "CONFIG", "RESETSTAT");
  const { a } = await cluster.executeCommands(mapping);
  assertEquals(a.map(({ value }) => value), [1, 2]);
  const stats = String(await ask(host, "INFO", "commandstats"));
  const calls = ["eval", "evalsha", "script|load", "script|exists"].map((
    name,
  ) => stats.split(`cmdstat_${name}:calls=`)[1]?.split(",")[0]);
  assertEquals(calls, ["1", "1", undefined, undefined]);
  await ask(host, "SCRIPT", "FLUSH");
  const again = await cluster.executeCommands(mapping);
  assertEquals(again.a.map(({ value }) => value), [3, 4]);
});

Deno.test("Cluster.executeCommands() keeps a dead host to its own sequences", async () => {
  await using cluster = await makeTestCluster({ servers: 2, databasesEach: 1 });
  const router = cluster.getRouter();
  const keyOn = (hostId: number) =>
    ["a", "b", "c", "d"].find((key) => router.getHostForKey(key) === hostId)!;
  const [good, bad] = [keyOn(0), keyOn(1)];
  await cluster.setup.servers[1].kill();
  const script = new Script("return redis.call('INCR', KEYS[1])");
  const results = await cluster.executeCommands({
    [good]: [[script, [good]], ["GET", good]],
    [bad]: [[script, [bad]]],
  }, { settled: true });
  assertEquals(results[good].map(({ value }) => value), [1, "1"]);
  const { reason } = results[bad][0];
  assert(reason instanceof ConnectionError);
  assertEquals([reason.command, reason.outcome], ["EVALSHA", "not-sent"]);
});

Deno.test("Cluster.executeCommands() takes a script without keys", async () => {
  await using cluster = await makeTestCluster(SMALL);
  const script = new Script(ECHO);
  const { a } = await cluster.executeCommands({ a: [[script]] });
  assertEquals(a[0].value, [[], []]);
});

Deno.test("Cluster.executeCommands() throws what a command fails with", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await assertRejects(
    () =>
      cluster.executeCommands({
        foo: [["RPUSH", "foo", 1], ["INCR", "foo"], ["DEL", "foo"]],
      }),
    CommandError,
    "WRONGTYPE",
  );
  assertEquals(await cluster.getRoutingClient().exists("foo"), 0);
  await assertRejects(
    () => cluster.executeCommands({ foo: [[new Script("return oops(")]] }),
    CommandError,
  );
  await assertRejects(
    () => cluster.executeCommands({ foo: [["MULTI"]] }),
    UnroutableCommandError,
  );
});

Deno.test("Cluster.executeCommands() refuses options that are wrong", async () => {
  await using cluster = await makeTestCluster(SMALL);
  await assertRejects(
    async () =>
      await Reflect.apply(cluster.executeCommands, cluster, [{ a: [] }, {
        time: 1,
      }]),
    TypeError,
    'Unknown option "time"',
  );
  assertThrows(() => new Script(undefined as unknown as string), TypeError);
  assertEquals(await cluster.executeCommands({}), {});
});

Deno.test("Cluster.executeCommands() gives a script again that was refused", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const script = new Script("return redis.call('INCR', KEYS[1])");
  const { a, b } = await cluster.executeCommands({
    a: [[script, ["a"], [undefined as never]]],
    b: [[script, ["b"]]],
  }, { settled: true });
  assert(a[0].reason instanceof TypeError);
  assertEquals(b[0].value, 1);
});

Deno.test("Cluster.executeCommands() shares connections between calls", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const calls = Array.from({ length: 100 }, (_, id) =>
    cluster.executeCommands({
      [`key:${id}`]: [["SET", `key:${id}`, id], ["GET", `key:${id}`]],
    }));
  const results = await Promise.all(calls);
  results.forEach((result, id) => {
    assertEquals(result[`key:${id}`][1].value, String(id));
  });
  assertEquals(cluster.getPoolForHost(0).size, 1);
});
