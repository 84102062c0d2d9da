import { assertEquals } from "@std/assert";
import { jsonKey, shownKey } from "../../src/cli/key_text.ts";

const NO_TEXT = new Uint8Array([0x61, 0xff, 0x22]);

Deno.test("shownKey() gives plain keys as they are", () => {
  for (const key of ["user:1", "größe", "ключ", "a b", 'say "hi"', "鍵"]) {
    assertEquals(shownKey(key), key);
    assertEquals(shownKey(new TextEncoder().encode(key)), key);
  }
});

Deno.test("shownKey() lets nothing through that a terminal would obey", () => {
  assertEquals(shownKey("a\x1b[2Jb"), '"a\\x1b[2Jb"');
  assertEquals(shownKey("\x9b2J"), '"\\xc2\\x9b2J"');
  assertEquals(shownKey("a\nb"), '"a\\x0ab"');
  assertEquals(shownKey("a\u202eb"), '"a\\xe2\\x80\\xaeb"');
  assertEquals(shownKey(NO_TEXT), '"a\\xff\\""');
});

Deno.test("shownKey() tells different keys apart", () => {
  const keys = ["", '""', "a\nb", '"a\\x0ab"', "a\\x0ab", " a", "a ", "a"];
  assertEquals(new Set(keys.map(shownKey)).size, keys.length);
  assertEquals(shownKey(" a"), '" a"');
  assertEquals(shownKey("a\\b"), '"a\\\\b"');
});

Deno.test("jsonKey() gives what is no text in base 64", () => {
  assertEquals(jsonKey("a\nb"), { key: "a\nb" });
  assertEquals(jsonKey(new TextEncoder().encode("größe")), { key: "größe" });
  assertEquals(jsonKey(NO_TEXT), { keyBase64: btoa("a\xff\x22") });
});
