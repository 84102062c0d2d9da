import { assert, assertEquals } from "@std/assert";
import { Largest } from "../../src/cli/largest.ts";
import { Random } from "../../support/random.ts";

Deno.test("Largest keeps what sorting all would keep", () => {
  const random = new Random(7);
  for (const capacity of [1, 2, 3, 10, 100]) {
    const entries = Array.from({ length: 500 }, (_, index) => ({
      id: `${index}`,
      // With many that are as large as others.
      size: random.integer(0, 200),
    }));
    const largest = new Largest(capacity);
    for (const entry of entries) largest.add(entry);
    const sizes = entries.map(({ size }) => size).sort((a, b) => b - a);
    assertEquals(
      largest.sorted().map(({ size }) => size),
      sizes.slice(0, capacity),
    );
  }
});

Deno.test("Largest takes an entry once, also after others pushed it out", () => {
  const largest = new Largest(2);
  for (const id of ["a", "a", "b", "a"]) {
    largest.add({ id, size: id === "a" ? 5 : 3 });
  }
  assertEquals(largest.sorted().map(({ id }) => id), ["a", "b"]);
  largest.add({ id: "c", size: 4 });
  assertEquals(largest.sorted().map(({ id }) => id), ["a", "c"]);
  // Grown meanwhile, it comes again.
  largest.add({ id: "b", size: 9 });
  assertEquals(largest.sorted().map(({ id }) => id), ["b", "a"]);
});

Deno.test("Largest.takes() says no to what would not be kept", () => {
  const largest = new Largest(1);
  assert(largest.takes(0));
  largest.add({ id: "a", size: 3 });
  assertEquals([3, 4].map((size) => largest.takes(size)), [false, true]);
});
