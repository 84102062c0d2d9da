import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { commandFrame } from "../../../src/wire/resp/encoder.ts";

Deno.test("commandFrame() builds the frame of a common command once", () => {
  const frame = commandFrame("GET", 1);
  assertEquals(new TextDecoder().decode(frame), "*2\r\n$3\r\nGET\r\n");
  assertStrictEquals(commandFrame("GET", 1), frame);
  assertNotStrictEquals(commandFrame("GET", 2), frame);
});

Deno.test("commandFrame() keeps nothing for many arguments or a long name", () => {
  assertNotStrictEquals(commandFrame("MGET", 500), commandFrame("MGET", 500));
  const name = "X".repeat(1_000);
  assertNotStrictEquals(commandFrame(name, 1), commandFrame(name, 1));
});

Deno.test("commandFrame() forgets when there are too many names", () => {
  const frame = commandFrame("GET", 1);
  for (let i = 0; i < 1_000; i++) commandFrame(`NAME${i}`, 0);
  assertNotStrictEquals(commandFrame("GET", 1), frame);
  assertStrictEquals(commandFrame("GET", 1), commandFrame("GET", 1));
});
