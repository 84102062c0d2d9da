import { assert } from "@std/assert";
import { Passing } from "../../src/delivery/passing.ts";
import { isPending } from "../../support/waiting.ts";

Deno.test("Passing waits for all that it was given, and for what goes on in the place of any of it", async () => {
  const passing = new Passing(["a", "b"]);
  passing.goesOn("a", "c");
  passing.ended("a");
  passing.ended("b");
  passing.goesOn("c", "d");
  passing.ended("c");
  assert(await isPending(passing.over));
  passing.ended("d");
  await passing.over;
});

Deno.test("Passing waits for nothing else", async () => {
  const passing = new Passing(["a"]);
  passing.goesOn("x", "y");
  passing.ended("x");
  assert(await isPending(passing.over));
  passing.ended("a");
  await passing.over;
  await new Passing([]).over;
});
