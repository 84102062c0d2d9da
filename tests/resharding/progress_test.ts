import { assert, assertEquals } from "@std/assert";
import { Tally } from "../../src/resharding/progress.ts";

Deno.test("Tally knows nothing of time before it begins", () => {
  const tally = new Tally();
  const { phase, total, keysPerSecond, timeLeft } = tally.progress();
  assertEquals([phase, total, keysPerSecond], ["stable", 0, 0]);
  assertEquals(timeLeft, undefined);
});

Deno.test("Tally counts each way through the keys for itself", () => {
  const tally = new Tally();
  tally.phase = "copying";
  tally.begin(10);
  tally.look(4);
  tally.moved += 2;
  tally.conflicts.push("key");
  const first = tally.progress();
  assertEquals([first.scanned, first.total, first.moved], [4, 10, 2]);
  assertEquals(first.conflicts, ["key"]);
  assert(first.keysPerSecond > 0);
  assert(first.timeLeft! > 0);
  tally.begin(5);
  const second = tally.progress();
  assertEquals([second.scanned, second.total, second.moved], [0, 5, 2]);
  assertEquals(second.keysPerSecond, 0);
  // More keys may come than were counted.
  tally.look(7);
  assertEquals(tally.progress().timeLeft, 0);
  // What was told does not change any more.
  tally.conflicts.push("other");
  assertEquals(first.conflicts, ["key"]);
});

Deno.test("Tally never tells that there are fewer keys than it has seen", () => {
  const tally = new Tally();
  tally.begin(2);
  tally.look(3);
  const { scanned, total, timeLeft } = tally.progress();
  assertEquals([scanned, total, timeLeft], [3, 3, 0]);
});
