import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type CommandTuple, Script } from "../../src/clients/script.ts";
import { CommandError, UnroutableCommandError } from "../../src/errors.ts";
import { makeTestCluster } from "../../src/testing.ts";
import type { Key } from "../../src/values.ts";
import { ask } from "../oracle.ts";

const SMALL = { servers: 2, databasesEach: 2 };
const ECHO = "return {KEYS, ARGV}";

/** What EVALSHA names it, by the server itself. */
async function shaOnServer(path: string, source: string): Promise<string> {
  return (await ask({ path }, `SCRIPT LOAD "${source}"`)).split("\r\n")[1];
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

Deno.test("Cluster.executeCommands() loads a script only where it is missing", async () => {
  await using cluster = await makeTestCluster({ servers: 1, databasesEach: 1 });
  const [host] = cluster.setup.hosts;
  const script = new Script("return redis.call('INCR', KEYS[1])");
  const mapping = { a: [[script, ["a"]], [script, ["a"]]] as CommandTuple[] };
  await ask(host, "CONFIG RESETSTAT");
  for (const expected of [[1, 2], [3, 4]]) {
    const { a } = await cluster.executeCommands(mapping);
    assertEquals(a.map(({ value }) => value), expected);
  }
  const stats = await ask(host, "INFO commandstats");
  const calls = ["script|load", "script|exists", "evalsha"].map((name) =>
    stats.split(`cmdstat_${name}:calls=`)[1]?.split(",")[0]
  );
  assertEquals(calls, ["1", "2", "4"]);
  await ask(host, "SCRIPT FLUSH");
  const { a } = await cluster.executeCommands(mapping);
  assertEquals(a.map(({ value }) => value), [5, 6]);
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
