import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";
import { combinedError } from "../../src/clients/combined_error.ts";

Deno.test("combinedError() gives the only reason as it is", () => {
  const reason = new Error("Alone");
  const message = () => {
    throw new Error("Nobody asked for a message");
  };
  assertStrictEquals(combinedError([reason], message), reason);
  assertStrictEquals(combinedError([undefined], message), undefined);
});

Deno.test("combinedError() gathers several reasons in their order", () => {
  const error = combinedError([1, "two"], () => "2 of 3 failed");
  assertInstanceOf(error, AggregateError);
  assertEquals([error.message, error.errors], ["2 of 3 failed", [1, "two"]]);
});
