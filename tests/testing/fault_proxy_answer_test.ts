import { assertEquals } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { FaultProxy } from "../../src/testing/fault_proxy.ts";
import { RedisServer } from "../../src/testing/redis_server.ts";
import { askOnce, RawClient } from "../../support/raw_client.ts";
import { eventually } from "../../support/waiting.ts";

const READONLY = "READONLY You can't write against a read only replica.";
const ANSWER = `-${READONLY}\r\n`;
const PONG = "+PONG\r\n";

/** A command as an array of its arguments. */
function frame(...args: string[]): string {
  const parts = args.map((arg) => `$${arg.length}\r\n${arg}\r\n`);
  return `*${args.length}\r\n${parts.join("")}`;
}

/** Reads as much text as there should be, and that it is all. */
async function assertReads(client: RawClient, text: string): Promise<void> {
  assertEquals(await client.readText(text.length), text);
}

Deno.test("FaultProxy.answer() answers each command, and the server sees none", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using open = await RawClient.connect(proxy);
  assertEquals(await open.ask("PING"), PONG);
  proxy.answer(READONLY);
  using next = await RawClient.connect(proxy);
  for (const client of [open, next]) {
    // Arrays, inline commands, and what is no command.
    await client.write(
      frame("INCR", "counter") + "\r\nINCR counter\r\n*0\r\n" +
        frame("SET", "counter", "*1\r\n$4\r\nPING\r\n"),
    );
    await assertReads(client, ANSWER.repeat(3));
  }
  assertEquals(proxy.stats.answered, 6);
  proxy.pass();
  assertEquals(await open.ask("GET counter"), "$-1\r\n");
  assertEquals(await next.ask("INCR counter"), ":1\r\n");
});

Deno.test("FaultProxy.answer() knows commands that are cut anywhere", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server, { transport: "unix" });
  const get = frame("GET", "key");
  const text = get + frame("SET", "key", "a\r\nb") + "INCR counter\r\n" + get;
  const replies = `$-1\r\n${ANSWER}${ANSWER}$-1\r\n`;
  proxy.answer(READONLY, { commands: ["set", "Incr"] });
  for (let cut = 1; cut < text.length; cut++) {
    using client = await RawClient.connect(proxy);
    const { bytesToServer } = proxy.stats;
    await client.write(text.slice(0, cut));
    // So that the halves arrive by themselves.
    await new Promise((wake) => setTimeout(wake, 1));
    await client.write(text.slice(cut));
    await assertReads(client, replies);
    assertEquals(
      proxy.stats.bytesToServer - bytesToServer,
      2 * get.length,
      `cut at ${cut}`,
    );
  }
});

Deno.test("FaultProxy.answer() comes behind the replies to earlier commands", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  await client.send("BLPOP list 0", "ECHO one");
  await eventually(() => proxy.stats.bytesToServer === 24);
  proxy.answer(READONLY, { commands: ["INCR"] });
  await client.send("INCR a", "ECHO two", "INCR b", "INCR c", "ECHO three");
  await eventually(() => proxy.stats.bytesToServer === 46);
  assertEquals(proxy.stats.bytesToClient, 0);
  proxy.split(3);
  await askOnce(server, "RPUSH list x");
  await assertReads(
    client,
    "*2\r\n$4\r\nlist\r\n$1\r\nx\r\n" + "$3\r\none\r\n" + ANSWER +
      "$3\r\ntwo\r\n" + ANSWER + ANSWER + "$5\r\nthree\r\n",
  );
  assertEquals(await askOnce(server, "EXISTS a b c"), ":0\r\n");
});

Deno.test("FaultProxy.answer() leaves a command alone that has begun to pass", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  const set = frame("SET", "key", "value");
  await client.write(set.slice(0, 20));
  await eventually(() => proxy.stats.bytesToServer === 20);
  proxy.answer(READONLY);
  await client.write(set.slice(20) + frame("GET", "key").slice(0, 20));
  await assertReads(client, "+OK\r\n" + ANSWER);
  // One that it has answered is not handed on in part, either.
  proxy.pass();
  await client.write(frame("GET", "key").slice(20) + frame("GET", "key"));
  await assertReads(client, "$5\r\nvalue\r\n");
});

Deno.test("FaultProxy.answer() answers as many times on all connections", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  proxy.answer("LOADING Redis is loading the dataset in memory", { times: 3 });
  const loading = "-LOADING Redis is loading the dataset in memory\r\n";
  using first = await RawClient.connect(proxy);
  await first.send("PING", "PING");
  await assertReads(first, loading.repeat(2));
  using second = await RawClient.connect(proxy);
  await second.send("PING", "PING", "PING");
  await assertReads(second, loading + PONG + PONG);
  assertEquals(await first.ask("PING"), PONG);
});

Deno.test("FaultProxy.answer() ends the connection on request", async () => {
  await using server = await RedisServer.start();
  for (const transport of ["tcp", "unix"] as const) {
    await using proxy = await FaultProxy.start(server, { transport });
    using client = await RawClient.connect(proxy);
    assertEquals(await client.ask("PING"), PONG);
    proxy.answer("ERR bye", { commands: ["SET"], close: true });
    await client.send("PING", "SET a 1", "SET b 1", "INCR counter");
    assertEquals(await client.readText(99), `${PONG}-ERR bye\r\n`);
    await eventually(() => proxy.connections === 0);
    assertEquals(await askOnce(server, "EXISTS a b counter"), ":0\r\n");
    using next = await RawClient.connect(proxy);
    assertEquals(await next.ask("PING"), PONG);
  }
});

Deno.test("FaultProxy.answer() keeps its place among pushed messages", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  await client.send("HELLO 3", "SUBSCRIBE news", "PING");
  while (!(await client.read())?.endsWith(PONG));
  proxy.answer(READONLY, { commands: ["INCR"] });
  await client.send("INCR counter");
  await assertReads(client, ANSWER);
  assertEquals(await askOnce(server, "PUBLISH news x"), ":1\r\n");
  const push = ">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\nx\r\n";
  await assertReads(client, push);
  await client.send("PING", "INCR counter", "PING");
  await assertReads(client, PONG + ANSWER + PONG);
});

Deno.test("FaultProxy.answer() takes no more commands than it can answer", async () => {
  await using server = await RedisServer.start();
  await using proxy = await FaultProxy.start(server);
  using client = await RawClient.connect(proxy);
  await client.send("BLPOP list 0");
  await eventually(() => proxy.stats.bytesToServer > 0);
  proxy.answer(READONLY);
  const count = 20_000;
  const sending = client.write(frame("GET", "x".repeat(1_000)).repeat(count));
  let isSent = false;
  sending.then(() => isSent = true);
  await new Promise((wake) => setTimeout(wake, 400));
  assertEquals(isSent, false);
  await askOnce(server, "RPUSH list x");
  const item = "*2\r\n$4\r\nlist\r\n$1\r\nx\r\n";
  await assertReads(client, item + ANSWER.repeat(count));
  await sending;
});

Deno.test("FaultProxy.answer() reaches the caller of a cluster, who goes on", async () => {
  await using server = await RedisServer.start();
  for (const protocol of [2, 3] as const) {
    await using proxy = await FaultProxy.start(server);
    await using cluster = new Cluster({
      hosts: [proxy.host],
      poolOptions: { protocol },
    });
    const client = cluster.getRoutingClient();
    await client.set("key", "value");
    proxy.answer("OOM No memory", { commands: ["SET"] });
    const [set, get] = await Promise.allSettled([
      client.set("key", "other", { px: 60_000 }),
      client.get("key"),
    ]);
    assertEquals(set.status === "rejected" && set.reason.code, "OOM");
    assertEquals(get, { status: "fulfilled", value: "value" });
    proxy.pass();
    assertEquals(await client.get("key"), "value");
  }
});
