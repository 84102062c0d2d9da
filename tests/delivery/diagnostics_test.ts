import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  type BatchMessage,
  CommandError,
  ConnectionError,
  type ConnectionMessage,
} from "../../mod.ts";
import { CLOSED_PORT } from "../../support/closed_port.ts";
import { Proxied } from "../../support/proxied.ts";
import { FakeTime } from "../fake_time.ts";
import { clusterAt } from "../faults/single_host.ts";
import { bounded, eventually } from "../../support/waiting.ts";

const SECRET = "s3cret";

/** Collects the messages of a channel until the end of a block. */
function messagesOf<T>(name: string): T[] & Disposable {
  const messages: T[] = [];
  const onMessage = (message: unknown) => messages.push(message as T);
  subscribe(name, onMessage);
  return Object.assign(messages, {
    [Symbol.dispose]: () => void unsubscribe(name, onMessage),
  });
}

function addressOf({ proxy }: Proxied): string {
  return `${proxy.hostname}:${proxy.port}`;
}

Deno.test('"rb:batch" tells the names of commands, when they were issued and how long they took', async () => {
  await using host = await Proxied.start(1);
  using messages = messagesOf<BatchMessage>("rb:batch");
  const client = host.cluster.getRoutingClient();
  using time = new FakeTime();
  host.proxy.delay(30);
  const issued = performance.timeOrigin + time.now;
  const replies = Promise.all([
    client.set("key", "value"),
    client.get("key"),
    client.get("other"),
  ]);
  await eventually(() => time.delays.includes(30));
  await time.advance(30);
  await bounded(replies);
  const [message] = messages;
  const { startTime, duration, ...rest } = message;
  assertEquals({ ...rest, commands: { ...rest.commands } }, {
    hostId: 0,
    address: addressOf(host),
    commands: { SET: 1, GET: 2 },
    count: 3,
    failedAttempts: 0,
    errors: 0,
  });
  assertEquals(messages.length, 1);
  assertEquals([startTime, duration], [issued, 30]);
});

Deno.test('"rb:batch" has one message for each host of a map, with commands as they were issued', async () => {
  await using hosts = await Proxied.start(2);
  using messages = messagesOf<BatchMessage>("rb:batch");
  const keys = [...hosts.keys(0, 30), ...hosts.keys(1, 20)];
  await hosts.cluster.map((client) => keys.map((key) => client.get(key)));
  const seen = messages.map(({ hostId, commands }) => [hostId, commands.GET]);
  assertEquals(seen.sort(), [[0, 30], [1, 20]]);
});

Deno.test('"rb:batch" counts errors, and connections that were tried in vain', async () => {
  await using host = await Proxied.start(1);
  using messages = messagesOf<BatchMessage>("rb:batch");
  const client = host.cluster.getRoutingClient();
  const [key] = host.keys(0, 1);
  using time = new FakeTime();
  await client.set(key, "text");
  await Promise.allSettled([client.get(key), client.lpush(key, "item")]);
  host.proxy.cut();
  const reply = client.get(key);
  await eventually(() => host.proxy.stats.cut === 1);
  host.proxy.pass();
  await time.settled(reply);
  host.proxy.cut();
  await assertRejects(() => client.incr(key), ConnectionError);
  assertEquals(
    messages.map(({ count, errors, failedAttempts }) => [
      count,
      errors,
      failedAttempts,
    ]),
    [[1, 0, 0], [2, 1, 0], [1, 0, 1], [1, 1, 1]],
  );
});

Deno.test('"rb:batch" names all commands of a batch that was sent in two attempts', async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  using time = new FakeTime();
  await client.get("key");
  using messages = messagesOf<BatchMessage>("rb:batch");
  host.proxy.cut({ replies: 1 });
  const replies = Promise.allSettled([
    client.strlen("key"),
    client.incr("counter"),
    client.sendCommand("INCR", ["other"], { idempotent: true }),
    client.get("key"),
  ]);
  await eventually(() => host.proxy.stats.cut === 1);
  host.proxy.pass();
  const outcomes = (await time.settled(replies)).map(({ status }) => status);
  assertEquals(outcomes, ["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  const [{ commands, count, errors, failedAttempts }] = messages;
  assertEquals({ ...commands }, { STRLEN: 1, INCR: 2, GET: 1 });
  assertEquals({ count, errors, failedAttempts }, {
    count: 4,
    errors: 1,
    failedAttempts: 1,
  });
});

Deno.test('"rb:batch" counts commands of one kind that end in several ways', async () => {
  await using host = await Proxied.start(1);
  const client = host.cluster.getRoutingClient();
  await client.get("key");
  using messages = messagesOf<BatchMessage>("rb:batch");
  host.proxy.cut({ replies: 3 });
  const calls = ["incr", "incr", "get", "get", "get", "incr", "incr", "incr"];
  const replies = Promise.allSettled(
    calls.map((method) =>
      method === "incr" ? client.incr("counter") : client.get("key")
    ),
  );
  await eventually(() => host.proxy.stats.cut === 1);
  host.proxy.pass();
  const failed = (await replies).filter(({ status }) => status === "rejected");
  assertEquals(failed.length, 3);
  const [{ commands, count, errors }] = messages;
  assertEquals({ ...commands }, { INCR: 5, GET: 3 });
  assertEquals([count, errors], [8, 3]);
});

Deno.test('"rb:batch" and "rb:connection" show no argument, key or password', async () => {
  await using host = await Proxied.start(1, {
    hostDefaults: { password: SECRET },
    config: { requirepass: SECRET },
  });
  using batches = messagesOf<BatchMessage>("rb:batch");
  using connections = messagesOf<ConnectionMessage>("rb:connection");
  const client = host.cluster.getRoutingClient();
  await client.set(`key-${SECRET}`, `value-${SECRET}`);
  await assertRejects(() => client.lpush(`key-${SECRET}`, SECRET));
  await host.cluster.map((client) => client.get(`key-${SECRET}`));
  await host.proxy.refuse();
  host.proxy.reset();
  await eventually(() => connections.some(({ type }) => type === "close"));
  await assertRejects(() => client.set(`key-${SECRET}`, SECRET));
  assertGreaterOrEqual(batches.length, 4);
  const types = new Set(connections.map(({ type }) => type));
  assertEquals([...types].sort(), ["close", "fail", "open"]);
  for (const message of [...batches, ...connections]) {
    const shown = Deno.inspect(message, { depth: 20 }) +
      JSON.stringify(message);
    assert(!shown.includes(SECRET), shown);
  }
});

Deno.test('"rb:connection" tells what was opened, closed and could not be opened', async () => {
  await using host = await Proxied.start(1);
  using messages = messagesOf<ConnectionMessage>("rb:connection");
  const client = host.cluster.getRoutingClient();
  await client.get("key");
  host.proxy.reset();
  await eventually(() => messages.length === 2);
  await client.get("key");
  await host.cluster.close();
  const place = { hostId: 0, address: addressOf(host), error: undefined };
  assertEquals(
    [...messages],
    (["open", "close", "open", "close"] as const).map((type) => ({
      ...place,
      type,
    })),
  );
});

Deno.test('"rb:connection" tells why a connection could not be opened', async () => {
  await using cluster = clusterAt(CLOSED_PORT, {
    poolOptions: { maxRetries: 0 },
  });
  using messages = messagesOf<ConnectionMessage>("rb:connection");
  await assertRejects(
    () => cluster.getRoutingClient().get("key"),
    ConnectionError,
  );
  const [{ error, ...rest }] = messages;
  assertEquals(messages.length, 1);
  assertEquals(rest, {
    hostId: 0,
    address: `127.0.0.1:${CLOSED_PORT}`,
    type: "fail",
  });
  assertInstanceOf(error, ConnectionError);
});

Deno.test("nothing is put together for a channel that nobody listens to", async () => {
  await using host = await Proxied.start(1);
  using spies = spyOn("rb:batch", "rb:connection");
  const client = host.cluster.getRoutingClient();
  await client.set("key", "value");
  await assertRejects(() => client.lpush("key", "item"), CommandError);
  await host.cluster.disconnectPools();
  assertEquals(spies.published, 0);
  {
    using _messages = messagesOf("rb:batch");
    await client.get("key");
  }
  assertEquals(spies.published, 1);
});

/** Counts what is handed to channels, with and without subscribers. */
function spyOn(...names: string[]): { published: number } & Disposable {
  const spies = {
    published: 0,
    [Symbol.dispose]: () => {
      for (const name of names) {
        Reflect.deleteProperty(channel(name), "publish");
      }
    },
  };
  for (const name of names) {
    Object.defineProperty(channel(name), "publish", {
      configurable: true,
      value: () => spies.published++,
    });
  }
  return spies;
}
