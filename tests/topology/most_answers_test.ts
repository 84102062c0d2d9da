import { assertEquals } from "@std/assert";
import { mostAnswers } from "../../src/topology/most_answers.ts";
import { isPending, turn } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";

/** Asks for some names; each answers when it is told to. */
function asking(names: string[]) {
  const answers = new Map(
    names.map((name) => [name, Promise.withResolvers<string>()]),
  );
  const result = mostAnswers(names, (name) => answers.get(name)!.promise);
  return { answers, result };
}

Deno.test("mostAnswers() waits until all have answered or failed", async () => {
  using _time = new FakeTime();
  const { answers, result } = asking(["a", "b"]);
  answers.get("b")!.resolve("B");
  assertEquals(await isPending(result), true);
  answers.get("a")!.reject("no");
  assertEquals(await result, { answers: ["B"], failures: ["no"] });
  assertEquals(await asking([]).result, { answers: [], failures: [] });
});

Deno.test("mostAnswers() waits for the others for a while, once most have answered", async () => {
  using time = new FakeTime();
  const { answers, result } = asking(["a", "b", "c", "d"]);
  for (const name of ["b", "c"]) answers.get(name)!.resolve(name);
  await turn();
  await time.advance(10_000);
  assertEquals(await isPending(result), true);
  answers.get("d")!.resolve("d");
  await turn();
  await time.advance(200);
  assertEquals(await isPending(result), true);
  await time.advance(100);
  assertEquals((await result).answers, ["b", "c", "d"]);
  // What comes too late changes nothing of what was told.
  answers.get("a")!.reject("late");
  assertEquals((await result).failures, []);
});
