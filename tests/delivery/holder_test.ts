// Where commands stand that have come back.

import { assertEquals } from "@std/assert";
import { compareStandings } from "../../src/delivery/holder.ts";

Deno.test("compareStandings() goes by batches, and by what came back from one", () => {
  const standings = [
    { order: 2, index: 0 },
    { order: 1, index: 7 },
    { order: 1, index: 3 },
    { order: -1, index: 9 },
  ];
  assertEquals(standings.toSorted(compareStandings), standings.toReversed());
  assertEquals(compareStandings(standings[0], { order: 2, index: 0 }), 0);
});
