import { assert, assertEquals, assertFalse } from "@std/assert";
import { PartialError } from "../src/partial_error.ts";

const down = new Error("Host 1 is down");
const late = new Error("Host 2 is late");
const fulfilled = <T>(value: T) => ({ status: "fulfilled", value } as const);
const rejected = (reason: Error) => ({ status: "rejected", reason } as const);

const error = new PartialError("MGET", ["a", 2, "c", "secret", "e"], [
  fulfilled("x"),
  rejected(down),
  fulfilled(null),
  rejected(down),
  rejected(late),
]);

Deno.test("PartialError says how each key fared", () => {
  assertEquals(error.succeeded, ["a", "c"]);
  assertEquals(error.failed, [2, "secret", "e"]);
  assertEquals(error.results[2], fulfilled(null));
  assertEquals([error.name, error.command], ["PartialError", "MGET"]);
  assertEquals(error.message, '"MGET" failed for 3 of its 5 keys');
});

Deno.test("PartialError has each reason once, however many keys it concerns", () => {
  assertEquals(error.errors, [down, late]);
});

Deno.test("PartialError shows no key and no value when it is printed", () => {
  assert(error instanceof AggregateError);
  for (const text of [Deno.inspect(error), JSON.stringify(error)]) {
    assertFalse(/secret|"x"/.test(text), text);
  }
});
