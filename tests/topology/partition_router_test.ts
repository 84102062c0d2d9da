import { assertEquals, assertThrows } from "@std/assert";
import { BadHostSetupError } from "../../src/errors.ts";
import { PartitionRouter, type RouterHost } from "../../src/topology/mod.ts";
import { routerConformance } from "../../src/testing/router_conformance.ts";

function host(hostId: number): RouterHost {
  return { hostId, weight: 1, ringLabel: `host-${hostId}` };
}

routerConformance({
  name: "PartitionRouter",
  create: (hosts) => new PartitionRouter({ hosts }),
});

routerConformance({
  name: "PartitionRouter, hash tags on,",
  create: (hosts) => new PartitionRouter({ hosts }, { hashTags: true }),
});

Deno.test("PartitionRouter answers as that of Python rb does", () => {
  const hosts = new Map([0, 1, 2].map((id) => [id, host(id)]));
  const router = new PartitionRouter({ hosts });
  for (const [key, id] of [["foo", 1], ["bar", 2], ["baz", 0]] as const) {
    assertEquals(router.getHostForCommand("INCR", [key]), id);
    assertEquals(router.getHostForKey(key), id);
  }
});

Deno.test("PartitionRouter needs the ids from 0 to N-1", () => {
  assertThrows(
    () => new PartitionRouter({ hosts: new Map([[1, host(1)]]) }),
    BadHostSetupError,
    'Expected a host with id "0"',
  );
  assertThrows(
    () => new PartitionRouter({ hosts: new Map() }),
    BadHostSetupError,
    "No hosts are configured",
  );
});

Deno.test("PartitionRouter is a snapshot of its hosts", () => {
  const hosts = new Map([0, 1, 2].map((id) => [id, host(id)]));
  const router = new PartitionRouter({ hosts });
  const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`);
  const before = keys.map((key) => router.getHostForKey(key));
  hosts.set(3, host(3));
  assertEquals(keys.map((key) => router.getHostForKey(key)), before);
});
