import { assert, assertEquals } from "@std/assert";
import { Random } from "../../support/random.ts";

Deno.test("Random repeats itself by its seed", () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => random.integer(1, 1_000_000));
  };
  assertEquals(draw(7), draw(7));
  assert(draw(7).join() !== draw(8).join());
  assertEquals(new Set(draw(7)).size, 5);
});
