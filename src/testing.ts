/**
 * Real servers, faults on request and a suite for routers: what tests of a
 * program that uses rb need.
 *
 * `makeTestCluster` is where most tests start; `TestSetup` gives several
 * clusters over the same servers, `RedisServer` a single server to pause, kill
 * and restart, `SentinelSetup` shards behind Sentinel, `FaultProxy` a connection that misbehaves in a dozen ways, and
 * `routerConformance` the rules that every router keeps.
 *
 * A server program is needed (`redis-server` or `valkey-server`), and the
 * permission to run it.
 *
 * @example A test against two real servers
 * ```ts
 * import { makeTestCluster } from "@rb/rb/testing";
 *
 * Deno.test("greeting is kept", async () => {
 *   await using cluster = await makeTestCluster({ servers: 2 });
 *   const client = cluster.getRoutingClient();
 *   await client.set("greeting", "hello");
 *   if (await client.get("greeting") !== "hello") throw new Error("It is lost");
 * });
 * ```
 *
 * @example A test of what happens when a reply is lost
 * ```ts
 * import { Cluster } from "@rb/rb";
 * import { FaultProxy, RedisServer } from "@rb/rb/testing";
 *
 * Deno.test("counter may have counted", async () => {
 *   await using server = await RedisServer.start();
 *   await using proxy = await FaultProxy.start(server);
 *   await using cluster = new Cluster({ hosts: { 0: { port: proxy.port } } });
 *   const client = cluster.getRoutingClient();
 *   await client.get("counter");
 *   proxy.cut();
 *   const error = await client.incr("counter").catch((error) => error);
 *   if (error.outcome !== "unknown") throw new Error("It claims to know");
 * });
 * ```
 *
 * @module
 */

export type {
  AnswerOptions,
  CutOptions,
  FaultProxyOptions,
  FaultProxyTarget,
  HoldOptions,
  RefuseOptions,
} from "./testing/fault_options.ts";
export { FaultProxy } from "./testing/fault_proxy.ts";
export type { Credentials } from "./testing/asking.ts";
export type { FaultProxyStats } from "./testing/proxy_link.ts";
export {
  type ClusterShard,
  RedisClusterSetup,
} from "./testing/redis_cluster.ts";
export type {
  RedisClusterOptions,
  SeededClusterOptions,
} from "./testing/redis_cluster_config.ts";
export { RedisServer } from "./testing/redis_server.ts";
export {
  routerConformance,
  type RouterConformanceOptions,
} from "./testing/router_conformance.ts";
export type {
  SentinelSetupOptions,
  SentinelShard,
} from "./testing/sentinel_config.ts";
export { SentinelSetup } from "./testing/sentinel_setup.ts";
export type {
  RedisServerOptions,
  ServerTlsFiles,
} from "./testing/server_config.ts";
export {
  makeTestCluster,
  type MakeTestClusterOptions,
  TestCluster,
  type TestClusterOptions,
  type TestHost,
  TestSetup,
  type TestSetupOptions,
} from "./testing/test_setup.ts";
