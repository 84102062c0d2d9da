import { assertEquals, assertThrows } from "@std/assert";
import { crc32 as unsignedCrc32 } from "node:zlib";
import { crc32 } from "../../src/topology/mod.ts";
import { numberTexts } from "../number_texts.ts";
import { randomTexts } from "./random_keys.ts";

Deno.test("crc32() gives the signed numbers of Python rb", () => {
  const vectors: [string, number][] = [
    ["", 0],
    ["a", -390611389],
    ["foo", -1938594527],
    ["ünïcödé", 245509067],
    ["日本語", -1475652891],
    ["😀", 88978756],
    ["x".repeat(55), -831248548],
    ["x".repeat(1000), 994167270],
    ["a😀".repeat(13), 1075255533],
  ];
  for (const [text, expected] of vectors) assertEquals(crc32(text), expected);
});

Deno.test("crc32() agrees with zlib for texts and bytes of every kind", () => {
  for (const text of randomTexts(2_000)) {
    const bytes = new TextEncoder().encode(text);
    const expected = unsignedCrc32(bytes) | 0;
    assertEquals(crc32(text), expected, JSON.stringify(text));
    assertEquals(crc32(bytes), expected, JSON.stringify(text));
  }
});

/** The first and the last character of each length in UTF-8. */
const BORDERS = [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000]
  .concat(0x10ffff).map((code) => String.fromCodePoint(code));

Deno.test("crc32() agrees with zlib where characters grow longer", () => {
  for (const character of BORDERS) {
    for (const text of [character, `abcde${character}f`]) {
      const expected = unsignedCrc32(new TextEncoder().encode(text)) | 0;
      assertEquals(crc32(text), expected, JSON.stringify(text));
    }
  }
});

Deno.test("crc32() takes part of a buffer as that part", () => {
  const bytes = new TextEncoder().encode("--key--").subarray(2, 5);
  assertEquals(crc32(bytes), crc32("key"));
});

Deno.test("crc32() takes numbers as their decimal text", () => {
  assertEquals(crc32(42), crc32("42"));
  assertEquals(crc32(-1.5), crc32("-1.5"));
  assertEquals(crc32(-0), crc32("0"));
  assertEquals(crc32(2n ** 64n), crc32("18446744073709551616"));
  for (const [number, text] of numberTexts) {
    assertEquals(crc32(number), crc32(text), text);
  }
});

Deno.test("crc32() refuses half of a surrogate pair wherever it stands", () => {
  for (const half of ["\ud83d", "\ude00", "\ude00\ud83d"]) {
    for (let before = 0; before < 6; before++) {
      for (const after of ["", "a", "é"]) {
        const text = "x".repeat(before) + half + after;
        assertThrows(() => crc32(text), TypeError, '"lone surrogate"');
      }
    }
  }
});
