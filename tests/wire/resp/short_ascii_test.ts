import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  decodeShortAscii,
  SHORT_LENGTH,
} from "../../../src/wire/resp/short_ascii.ts";
import { latin1 } from "./reply_corpus.ts";

const TEXT = "0123456789abcdef";

Deno.test("decodeShortAscii() decodes text of every length", () => {
  const bytes = latin1(`<<${TEXT}>>`);
  for (let length = 0; length <= SHORT_LENGTH; length++) {
    const text = decodeShortAscii(bytes, 2, length);
    assertStrictEquals(text, TEXT.slice(0, length));
  }
});

Deno.test("decodeShortAscii() refuses a byte beyond ASCII at any place", () => {
  for (let length = 1; length <= SHORT_LENGTH; length++) {
    for (let at = 0; at < length; at++) {
      const bytes = latin1(TEXT);
      bytes[at] = 0x80;
      assertEquals(decodeShortAscii(bytes, 0, length), undefined);
      bytes[at] = 0x7f;
      assertEquals(decodeShortAscii(bytes, 0, length)?.charCodeAt(at), 0x7f);
    }
  }
});

Deno.test("decodeShortAscii() leaves longer text to others", () => {
  assertEquals(decodeShortAscii(latin1(`${TEXT}0`), 0, 17), undefined);
});
