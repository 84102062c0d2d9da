import { assert, assertEquals } from "@std/assert";
import { describeReshardSoak, soakReshard } from "../../tools/soak/reshard.ts";
import { Tally } from "../../tools/soak/tally.ts";

Deno.test("a randomised run of keys that move finds nothing wrong", async () => {
  const options = { seconds: 4, seed: 1 };
  const report = await soakReshard(options);
  assertEquals(report.problems, [], describeReshardSoak(report, options));
  assert(report.moves.total() > 0);
  assert(report.keys > 100);
});

Deno.test("what a run of moves came to says how to repeat it", () => {
  const moves = new Tally();
  moves.add("there", "", 2);
  const none = new Tally();
  const options = { seconds: 4, seed: 7 };
  const report = { moves, faults: none, errors: none, keys: 3 };
  const good = describeReshardSoak({ ...report, problems: [] }, options);
  assertEquals(
    good,
    "Moves: there 2\nFaults: none\nErrors of writers: none\nKeys: 3\n\n" +
      "ok (seed 7, 4 s)",
  );
  const bad = describeReshardSoak({ ...report, problems: ["lost"] }, options);
  assert(bad.endsWith("- lost\nRepeat it with --reshard --seconds 4 --seed 7"));
});
