import { assertEquals } from "@std/assert";
import { Patience } from "../../src/wire/patience.ts";
import { FakeTime } from "../fake_time.ts";

/** A patience of 100 ms, and what it has judged. */
function make(): { patience: Patience<string>; judged: string[] } {
  const judged: string[] = [];
  const patience = new Patience<string>(100, (one) => judged.push(one));
  return { patience, judged };
}

Deno.test("Patience judges each when its time is up, and not before", async () => {
  using time = new FakeTime();
  const { patience, judged } = make();
  patience.begin("a");
  await time.advance(40);
  patience.begin("b");
  patience.begin("c");
  await time.advance(59);
  assertEquals(judged, []);
  await time.advance(1);
  assertEquals(judged, ["a"]);
  await time.advance(39);
  assertEquals(judged, ["a"]);
  await time.advance(1);
  assertEquals(judged, ["a", "b", "c"]);
  assertEquals(time.delays, []);
});

Deno.test("Patience judges nothing that is over, and leaves its timer to run meanwhile", async () => {
  using time = new FakeTime();
  const { patience, judged } = make();
  for (let i = 0; i < 9; i++) {
    patience.begin(`${i}`);
    await time.advance(10);
    patience.end(`${i}`);
    assertEquals(time.delays, [100 - 10 * (i + 1)]);
  }
  patience.begin("late");
  await time.advance(10);
  assertEquals([judged, time.delays], [[], [90]]);
  await time.advance(90);
  assertEquals([judged, time.delays], [["late"], []]);
});

Deno.test("Patience keeps no program alive", () => {
  using time = new FakeTime();
  const { patience } = make();
  patience.begin("a");
  assertEquals(time.held, [false]);
  patience.clear();
});

Deno.test("Patience may begin and end others while it judges", async () => {
  using time = new FakeTime();
  const judged: string[] = [];
  const patience: Patience<string> = new Patience<string>(100, (one) => {
    judged.push(one);
    if (one !== "a") return;
    patience.end("b");
    patience.begin("d");
  });
  for (const one of ["a", "b", "c"]) patience.begin(one);
  await time.advance(100);
  assertEquals(judged, ["a", "c"]);
  await time.advance(100);
  assertEquals([judged, time.delays], [["a", "c", "d"], []]);
});

Deno.test("Patience.clear() judges nothing any more", async () => {
  using time = new FakeTime();
  const { patience, judged } = make();
  patience.begin("a");
  patience.clear();
  assertEquals(time.delays, []);
  await time.advance(100);
  assertEquals(judged, []);
});
