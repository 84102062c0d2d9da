import { assertEquals, assertThrows } from "@std/assert";
import { BadHostSetupError } from "../../src/errors.ts";
import { assertGaplessHosts, listIds } from "../../src/topology/mod.ts";

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
