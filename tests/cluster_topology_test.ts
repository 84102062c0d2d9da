import { assert, assertEquals, assertThrows } from "@std/assert";
import { ownHosts, slotTopology } from "../src/cluster_topology.ts";

Deno.test("ownHosts() has fixed addresses, or names that sentinels know", () => {
  const fixed = ownHosts({});
  fixed.add(0, { hostname: "10.0.0.1", port: 7000 });
  assert(fixed.topology.isKnown);
  assertEquals(fixed.sentinels, undefined);
  assertEquals(fixed.topology.hosts.get(0)?.address, "10.0.0.1:7000");
  const named = ownHosts({ sentinels: { hosts: ["redis://10.0.0.9"] } });
  named.add(0, { primaryName: "a", label: "a" });
  assert(!named.topology.isKnown);
  assertEquals(named.sentinels?.map(({ address }) => address), [
    "10.0.0.9:26379",
  ]);
  assertEquals(named.topology.groupOf("key"), 0);
});

Deno.test("ownHosts() refuses at once what would fail wherever a primary is", () => {
  const named = ownHosts({ sentinels: { hosts: ["redis://10.0.0.9"] } });
  assertThrows(
    () => named.add(0, { primaryName: "a", username: "ada" }),
    TypeError,
    '"username" is given without "password"',
  );
});

Deno.test("slotTopology() asks seeds for where everything is", () => {
  const topology = slotTopology(["redis://10.0.0.1:7000"], {});
  assert(!topology.isKnown);
  assert(topology.groupsMove);
});
