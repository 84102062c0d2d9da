import { assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { md5, md5Word } from "../../src/topology/md5.ts";
import { numberTexts } from "../number_texts.ts";
import { randomTexts } from "./random_keys.ts";

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

Deno.test("md5() passes the test suite of RFC 1321", () => {
  const digits = "1234567890".repeat(8);
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const vectors = {
    "": "d41d8cd98f00b204e9800998ecf8427e",
    "a": "0cc175b9c0f1b6a831c399e269772661",
    "abc": "900150983cd24fb0d6963f7d28e17f72",
    "message digest": "f96b697d7cb7938d525a2f31aaf161d0",
    [letters]: "c3fcd3d76192e4007dfb496cca67e13b",
    [letters.toUpperCase() + letters + "0123456789"]:
      "d174ab98d277d9f5a5611c2c9f419d9f",
    [digits]: "57edf4a22be3c955ac49da2e2107b67a",
  };
  for (const [text, digest] of Object.entries(vectors)) {
    assertEquals(hex(md5(text)), digest);
  }
});

Deno.test("md5() agrees with node:crypto at every length around a block", () => {
  for (let length = 0; length <= 200; length++) {
    for (const character of ["x", "é", "日", "😀"]) {
      const text = "x".repeat(length % 4) + character.repeat(length);
      const digest = createHash("md5").update(text).digest("hex");
      assertEquals(hex(md5(text)), digest, `${length} times "${character}"`);
      const bytes = new TextEncoder().encode(text);
      assertEquals(hex(md5(bytes)), digest, `${length} bytes`);
    }
  }
});

Deno.test("md5() agrees with node:crypto for texts of every kind", () => {
  for (const text of randomTexts(1_000)) {
    const digest = createHash("md5").update(text).digest("hex");
    assertEquals(hex(md5(text)), digest, JSON.stringify(text));
  }
});

/** The first and the last character of each length in UTF-8. */
const BORDERS = [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000]
  .concat(0x10ffff).map((code) => String.fromCodePoint(code));

Deno.test("md5() agrees with node:crypto where characters grow longer", () => {
  for (const character of BORDERS) {
    for (const text of [character, `${"x".repeat(63)}${character}`]) {
      const digest = createHash("md5").update(text).digest("hex");
      assertEquals(hex(md5(text)), digest, JSON.stringify(text));
    }
  }
});

Deno.test("md5() gives every caller bytes of its own", () => {
  const first = md5("a");
  md5("b");
  assertEquals(hex(first), "0cc175b9c0f1b6a831c399e269772661");
});

Deno.test("md5() takes numbers as their decimal text", () => {
  assertEquals(md5(42), md5("42"));
  assertEquals(md5(2n ** 64n), md5("18446744073709551616"));
  for (const [number, text] of numberTexts) {
    assertEquals(md5(number), md5(text), text);
  }
});

Deno.test("md5() refuses a lone surrogate and is unharmed by it", () => {
  assertThrows(() => md5("x".repeat(70) + "\ud800"), TypeError);
  assertEquals(hex(md5("a")), "0cc175b9c0f1b6a831c399e269772661");
});

Deno.test("md5Word() is the first four bytes, never negative", () => {
  for (const text of randomTexts(200)) {
    const digest = new DataView(md5(text).buffer);
    assertEquals(md5Word(text), digest.getUint32(0, true));
  }
});
