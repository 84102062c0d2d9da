import { assertEquals, assertThrows } from "@std/assert";
import {
  checkAmount,
  checkTarget,
  errorReply,
  isBoolean,
  isNames,
  isNumber,
} from "../../src/testing/fault_options.ts";

Deno.test("checkTarget() takes a port or a path, and nothing that leads nowhere", () => {
  for (const target of [{ port: 1 }, { path: "/a" }, { port: 0, path: "/a" }]) {
    checkTarget(target);
  }
  for (const target of [{}, { port: 0 }, { path: "" }, { hostname: "a" }]) {
    assertThrows(() => checkTarget(target), TypeError, "a port or a path");
  }
  for (const port of [-1, 1.5, "1"]) {
    const target = { port: port as number };
    assertThrows(() => checkTarget(target), TypeError, '"port"');
  }
  const path = 1 as unknown as string;
  assertThrows(() => checkTarget({ path }), TypeError, '"path"');
  const hostname = path;
  assertThrows(() => checkTarget({ hostname, port: 1 }), TypeError, "hostname");
});

Deno.test("checkAmount() takes integers from the least one, and no end", () => {
  for (const value of [1, 2, Infinity]) checkAmount("size", value, 1);
  for (const value of [0, 1.5, -Infinity, NaN]) {
    assertThrows(() => checkAmount("size", value, 1), RangeError, "size");
  }
  const text = "1" as unknown as number;
  assertThrows(() => checkAmount("size", text, 1), TypeError, "size");
});

Deno.test("errorReply() makes one line of an error, and of nothing else", () => {
  const bytes = errorReply("error", "LOADING für dich");
  assertEquals(new TextDecoder().decode(bytes), "-LOADING für dich\r\n");
  for (const text of ["", "-ERR", "a\nb", "a\r", "\r\n"]) {
    assertThrows(() => errorReply("error", text), RangeError, '"error"');
  }
  assertThrows(() => errorReply("error", 1), TypeError, '"error"');
});

Deno.test("the checks of options name what they expect", () => {
  assertEquals([isNumber(1), isBoolean(false), isNames(["GET", "SET"])], [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(isNumber("1"), "a number");
  assertEquals(isBoolean(0), "true or false");
  for (const names of [[], "GET", ["CONFIG GET"], [""], [1]]) {
    assertEquals(isNames(names), "a list of names of one word each");
  }
});
