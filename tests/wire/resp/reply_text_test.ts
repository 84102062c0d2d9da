import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import { DecodeError } from "../../../src/errors.ts";
import {
  decodeErrorText,
  decodeText,
  textSource,
} from "../../../src/wire/resp/reply_text.ts";

/** Lengths on both sides of every bound between ways to decode. */
const LENGTHS = [0, 1, 7, 8, 15, 16, 24, 31, 32, 33, 255, 256, 257, 5_000];

const encode = (text: string) => new TextEncoder().encode(text);

/** Decodes a part of a larger source, with other bytes on both sides. */
function decodePart(bytes: Uint8Array, isAscii = false): string | DecodeError {
  const all = new Uint8Array([0xff, ...bytes, 0xff]);
  const source = { ...textSource(all), ascii: isAscii };
  return decodeText(source, 1, 1 + bytes.length);
}

Deno.test("decodeText() decodes text of every length, and no byte beside it", () => {
  for (const length of LENGTHS) {
    const ascii = "abcdefghij".repeat(500).slice(0, length);
    assertEquals(decodePart(encode(ascii)), ascii);
    assertEquals(decodePart(encode(ascii), true), ascii);
    for (const sign of ["ü", "€", "😀", "\ufffd", "\0"]) {
      for (const text of [ascii + sign, sign + ascii]) {
        assertEquals(decodePart(encode(text)), text);
      }
    }
  }
});

Deno.test("decodeText() gives an error in place of what is not UTF-8", () => {
  const wrong = [[0xff], [0xc3], [0xe2, 0x82], [0xc0, 0x80], [
    0xed,
    0xa0,
    0x80,
  ]];
  for (const length of LENGTHS) {
    const ascii = encode("a".repeat(length));
    for (const bytes of wrong) {
      for (const all of [[...ascii, ...bytes], [...bytes, ...ascii]]) {
        const error = decodePart(new Uint8Array(all));
        assertInstanceOf(error, DecodeError);
        assertStringIncludes(error.message, "returnUint8Arrays");
      }
    }
  }
});

Deno.test("decodeErrorText() shows bytes that are no text", () => {
  const source = textSource(new Uint8Array([...encode("ERR "), 0xff, 0x80]));
  assertEquals(decodeErrorText(source, 0, 6), "ERR \\xff\\x80");
  const good = textSource(encode("ERR für"));
  assertEquals(decodeErrorText(good, 0, 8), "ERR für");
});
