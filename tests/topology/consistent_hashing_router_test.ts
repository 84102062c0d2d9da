import { assert, assertEquals, assertThrows } from "@std/assert";
import { BadHostSetupError } from "../../src/errors.ts";
import {
  ConsistentHashingRouter,
  type RouterHost,
} from "../../src/topology/mod.ts";
import { routerConformance } from "../../src/testing/router_conformance.ts";

/** Hosts of these weights, labelled by their place. */
function hostsOf(...weights: number[]): Map<number, RouterHost> {
  return new Map(weights.map((weight, hostId) => [
    hostId,
    { hostId, weight, ringLabel: `host-${hostId}` },
  ]));
}

function keysPerHost(router: ConsistentHashingRouter, keys: number): number[] {
  const counts = new Array(router.cluster.hosts.size).fill(0);
  for (let i = 0; i < keys; i++) counts[router.getHostForKey(`key:${i}`)]++;
  return counts;
}

routerConformance({
  name: "ConsistentHashingRouter",
  create: (hosts) => new ConsistentHashingRouter({ hosts }),
});

routerConformance({
  name: "ConsistentHashingRouter, hash tags on,",
  create: (hosts) => new ConsistentHashingRouter({ hosts }, { hashTags: true }),
});

Deno.test("ConsistentHashingRouter gives a heavier host more keys", () => {
  const hosts = hostsOf(1, 1, 2);
  const [, , heavy] = keysPerHost(
    new ConsistentHashingRouter({ hosts }),
    9_999,
  );
  assert(heavy > 4_000 && heavy < 6_000, `${heavy} of 9999 keys`);
});

Deno.test("ConsistentHashingRouter gives a host of weight 0 no key", () => {
  const hosts = hostsOf(1, 0, 1);
  assertEquals(
    keysPerHost(new ConsistentHashingRouter({ hosts }), 5_000)[1],
    0,
  );
});

Deno.test("ConsistentHashingRouter moves keys to a new host only", () => {
  const before = new ConsistentHashingRouter({ hosts: hostsOf(1, 1, 1) });
  const after = new ConsistentHashingRouter({ hosts: hostsOf(1, 1, 1, 1) });
  let moved = 0;
  for (let i = 0; i < 5_000; i++) {
    const [from, to] = [before, after].map((it) => it.getHostForKey(`k:${i}`));
    if (from === to) continue;
    assertEquals(to, 3);
    moved++;
  }
  assert(moved > 500 && moved < 2_000, `${moved} of 5000 keys moved`);
});

Deno.test("ConsistentHashingRouter refuses hosts it cannot tell apart", () => {
  const hosts = hostsOf(1, 1);
  hosts.set(1, { hostId: 1, weight: 1, ringLabel: "host-0" });
  const error = assertThrows(
    () => new ConsistentHashingRouter({ hosts }),
    BadHostSetupError,
  );
  assertEquals(error.message, "Hosts 0 and 1 have the same ring label");
});

Deno.test("ConsistentHashingRouter refuses hosts that no key can reach", () => {
  const gap = new Map([[1, { hostId: 1, weight: 1, ringLabel: "a" }]]);
  const vectors: [Map<number, RouterHost>, string][] = [
    [new Map(), "No hosts are configured"],
    [gap, 'Expected a host with id "0"'],
    [hostsOf(0, 0), "The weights leave no host with a key"],
  ];
  for (const [hosts, message] of vectors) {
    assertThrows(
      () => new ConsistentHashingRouter({ hosts }),
      BadHostSetupError,
      message,
    );
  }
  assertThrows(
    () => new ConsistentHashingRouter({ hosts: hostsOf(1, -1) }),
    RangeError,
  );
});

Deno.test("ConsistentHashingRouter looks at hash tags when it is told to", () => {
  const hosts = hostsOf(1, 1, 1, 1);
  const plain = new ConsistentHashingRouter({ hosts });
  const tagged = new ConsistentHashingRouter({ hosts }, { hashTags: true });
  const keys = Array.from({ length: 100 }, (_, i) => `{user:1}:${i}`);
  const home = plain.getHostForKey("user:1");
  assert(keys.every((key) => tagged.getHostForKey(key) === home));
  assert(keys.some((key) => plain.getHostForKey(key) !== home));
});

Deno.test("ConsistentHashingRouter takes any ids where all hosts have labels", () => {
  const host = (hostId: number) => ({
    hostId,
    weight: 1,
    label: `label ${hostId}`,
    ringLabel: `label ${hostId}`,
  });
  const over = (...ids: number[]) =>
    new ConsistentHashingRouter({
      hosts: new Map(ids.map((id) => [id, host(id)])),
    });
  const [all, fewer] = [over(0, 1, 2), over(0, 2)];
  for (let i = 0; i < 200; i++) {
    const before = all.getHostForKey(`key:${i}`);
    const after = fewer.getHostForKey(`key:${i}`);
    // What a host had that stays, it keeps.
    if (before !== 1) assertEquals(after, before);
    else assert(after === 0 || after === 2);
  }
  assertEquals(
    new Set([...fewer.arcs()].map(([, hostId]) => hostId)),
    new Set([0, 2]),
  );
  const { label: _, ...bare } = host(2);
  const hosts = new Map([[0, host(0)], [2, bare]]);
  assertThrows(() => new ConsistentHashingRouter({ hosts }), BadHostSetupError);
});
