import { assertEquals } from "@std/assert";
import {
  Cluster,
  ConsistentHashingRouter,
  HostInfo,
  pythonRbLabel,
} from "../../mod.ts";
import { ringDescription } from "../../src/topology/ring_description.ts";

Deno.test("ringDescription() names the router and all that decides where keys live", () => {
  const plain = new Cluster({
    hosts: ["redis://:secret@a.test:7000/2", "redis://b.test"],
  });
  assertEquals(
    ringDescription(plain.getRouter()),
    "PartitionRouter over 2 hosts: 0 at a.test:7000/2, 1 at b.test:6379",
  );
  const ring = new Cluster({
    hosts: { 3: { hostname: "a.test", label: 'the "a"', weight: 2 } },
    router: ConsistentHashingRouter,
    routerOptions: { hashTags: true },
  });
  assertEquals(
    ringDescription(ring.getRouter()),
    "ConsistentHashingRouter with hash tags over 1 host: " +
      '3 "the \\"a\\"" at a.test:6379 of weight 2',
  );
});

Deno.test("ringDescription() shows no password that a label of Python rb holds", () => {
  const label = pythonRbLabel({ host_id: 0, password: "it's a secret" });
  const { label: shown } = new HostInfo(0, { label }).toJSON();
  assertEquals(shown, "<HostInfo db=0 host='localhost' host_id=0 …>");
  const cluster = new Cluster({ hosts: [{ label }] });
  const text = ringDescription(cluster.getRouter());
  for (
    const one of [text, Deno.inspect(cluster.hosts), Deno.inspect(cluster)]
  ) {
    assertEquals(one.includes("secret"), false, one);
  }
  const open = pythonRbLabel({ host_id: 0 });
  assertEquals(new HostInfo(0, { label: open }).toJSON().label, open);
});

Deno.test("ringDescription() is short although there are many hosts", () => {
  const hosts = Array.from({ length: 100 }, (_, i) => `redis://h${i}.test`);
  const cluster = new Cluster({ hosts });
  const text = ringDescription(cluster.getRouter());
  assertEquals(text.split(", ").length, 17);
  assertEquals(text.endsWith("15 at h15.test:6379, and 84 more"), true, text);
});

Deno.test("ringDescription() names primaries where nobody knows where they are", () => {
  const cluster = new Cluster({
    sentinels: { hosts: ["redis://s.test:26379"] },
    hosts: [{ primaryName: "one" }, { primaryName: "two", label: "b" }],
  });
  assertEquals(
    ringDescription(cluster.getRouter()),
    'PartitionRouter over 2 hosts: 0 "one", 1 two "b"',
  );
});
