import { assert, assertThrows } from "@std/assert";
import { BadHostSetupError, Cluster, PartitionRouter } from "../../mod.ts";
import { routerOf } from "../../src/topology/routing.ts";

Deno.test("routerOf() asks a cluster for its router, as it is then", async () => {
  const hosts = new Map([[0, { hostId: 0, weight: 1, ringLabel: "" }]]);
  const router = new PartitionRouter({ hosts });
  assert(routerOf(router) === router);
  await using cluster = new Cluster({ hosts: [{}, {}] });
  const before = routerOf(cluster);
  assert(before === cluster.getRouter());
  cluster.addHost(2);
  assert(routerOf(cluster) !== before);
  cluster.removeHost(0);
  assertThrows(() => routerOf(cluster), BadHostSetupError);
});
