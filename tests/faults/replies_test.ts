// No reply reaches the wrong caller.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { CommandError, type RbPromise, TimeoutError } from "../../mod.ts";
import { FakeTime } from "../fake_time.ts";
import {
  bounded,
  eventually,
  isPending,
  timesOutAfter,
  turn,
} from "./outcome.ts";
import {
  assertInStep,
  assertQuiet,
  fill,
  Proxied,
  reasonOf,
  told,
} from "./proxied.ts";

/** Whether something more has gone to the server of a host. */
function onceSent({ proxy }: Proxied): () => boolean {
  const { bytesToServer } = proxy.stats;
  return () => proxy.stats.bytesToServer > bytesToServer;
}

const UNKNOWN = { hostId: 0, outcome: "unknown" };

Deno.test("fault 1: a map that timed out leaves no reply behind", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  await host.cluster.map((client) => client.get(keys[0]));
  for (let round = 0; round < 3; round++) {
    const { accepted } = host.proxy.stats;
    const { size } = host.cluster.getPoolForHost(0);
    using time = new FakeTime();
    await host.cluster.map((client) => client.get(keys[0]));
    const ready = onceSent(host);
    host.proxy.delay(300);
    const error = await timesOutAfter(
      time,
      () =>
        host.cluster.map((client) => client.get(keys[round]), { timeout: 100 }),
      { timeout: 100, ready },
    );
    assertEquals(told(error), {
      ...UNKNOWN,
      name: "TimeoutError",
      command: "GET",
    });
    await assertQuiet(host.cluster);
    assertEquals(host.cluster.getPoolForHost(0).size, size - 1);
    time[Symbol.dispose]();
    host.proxy.pass();
    await assertInStep(host, keys);
    assert(host.proxy.stats.accepted > accepted);
  }
});

Deno.test("fault 1: a map of many that a server answers late", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  const client = host.cluster.getRoutingClient();
  using time = new FakeTime();
  await client.map((client) => client.get(keys[0]));
  host.server.pause();
  const ready = onceSent(host);
  const failing = reasonOf(
    client.map((client) => keys.map((key) => client.strlen(key)), {
      timeout: 100,
    }),
  );
  await eventually(ready);
  await time.advance(99);
  assert(await isPending(failing));
  await time.advance(1);
  const error = await bounded(failing);
  assertInstanceOf(error, AggregateError);
  assertEquals(error.errors.length, 500);
  for (const one of error.errors) {
    assertEquals(told(one), {
      ...UNKNOWN,
      name: "TimeoutError",
      command: "STRLEN",
    });
  }
  await assertQuiet(host.cluster);
  time[Symbol.dispose]();
  host.server.resume();
  await assertInStep(host, keys);
});

Deno.test("fault 1: commands of several turns that time out together", async () => {
  await using host = await Proxied.start(1, {
    timeout: 100,
    poolOptions: { maxConnections: 2, breaker: { threshold: 1_000 } },
  });
  const keys = await fill(host, 500);
  using time = new FakeTime();
  const client = host.cluster.getRoutingClient();
  await client.get(keys[0]);
  host.proxy.hold();
  for (let round = 0; round < 3; round++) {
    const reasons = [];
    for (let i = 0; i < 4; i++) {
      reasons.push(reasonOf(client.get(keys[i])));
      if (i % 2 === 0) await turn();
      else await time.advance(1);
    }
    for (const reason of await time.settled(Promise.all(reasons))) {
      assertInstanceOf(reason, TimeoutError);
    }
    await assertQuiet(host.cluster);
  }
  host.proxy.pass();
  await bounded(assertInStep(host, keys));
});

Deno.test("fault 1: a timeout spares those who wait longer", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  const client = host.cluster.getRoutingClient();
  using time = new FakeTime();
  await client.get(keys[0]);
  host.proxy.delay(250);
  const hasty = reasonOf(client.sendCommand("GET", [keys[1]], { timeout: 80 }));
  await turn();
  const patient = client.get(keys[2]);
  const together = client.get(keys[3]);
  await eventually(() => time.delays.includes(250));
  await time.advance(80);
  assertInstanceOf(await bounded(hasty), TimeoutError);
  assert(await isPending(patient));
  assertEquals(await time.settled(Promise.all([patient, together])), [
    `value of ${keys[2]}`,
    `value of ${keys[3]}`,
  ]);
  await eventually(() => host.cluster.getPoolForHost(0).size === 0);
  time[Symbol.dispose]();
  host.proxy.pass();
  await assertInStep(host, keys);
});

Deno.test("fault 1: a fanout that timed out", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  using time = new FakeTime();
  await host.cluster.all((client) => client.dbsize());
  const ready = onceSent(host);
  host.proxy.delay(300);
  const error = await timesOutAfter(
    time,
    () => host.cluster.all((client) => client.dbsize(), { timeout: 100 }),
    { timeout: 100, ready },
  );
  assertEquals(told(error), {
    ...UNKNOWN,
    name: "TimeoutError",
    command: "DBSIZE",
  });
  time[Symbol.dispose]();
  host.proxy.pass();
  await assertInStep(host, keys);
});

Deno.test("fault 1: a dedicated connection closes when a reply is overdue", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  using time = new FakeTime();
  using client = await host.cluster.connect(0, { timeout: 100 });
  const ready = onceSent(host);
  host.proxy.delay(300);
  const overdue = reasonOf(client.get(keys[1]));
  await eventually(ready);
  await time.advance(50);
  const behind = reasonOf(client.get(keys[2]));
  await time.advance(49);
  assert(await isPending(overdue));
  await time.advance(1);
  assertEquals(told(await bounded(overdue)), {
    ...UNKNOWN,
    name: "TimeoutError",
    command: "GET",
  });
  assertEquals(told(await bounded(behind)), {
    ...UNKNOWN,
    name: "ConnectionError",
    command: "GET",
  });
  time[Symbol.dispose]();
  host.proxy.pass();
  assertEquals(told(await reasonOf(client.get(keys[3]))), {
    name: "ConnectionError",
    hostId: 0,
    command: "GET",
    outcome: "not-sent",
  });
  await assertInStep(host, keys);
});

Deno.test("fault 4: WRONGTYPE in the middle of a map rejects its own promise", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  await host.oracle.command("RPUSH", "list", "a");
  for (const autoBatch of [true, false]) {
    let promises: RbPromise<number>[] = [];
    const error = await reasonOf(
      host.cluster.map((client) => {
        promises = keys.map((key, index) =>
          index === 250 ? client.incr("list") : client.strlen(key)
        );
      }, { autoBatch }),
    );
    assertInstanceOf(error, CommandError);
    assertEquals(error.code, "WRONGTYPE");
    assertEquals(error.hostId, 0);
    assertEquals(error.command, "INCR");
    promises.forEach((promise, index) => {
      if (index === 250) assertStrictEquals(promise.reason, error);
      else assertEquals(promise.value, `value of ${keys[index]}`.length);
    });
  }
  await assertInStep(host, keys);
  // An error is an answer: the connection was kept.
  assertEquals(host.proxy.stats.accepted, host.cluster.getPoolForHost(0).size);
});

Deno.test("fault 4: several errors come in the order of issue", async () => {
  await using host = await Proxied.start(1);
  await host.oracle.command("RPUSH", "list", "a");
  const error = await reasonOf(
    host.cluster.map((client) => {
      client.incr("list");
      client.set("text", "a");
      client.incr("text");
      client.hget("list", "field");
    }),
  );
  assertInstanceOf(error, AggregateError);
  assertEquals(
    error.errors.map(({ command, code }) => [command, code]),
    [["INCR", "WRONGTYPE"], ["INCR", "ERR"], ["HGET", "WRONGTYPE"]],
  );
  await assertQuiet(host.cluster);
});

Deno.test("fault 4: replies that arrive 200 ms apart stay matched", async () => {
  await using host = await Proxied.start(1);
  const keys = await fill(host, 500);
  await host.oracle.command("RPUSH", "list", "a");
  const client = host.cluster.getRoutingClient();
  using time = new FakeTime();
  await client.get(keys[0]);
  host.proxy.delay(200);
  const order: number[] = [];
  const replies: Promise<unknown>[] = [];
  for (let i = 0; i < 6; i++) {
    const key = i === 3 ? "list" : keys[i];
    const reply = client.get(key).catch((error) => error);
    replies.push(reply.finally(() => order.push(i)));
    if (i === 4) replies.push(client.get(keys[10]), client.get(keys[11]));
    // The next one is sent while the reply to this one, or to one before, is
    // on its way.
    await eventually(() => time.delays.some((delay) => delay <= 200));
    await time.advance(190);
    assert(order.length <= i);
  }
  const values = await time.settled(Promise.all(replies), 50);
  assertEquals(order, [0, 1, 2, 3, 4, 5]);
  assertInstanceOf(values[3], CommandError);
  assertEquals(values.toSpliced(3, 1), [
    ...[0, 1, 2, 4, 10, 11, 5].map((i) => `value of ${keys[i]}`),
  ]);
  // They were all on one connection.
  assertEquals(host.proxy.stats.accepted, 1);
});

const NESTED = `
  redis.call("SET", KEYS[1], "text")
  local deep = redis.error_reply("DEEP down")
  for i = 1, 20 do deep = {i, deep} end
  return {1, redis.error_reply("OUCH here"), redis.pcall("INCR", KEYS[1]), deep, "end"}
`;

function assertNested(reply: unknown): void {
  assert(Array.isArray(reply));
  assertEquals(reply.length, 5);
  assertInstanceOf(reply[1], CommandError);
  assertEquals(reply[1].code, "OUCH");
  assertInstanceOf(reply[2], CommandError);
  let deep: unknown = reply[3];
  for (let i = 20; i >= 1; i--) {
    assert(Array.isArray(deep));
    assertEquals(deep[0], i);
    deep = deep[1];
  }
  assertInstanceOf(deep, CommandError);
  assertEquals(deep.code, "DEEP");
  assertEquals(reply[4], "end");
}

for (const protocol of [2, 3] as const) {
  Deno.test(`fault 5: errors nested in EVAL are values, RESP${protocol}`, async () => {
    await using host = await Proxied.start(1, { poolOptions: { protocol } });
    const keys = await fill(host, 500);
    const client = host.cluster.getRoutingClient();
    const [before, nested, after] = await Promise.all([
      client.get(keys[0]),
      client.eval(NESTED, ["text"], []),
      client.get(keys[1]),
    ]);
    assertEquals([before, after], [0, 1].map((i) => `value of ${keys[i]}`));
    assertNested(nested);
    const mapped = await host.cluster.map((client) => [
      client.get(keys[2]),
      client.sendCommand("EVAL", [NESTED, 1, "text"]),
      client.get(keys[3]),
    ]);
    assertNested(mapped[1].value);
    assertEquals(mapped[2].value, `value of ${keys[3]}`);
    await assertInStep(host, keys);
  });

  Deno.test(`fault 5: errors nested in EXEC are values, RESP${protocol}`, async () => {
    await using host = await Proxied.start(1, { poolOptions: { protocol } });
    using client = await host.cluster.connect(0);
    const tx = client.tx();
    tx.set("text", "a");
    tx.incr("text");
    tx.eval(NESTED, ["text"], []);
    tx.get("text");
    const flushed = tx.flush();
    const next = client.echo("next");
    const replies = await flushed;
    const executed = replies.at(-1);
    assert(Array.isArray(executed));
    assertEquals(executed[0], "OK");
    assertInstanceOf(executed[1], CommandError);
    assertNested(executed[2]);
    assertEquals(executed[3], "text");
    assertEquals(await next, "next");
    assertEquals(await client.get("text"), "text");
  });
}
