import { assertEquals, assertNotEquals } from "@std/assert";
import {
  ConsistentHashingRouter,
  PartitionRouter,
  type RouterHost,
  type RouterOptions,
} from "../../mod.ts";
import { ringFingerprint } from "../../src/topology/ring_fingerprint.ts";

function hosts(
  count: number,
  more: (hostId: number) => Partial<RouterHost> = () => ({}),
): ReadonlyMap<number, RouterHost> {
  return new Map(Array.from({ length: count }, (_, hostId) => [hostId, {
    hostId,
    weight: 1,
    ringLabel: `host ${hostId}`,
    ...more(hostId),
  }]));
}

function ring(
  of: ReadonlyMap<number, RouterHost>,
  options?: RouterOptions,
): string {
  return ringFingerprint(new ConsistentHashingRouter({ hosts: of }, options));
}

Deno.test("ringFingerprint() is the same for routers that route alike", () => {
  assertEquals(ring(hosts(3)), ring(hosts(3)));
  // Each program has its own way to a host.
  const at = (name: string) => (hostId: number) => ({
    address: `${name}${hostId}`,
  });
  assertEquals(ring(hosts(3, at("10.0.0."))), ring(hosts(3, at("localhost:"))));
});

Deno.test("ringFingerprint() is another one wherever a key is elsewhere", () => {
  const labelled = (hostId: number) => ({
    label: `label ${hostId}`,
    ringLabel: `label ${hostId}`,
  });
  const all = [
    ring(hosts(2)),
    ring(hosts(3)),
    ring(hosts(3), { hashTags: true }),
    ring(hosts(3, (hostId) => ({ weight: hostId + 1 }))),
    ring(hosts(3, labelled)),
    ringFingerprint(new PartitionRouter({ hosts: hosts(3) })),
  ];
  assertEquals(new Set(all).size, all.length);
  assertNotEquals(ring(hosts(1)), ring(hosts(1, labelled)));
});
