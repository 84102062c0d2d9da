import { assertEquals } from "@std/assert";
import { placeFailure, placeKeys } from "../../src/clients/failure_places.ts";
import {
  CommandError,
  ConnectionError,
  UnroutableCommandError,
} from "../../src/errors.ts";
import { PartialError } from "../../src/partial_error.ts";

Deno.test("placeFailure() has errors say where they belong, the first time", () => {
  for (
    const error of [
      new ConnectionError("Lost"),
      new CommandError("WRONGTYPE"),
      new UnroutableCommandError("Cannot"),
      new PartialError("MGET", [], []),
    ]
  ) {
    assertEquals("index" in error, false);
    placeFailure(error, { index: 3 });
    placeFailure(error, { index: 4, keyIndex: 7 });
    assertEquals([error.index, error.keyIndex], [3, 7]);
  }
  const own = new Error("Mine");
  for (const reason of [own, "text", undefined, null]) {
    placeFailure(reason, { index: 3 });
  }
  assertEquals("index" in own, false);
});

Deno.test("placeKeys() places all that a map threw", () => {
  const errors = [new CommandError("A"), new ConnectionError("B")];
  placeFailure(errors[0], { index: 1 });
  placeFailure(errors[1], { index: 2 });
  const other = new ConnectionError("Not of a map");
  placeKeys(
    new AggregateError([...errors, "text", other]),
    (index) => 10 * index,
  );
  assertEquals(errors.map(({ keyIndex }) => keyIndex), [10, 20]);
  assertEquals(other.keyIndex, undefined);
  const alone = new CommandError("C");
  placeFailure(alone, { index: 3 });
  placeKeys(alone, (index) => 10 * index);
  assertEquals(alone.keyIndex, 30);
});
