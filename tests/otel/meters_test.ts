import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Attributes } from "@opentelemetry/api";
import type { Histogram, MetricData } from "@opentelemetry/sdk-metrics";
import { CommandError, PoolTimeoutError } from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { eventually } from "../../support/waiting.ts";
import { Stage } from "./stage.ts";

/** Its values by an attribute that tells them apart. */
function valuesBy(
  metric: MetricData | undefined,
  key: string,
): Record<string, unknown> {
  assert(metric !== undefined);
  return Object.fromEntries(
    metric.dataPoints.map(({ attributes, value }) => [attributes[key], value]),
  );
}

Deno.test("the duration of batches is measured in seconds, with few attributes", async () => {
  await using hosts = await Proxied.start(1);
  await using stage = new Stage();
  const client = hosts.cluster.getRoutingClient();
  await client.set("key", "text");
  await client.get("key");
  await Promise.all([client.get("key"), client.get("key")]);
  await assertRejects(() => client.lpush("key", "item"), CommandError);
  const metric = (await stage.metrics()).get("db.client.operation.duration");
  assertEquals(metric?.descriptor.unit, "s");
  const { hostname, port } = hosts.proxy;
  const common = {
    "db.system.name": "redis",
    "db.namespace": "0",
    "server.address": hostname,
    "server.port": port,
  };
  const named = (name: string, more: Attributes = {}) => ({
    ...common,
    "db.operation.name": name,
    ...more,
  });
  assertEquals(metric?.dataPoints.map(({ attributes }) => attributes), [
    named("SET"),
    named("GET"),
    named("PIPELINE GET"),
    named("LPUSH", {
      "error.type": "WRONGTYPE",
      "db.response.status_code": "WRONGTYPE",
    }),
  ]);
  for (const { value } of metric?.dataPoints ?? []) {
    const { count, sum, buckets } = value as Histogram;
    assertEquals([count, buckets.boundaries[0]], [1, 0.001]);
    assert(sum !== undefined && sum > 0 && sum < 5, `${sum}`);
  }
});

Deno.test("the pool of each server that was used is measured", async () => {
  await using hosts = await Proxied.start(1, {
    poolOptions: { maxConnections: 1 },
  });
  await using stage = new Stage();
  const { cluster, proxy } = hosts;
  const client = cluster.getRoutingClient({ timeout: 60_000 });
  await client.get("key");
  const name = `${proxy.hostname}:${proxy.port}`;
  const pool = "db.client.connection";
  const count = async () =>
    valuesBy((await stage.metrics()).get(`${pool}.count`), `${pool}.state`);
  assertEquals(await count(), { idle: 1, used: 0 });
  proxy.hold();
  const reply = client.get("key");
  const waits = new AbortController();
  const { signal } = waits;
  const aborted = assertRejects(() =>
    cluster.map((map) => [map.get("key")], { signal })
  );
  await eventually(() => cluster.getPoolForHost(0).waiting === 1);
  assertEquals(await count(), { idle: 0, used: 1 });
  const metrics = await stage.metrics();
  const valueOf = (what: string) =>
    valuesBy(metrics.get(`${pool}.${what}`), `${pool}.pool.name`);
  assertEquals(valueOf("max"), { [name]: 1 });
  assertEquals(valueOf("pending_requests"), { [name]: 1 });
  waits.abort();
  await aborted;
  await assertRejects(
    () => cluster.map((map) => [map.get("key")], { timeout: 50 }),
    PoolTimeoutError,
  );
  const after = (await stage.metrics()).get(`${pool}.timeouts`);
  assertEquals(valuesBy(after, `${pool}.pool.name`), { [name]: 1 });
  proxy.pass();
  await reply;
});

Deno.test("clusters with the same server have one pool in the metrics, those closed none", async () => {
  await using hosts = await Proxied.start(1);
  await using stage = new Stage();
  const { cluster } = hosts;
  await cluster.getRoutingClient().get("key");
  const former = cluster.getPoolForHost(0);
  await cluster.disconnectPools();
  await cluster.getRoutingClient().get("key");
  assertEquals(former.size, 0);
  const count = (await stage.metrics()).get("db.client.connection.max");
  assertEquals(count?.dataPoints.map(({ value }) => value), [16]);
});
