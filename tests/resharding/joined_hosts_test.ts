import { assertEquals, assertThrows } from "@std/assert";
import { Cluster, ConsistentHashingRouter } from "../../mod.ts";
import { joined } from "../../src/resharding/joined_hosts.ts";

const router = ConsistentHashingRouter;
const sentinels = { hosts: ["redis://10.0.0.9:26379"] };
const [a, b, c] = ["a", "b", "c"].map((primaryName) => ({ primaryName }));

Deno.test("joined() has the hosts of both clusters, each once", () => {
  const hosts = [1, 2, 3].map((port) => ({ port, label: `${port}` }));
  const before = new Cluster({ hosts: hosts.slice(0, 2), router });
  const after = new Cluster({ hosts: { 0: hosts[0], 2: hosts[2] }, router });
  const { topology, sentinels, ids } = joined(before, after);
  assertEquals(ids, { before: new Set([0, 1]), both: new Set([0, 1, 2]) });
  assertEquals(sentinels, undefined);
  assertEquals(
    [...topology.hosts.values()].map(({ port, name }) => [port, name]),
    [[1, "rb:mover"], [3, "rb:mover"], [2, "rb:mover"]],
  );
});

Deno.test("joined() knows hosts behind Sentinel by their names, before they are found", () => {
  const before = new Cluster({ hosts: [a, b], sentinels, router });
  const next = { hosts: [a, b, c] };
  // Of one that follows, the ring in use counts.
  const follows = new Cluster({
    hosts: [a],
    sentinels,
    router,
    follow: true,
    next,
  });
  const found = joined(before, new Cluster({ ...next, sentinels, router }));
  assertEquals(found.ids.both, new Set([0, 1, 2]));
  assertEquals(found.topology.isKnown, false);
  assertEquals(found.sentinels?.map(({ address }) => address), [
    "10.0.0.9:26379",
  ]);
  assertEquals(joined(before, follows).ids.both, new Set([0, 1]));
});

Deno.test("joined() refuses an id that means two primaries, and hosts found in two ways", () => {
  const before = new Cluster({ hosts: [a, b], sentinels, router });
  const other = new Cluster({ hosts: [a, c], sentinels, router });
  assertThrows(() => joined(before, other), TypeError, 'the primary "b"');
  const swapped = new Cluster({ hosts: [b, a], sentinels, router });
  assertThrows(() => joined(before, swapped), TypeError, "keeps its id");
  const fixed = new Cluster({ hosts: [{ port: 1, label: "a" }], router });
  assertThrows(() => joined(before, fixed), TypeError, '"sentinels"');
});
