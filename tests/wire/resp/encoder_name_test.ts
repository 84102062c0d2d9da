import {
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { Encoder } from "../../../src/wire/resp/encoder.ts";
import { nameOf } from "../../../src/wire/resp/encoder_name.ts";

Deno.test("nameOf() makes the words of a common command once", () => {
  const name = nameOf("OBJECT FREQ");
  assertEquals(name.words, 2);
  assertEquals(
    new TextDecoder().decode(name.bytes),
    "$6\r\nOBJECT\r\n$4\r\nFREQ\r\n",
  );
  assertStrictEquals(nameOf("OBJECT FREQ"), name);
});

Deno.test("nameOf() does not keep a long name", () => {
  const name = "X".repeat(1_000);
  assertNotStrictEquals(nameOf(name), nameOf(name));
});

Deno.test("nameOf() forgets when there are too many names", () => {
  const name = nameOf("GET");
  for (let i = 0; i < 1_000; i++) nameOf(`NAME${i}`);
  assertNotStrictEquals(nameOf("GET"), name);
  assertStrictEquals(nameOf("GET"), nameOf("GET"));
});

Deno.test("Encoder counts any number of arguments", () => {
  const encoder = new Encoder(8);
  for (const count of [0, 1, 8, 9, 10, 98, 99, 100, 1_000]) {
    encoder.command("MGET", new Array(count).fill("k"));
    assertEquals(
      new TextDecoder().decode(encoder.bytes()),
      `*${count + 1}\r\n$4\r\nMGET\r\n${"$1\r\nk\r\n".repeat(count)}`,
    );
    encoder.clear();
  }
});
