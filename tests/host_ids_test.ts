import { assertEquals, assertThrows } from "@std/assert";
import { BadHostSetupError } from "../src/errors.ts";
import {
  assertGaplessHosts,
  assertHostId,
  assertKnownHost,
  listIds,
  readHostSelection,
} from "../src/host_ids.ts";

function hosts(...ids: number[]): Map<number, unknown> {
  return new Map(ids.map((id) => [id, {}]));
}

Deno.test("assertGaplessHosts() accepts the ids from 0 to N-1 in any order", () => {
  assertGaplessHosts(hosts(0));
  assertGaplessHosts(hosts(2, 0, 1));
});

Deno.test("assertGaplessHosts() names the id that is missing", () => {
  const vectors: [number[], string][] = [
    [[], "No hosts are configured"],
    [[1], 'Expected a host with id "0", but the only host is 1'],
    [[2, 1], 'Expected a host with id "0", but the hosts are 1 and 2'],
    [[0, 1, 3], 'Expected a host with id "2", but the hosts are 0, 1 and 3'],
  ];
  for (const [ids, message] of vectors) {
    const error = assertThrows(
      () => assertGaplessHosts(hosts(...ids)),
      BadHostSetupError,
    );
    assertEquals(error.message, message);
  }
});

Deno.test("listIds() sorts ids and cuts long lists", () => {
  assertEquals(listIds([3]), "3");
  assertEquals(listIds([3, 0]), "0 and 3");
  assertEquals(listIds([10, 9, 0]), "0, 9 and 10");
  const ids = Array.from({ length: 11 }, (_, id) => id);
  assertEquals(
    listIds(ids.slice(0, 10)),
    "0, 1, 2, 3, 4, 5, 6, 7, 8 and 9",
  );
  assertEquals(listIds(ids), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1 more");
  assertEquals(
    listIds(Array.from({ length: 1_000 }, (_, id) => id)),
    "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 990 more",
  );
});

Deno.test("assertHostId() accepts integers from 0", () => {
  assertHostId(0);
  assertHostId(12);
  assertHostId(Number.MAX_SAFE_INTEGER);
  // A larger one would be the same number as its neighbour.
  for (const id of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => assertHostId(id), RangeError, "an integer from 0");
  }
  assertThrows(() => assertHostId("0"), TypeError, '"string"');
});

Deno.test("assertKnownHost() names what there is", () => {
  assertKnownHost(3, hosts(0, 3));
  const vectors: [Map<number, unknown>, string][] = [
    [hosts(0, 3), "There is no host 1: the cluster has 0 and 3"],
    [hosts(), "There is no host 1: the cluster has no hosts"],
  ];
  for (const [known, message] of vectors) {
    const error = assertThrows(() => assertKnownHost(1, known), RangeError);
    assertEquals(error.message, message);
  }
  assertThrows(() => assertKnownHost("3", hosts(3)), TypeError, '"string"');
});

Deno.test("readHostSelection() gives each host once, in the order of the caller", () => {
  const given = [3, 1, 3];
  const read = readHostSelection(given, hosts(0, 1, 2, 3));
  given.push(7);
  assertEquals(read, [3, 1]);
  assertEquals(readHostSelection("all", hosts(0)), "all");
  assertEquals(readHostSelection([], hosts(0)), []);
});
