import { assertEquals, assertThrows } from "@std/assert";
import { clockOffset, readTime } from "../../src/moving/clock_offset.ts";

Deno.test("clockOffset() is the distance of two clocks", () => {
  const source = { asked: 100, answered: 110, time: 1_000_105 };
  const target = { asked: 102, answered: 104, time: 1_005_103.4 };
  assertEquals(clockOffset(source, target), 5_000);
  assertEquals(clockOffset(target, source), -5_000);
});

Deno.test("clockOffset() is 0 where the clocks may agree", () => {
  const source = { asked: 100, answered: 140, time: 1_000_105 };
  const target = { asked: 100, answered: 110, time: 1_000_105 };
  assertEquals(clockOffset(source, target), 0);
});

Deno.test("readTime() reads milliseconds", () => {
  assertEquals(readTime(["17", "250000"]), 17_250);
  assertThrows(() => readTime("17"), TypeError);
});
