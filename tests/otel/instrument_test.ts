import { assertThrows } from "@std/assert";
import { instrument } from "../../src/otel/mod.ts";

Deno.test("instrument() refuses a second observation until the first one ends", () => {
  const first = instrument();
  assertThrows(() => instrument(), Error, "observed already");
  first[Symbol.dispose]();
  const second = instrument();
  // Once more, which is not about the second one.
  first[Symbol.dispose]();
  assertThrows(() => instrument(), Error, "observed already");
  second[Symbol.dispose]();
});
