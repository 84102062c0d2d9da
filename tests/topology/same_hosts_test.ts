import { assertEquals } from "@std/assert";
import type { RouterHost } from "../../src/topology/mod.ts";
import { findSameHosts } from "../../src/topology/same_hosts.ts";

type Marks = Partial<Pick<RouterHost, "ringLabel" | "label" | "address">>;

/** Hosts with ids from 0; a label is a ring label too. */
function hosts(prefix: string, ...marks: Marks[]): Map<number, RouterHost> {
  return new Map(marks.map((mark, hostId) => {
    const ringLabel = mark.label ?? `${prefix}-${hostId}`;
    return [hostId, { hostId, weight: 1, ringLabel, ...mark }];
  }));
}

function find(before: Marks[], after: Marks[]): [number, number][] {
  return [...findSameHosts(hosts("old", ...before), hosts("new", ...after))]
    .sort(([a], [b]) => a - b);
}

Deno.test("findSameHosts() goes by ring label before all else", () => {
  assertEquals(
    find(
      [{ label: "a", address: "x" }, { label: "b", address: "y" }],
      [{ label: "b", address: "x" }, { label: "a", address: "y" }],
    ),
    [[0, 1], [1, 0]],
  );
  assertEquals(
    find([{ ringLabel: "a" }, { ringLabel: "b" }], [{ ringLabel: "b" }]),
    [[1, 0]],
  );
});

Deno.test("findSameHosts() goes by address where labels are new", () => {
  assertEquals(
    find(
      [{ address: "x" }, { address: "y" }],
      [{ address: "y" }, { address: "x", label: "first" }],
    ),
    [[0, 1], [1, 0]],
  );
});

Deno.test("findSameHosts() goes by id where addresses tell nothing", () => {
  assertEquals(find([{}, {}], [{}, {}, {}]), [[0, 0], [1, 1]]);
  const address = "localhost:6379";
  assertEquals(
    find([{ address }, { address }], [{ address }, { address }, { address }]),
    [[0, 0], [1, 1]],
  );
});

Deno.test("findSameHosts() knows no host by its id that says otherwise", () => {
  assertEquals(find([{ address: "x" }], [{ address: "y" }]), []);
  assertEquals(find([{ label: "a" }], [{ label: "b" }]), []);
  assertEquals(find([{ label: "a" }], [{}]), [[0, 0]]);
});

Deno.test("findSameHosts() finds no host twice", () => {
  assertEquals(
    find(
      [{ address: "x" }, { address: "y" }, { address: "z" }],
      [{ address: "x" }, { address: "z" }],
    ),
    [[0, 0], [2, 1]],
  );
  assertEquals(
    find([{ label: "a" }, {}], [{}, { label: "a" }]),
    [[0, 1]],
  );
});
