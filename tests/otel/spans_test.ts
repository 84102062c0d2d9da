import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from "@opentelemetry/api";
import { CommandError, ConnectionError } from "../../mod.ts";
import type { ObservedBatch } from "../../src/delivery/observer.ts";
import { Spans } from "../../src/otel/spans.ts";
import { Proxied } from "../../support/proxied.ts";
import { idOf, parentOf, Stage } from "./stage.ts";

Deno.test("each batch hangs below the span of its caller, whoever opened the connection", async () => {
  await using hosts = await Proxied.start(2);
  await using stage = new Stage();
  const client = hosts.cluster.getRoutingClient();
  const [key] = hosts.keys(0, 1);
  const requests: (() => Promise<unknown>)[] = [
    () => client.get(key),
    () => client.strlen(key),
    () => client.exists(key),
  ];
  // One after the other, over one connection.
  for (const [i, request] of requests.entries()) {
    await stage.within(`request ${i}`, request);
  }
  const parents = ["GET", "STRLEN", "EXISTS"].map((name) =>
    parentOf(stage.span(name))
  );
  const ids = [0, 1, 2].map((i) => idOf(stage.span(`request ${i}`)));
  assertEquals(parents, ids);
  assertEquals(new Set(ids).size, 3);
});

Deno.test("requests that run beside each other have their own batches, or share one", async () => {
  await using hosts = await Proxied.start(1);
  await using stage = new Stage();
  const client = hosts.cluster.getRoutingClient();
  const [a, b] = hosts.keys(0, 2);
  await Promise.all([
    stage.within("first", () => Promise.all([client.get(a), client.get(b)])),
    stage.within("second", () => client.get(a)),
    stage.within("third", () => client.strlen(b)),
  ]);
  const batch = stage.span("PIPELINE");
  assertEquals(parentOf(batch), idOf(stage.span("first")));
  assertEquals(
    batch.links.map(({ context }) => context.spanId),
    [idOf(stage.span("second")), idOf(stage.span("third"))],
  );
  assertEquals(batch.attributes["db.operation.batch.size"], 4);
});

Deno.test("a caller without a span has no part in what others trace", async () => {
  await using hosts = await Proxied.start(1);
  await using stage = new Stage();
  const client = hosts.cluster.getRoutingClient();
  const [key] = hosts.keys(0, 1);
  await Promise.all([
    client.get(key),
    stage.within("request", () => client.get(key)),
  ]);
  const shared = stage.span("PIPELINE GET");
  assertEquals(parentOf(shared), idOf(stage.span("request")));
  assertEquals(shared.links, []);
  await client.strlen(key);
  assertEquals(parentOf(stage.span("STRLEN")), undefined);
});

Deno.test("a map is a span between its caller and the batches of its hosts", async () => {
  await using hosts = await Proxied.start(2);
  await using stage = new Stage();
  const keys = [...hosts.keys(0, 30), ...hosts.keys(1, 20)];
  const routing = hosts.cluster.getRoutingClient();
  await stage.within("request", () =>
    hosts.cluster.map(async (client) => {
      const values = keys.map((key) => client.get(key));
      // What the callback does beside the map is below it as well.
      await routing.strlen(keys[0]);
      return values;
    }));
  const map = stage.span("rb.map");
  assertEquals([map.kind, parentOf(map)], [
    SpanKind.INTERNAL,
    idOf(stage.span("request")),
  ]);
  const batches = stage.spans.filter(({ name }) =>
    name.startsWith("PIPELINE GET ")
  );
  assertEquals(
    batches.map(({ kind, links, attributes }) => [
      kind,
      links.length,
      attributes["db.operation.batch.size"],
    ]).sort(),
    [[SpanKind.CLIENT, 0, 20], [SpanKind.CLIENT, 0, 30]],
  );
  const below = [...batches, stage.span("STRLEN")].map(parentOf);
  assertEquals(below, [idOf(map), idOf(map), idOf(map)]);
});

Deno.test("fanouts, sequences, blocks and batches of keys are maps too", async () => {
  await using hosts = await Proxied.start(2);
  await using stage = new Stage();
  const { cluster } = hosts;
  const [key] = hosts.keys(0, 1);
  await stage.within("request", async () => {
    await cluster.all((client) => client.dbsize());
    await cluster.executeCommands({ [key]: [["INCR", key], ["GET", key]] });
    const block = cluster.map();
    block.set(key, "value");
    await block.join();
    await Array.fromAsync(
      cluster.mapBatches([key, key], (client, key) => client.strlen(key), {
        batchSize: 1,
      }),
    );
    const given = cluster.map();
    given.cancel();
  });
  const request = idOf(stage.span("request"));
  const maps = stage.spans.filter(({ name }) => name.startsWith("rb."));
  assertEquals(maps.map(({ name }) => name), [
    "rb.fanout",
    "rb.executeCommands",
    "rb.map",
    "rb.mapBatches",
    "rb.mapBatches",
    "rb.map",
  ]);
  assertEquals(maps.filter((map) => parentOf(map) !== request), []);
  assertEquals(maps.at(-1)?.attributes["error.type"], "AbortError");
  const of = (name: string) =>
    stage.spans.filter((span) => span.name.startsWith(`${name} `))
      .map(parentOf);
  assertEquals(of("DBSIZE"), [idOf(maps[0]), idOf(maps[0])]);
  assertEquals(of("PIPELINE"), [idOf(maps[1])]);
  assertEquals(of("SET"), [idOf(maps[2])]);
  assertEquals(of("STRLEN"), [idOf(maps[3]), idOf(maps[4])]);
});

Deno.test("a span says what the conventions ask for, and no argument", async () => {
  await using hosts = await Proxied.start(1);
  await using stage = new Stage();
  const client = hosts.cluster.getRoutingClient();
  await client.set("secret", "s3cret");
  const { hostname, port } = hosts.proxy;
  const { name, attributes, startTime, endTime, status } = stage.span("SET");
  assertEquals(name, `SET ${hostname}:${port}`);
  assertEquals(attributes, {
    "db.system.name": "redis",
    "db.operation.name": "SET",
    "db.namespace": "0",
    "server.address": hostname,
    "server.port": port,
    "rb.host_id": 0,
    "rb.commands": ["SET"],
    "rb.errors": 0,
    "rb.failed_attempts": 0,
  });
  assertEquals(status.code, SpanStatusCode.UNSET);
  const milliseconds = ([seconds, nanos]: [number, number]) =>
    seconds * 1_000 + nanos / 1_000_000;
  assert(milliseconds(startTime) <= milliseconds(endTime));
  assert(!JSON.stringify(attributes).includes("cret"));
});

Deno.test("a span shows what failed first: the code of a reply, or the class of an error", async () => {
  await using hosts = await Proxied.start(1, {
    poolOptions: { maxRetries: 0 },
  });
  await using stage = new Stage();
  const client = hosts.cluster.getRoutingClient();
  await client.set("key", "text");
  await assertRejects(() => client.lpush("key", "item"), CommandError);
  const failed = (name: string) => {
    const { attributes, status } = stage.span(name);
    return [
      attributes["error.type"],
      attributes["db.response.status_code"],
      status.code,
    ];
  };
  assertEquals(failed("LPUSH"), [
    "WRONGTYPE",
    "WRONGTYPE",
    SpanStatusCode.ERROR,
  ]);
  await assertRejects(
    () => hosts.cluster.map((client) => client.incr("key")),
    CommandError,
  );
  assertEquals(failed("INCR"), ["ERR", "ERR", SpanStatusCode.ERROR]);
  assertEquals(failed("rb.map"), ["ERR", "ERR", SpanStatusCode.ERROR]);
  await assertRejects(
    () => client.eval("return redis.error_reply('MINE own')", ["key"], []),
    CommandError,
  );
  assertEquals(failed("EVAL"), ["_OTHER", undefined, SpanStatusCode.ERROR]);
  hosts.proxy.cut();
  await assertRejects(
    () => hosts.cluster.map((client) => [client.append("key", "x")]),
    ConnectionError,
  );
  assertEquals(failed("APPEND"), [
    "ConnectionError",
    undefined,
    SpanStatusCode.ERROR,
  ]);
});

Deno.test("no attribute of a span is set twice", () => {
  const names: string[] = [];
  const take = (attributes: object) => names.push(...Object.keys(attributes));
  const span = { setAttributes: take, setStatus: () => {}, end: () => {} };
  const tracer = {
    startSpan: (_: string, { attributes }: { attributes: object }) => {
      take(attributes);
      return span;
    },
  };
  const batch = {
    host: { id: 0, server: { hostname: "a", port: 1, path: "", db: 0 } },
    callers: [ROOT_CONTEXT],
    commands: { INCR: 1 },
    count: 1,
    issuedAt: 0,
    duration: 1,
    failedAttempts: 0,
    errors: 1,
    failure: new CommandError("ERR value is not an integer"),
  };
  new Spans(tracer as unknown as Tracer).add(batch as unknown as ObservedBatch);
  assert(names.includes("error.type"));
  assertEquals(names.length, new Set(names).size);
});

Deno.test("nothing is traced before instrument(), nor after its end", async () => {
  await using hosts = await Proxied.start(1);
  const client = hosts.cluster.getRoutingClient();
  await client.get("key");
  const stage = new Stage();
  const underWay = client.strlen("key");
  await stage[Symbol.asyncDispose]();
  await underWay;
  await hosts.cluster.map((client) => client.get("key"));
  assertEquals(stage.spans, []);
});
