import { assert, assertEquals, assertThrows } from "@std/assert";
import { Cluster } from "../../src/cluster.ts";
import {
  ConsistentHashingRouter,
  Distribution,
  distribution,
} from "../../src/topology/mod.ts";

const KEYS = Array.from({ length: 100_000 }, (_, i) => `user:${i}`);

Deno.test("distribution() counts as the router routes", () => {
  for (const router of [ConsistentHashingRouter, undefined]) {
    const cluster = new Cluster({
      hosts: [{ label: "a" }, { label: "b" }, { label: "c" }],
      ...router === undefined ? {} : { router },
    });
    const counts = [0, 0, 0];
    for (const key of KEYS) counts[cluster.getRouter().getHostForKey(key)]++;
    const spread = distribution(cluster.getRouter(), KEYS);
    assertEquals([...spread.counts], [...counts.entries()]);
    assertEquals(spread.total, KEYS.length);
    assertEquals(spread.share(1), counts[1] / KEYS.length);
    assertEquals(cluster.distribution(KEYS), spread);
  }
});

Deno.test("distribution() counts hosts without keys, and keys given twice", () => {
  const cluster = new Cluster({ hosts: [{}, {}, {}] });
  assertEquals(
    [...cluster.distribution(["foo", "foo"]).counts],
    [[0, 0], [1, 2], [2, 0]],
  );
  const none = cluster.distribution([]);
  assertEquals([none.total, none.share(2)], [0, 0]);
});

Deno.test("distribution() refuses what is no key", () => {
  const cluster = new Cluster({ hosts: [{}] });
  assertThrows(
    () => cluster.distribution([null as unknown as string]),
    TypeError,
    'Cannot use "null" as a key',
  );
});

Deno.test("Distribution.share() refuses a host that is not there", () => {
  const spread = new Distribution(new Map([[0, 1]]));
  assertThrows(() => spread.share(1), RangeError, "There is no host 1");
});

Deno.test("Distribution shows a bar for each host, by id", () => {
  const counts = new Map([[10, 0], [2, 1], [0, 50_000], [1, 24_999]]);
  assertEquals(
    Deno.inspect(new Distribution(counts)),
    [
      "75000 keys on 4 hosts",
      "host 0   ########################################  50000  66.7 %",
      "host 1   ####################                      24999  33.3 %",
      "host 2   #                                             1   0.0 %",
      "host 10                                                0   0.0 %",
    ].join("\n"),
  );
});

Deno.test("Distribution shows hosts without any keys", () => {
  assertEquals(
    Deno.inspect(new Distribution(new Map([[0, 0]]))),
    `0 keys on 1 host\nhost 0  ${" ".repeat(40)}  0  0.0 %`,
  );
  assertEquals(Deno.inspect(new Distribution(new Map())), "0 keys on 0 hosts");
  assertEquals(
    Deno.inspect(new Distribution(new Map([[0, 1]]))),
    `1 key on 1 host\nhost 0  ${"#".repeat(40)}  1  100.0 %`,
  );
});

Deno.test("Distribution fits 80 columns of plain text", () => {
  const counts = new Map([[Number.MAX_SAFE_INTEGER, 2 ** 52], [0, 1]]);
  const lines = Deno.inspect(new Distribution(counts), { colors: true })
    .split("\n");
  assert(lines.every((line) => /^[\x20-\x7e]{1,80}$/.test(line)));
  assertEquals(lines[2].length, 80);
});
