import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type BaseRouter,
  FixedTopology,
  PartitionRouter,
  type RouterCluster,
} from "../../src/topology/mod.ts";

const host = (hostId: number) => ({
  hostId,
  weight: 1,
  ringLabel: `${hostId}`,
});

function topologyOf(count: number): FixedTopology<ReturnType<typeof host>> {
  const topology = new FixedTopology((hosts) => new PartitionRouter(hosts));
  for (let id = 0; id < count; id++) topology.add(host(id));
  return topology;
}

Deno.test("FixedTopology has one router until the hosts change, and that one stays as it is", () => {
  const topology = topologyOf(2);
  const { router } = topology;
  assert(topology.router === router);
  const before = Array.from({ length: 50 }, (_, i) => router.getHostForKey(i));
  topology.add(host(2));
  assert(topology.router !== router);
  assertEquals(before.map((_, i) => router.getHostForKey(i)), before);
  assertEquals(
    before.map((_, i) => topology.groupOf(i)),
    before.map((_, i) => topology.router.getHostForKey(i)),
  );
  assert(topology.remove(2));
  assertEquals(before.map((_, i) => topology.groupOf(i)), before);
});

Deno.test("FixedTopology takes each id once, and says whether there was one to remove", () => {
  const topology = topologyOf(1);
  assertThrows(() => topology.add(host(0)), TypeError, "share the id 0");
  assertEquals([topology.remove(1), topology.remove(0)], [false, true]);
  assertEquals(topology.hosts.size, 0);
});

Deno.test("FixedTopology tells who watches which host is gone, when it is", () => {
  const topology = topologyOf(3);
  const gone: [number, boolean][] = [];
  topology.watch({
    hostChanged: (id) => void gone.push([id, topology.hosts.has(id)]),
  });
  topology.remove(1);
  topology.remove(1);
  topology.add(host(1));
  topology.remove(2);
  assertEquals(gone, [[1, false], [2, false]]);
});

Deno.test("FixedTopology goes by keys unless its router looks at whole commands", () => {
  class Whole extends PartitionRouter {
    override getHostForCommand(_name: string): number {
      return 1;
    }
  }
  const topologies = [PartitionRouter, Whole].map((Router) => {
    const make = (hosts: RouterCluster): BaseRouter => new Router(hosts);
    const topology = new FixedTopology(make);
    for (let id = 0; id < 2; id++) topology.add(host(id));
    return topology;
  });
  assertEquals(topologies.map(({ goesByKeys }) => goesByKeys), [true, false]);
  for (let i = 0; i < 20; i++) {
    const [byKeys, whole] = topologies.map((topology) =>
      topology.groupOfCommand("GET", [i])
    );
    assertEquals([byKeys, whole], [topologies[0].groupOf(i), 1]);
    assertEquals(topologies[1].hostOf(byKeys), byKeys);
  }
});
