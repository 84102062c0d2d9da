import { assertEquals, assertThrows } from "@std/assert";
import { assertKey } from "../../src/topology/mod.ts";
import { codePointAt, hashTag } from "../../src/topology/key.ts";

Deno.test("assertKey() accepts all that can name an entry", () => {
  const keys = ["", "a", "\u{1f600}", 0, -0, 1.5, 10n, new Uint8Array(0)];
  // What cannot be sent is refused where it is sent.
  for (const key of [...keys, Infinity, -Infinity]) assertKey(key);
});

Deno.test("assertKey() says where what is no key stands", () => {
  const place = { command: "MSET", argument: 2 };
  assertThrows(
    () => assertKey(undefined, place),
    TypeError,
    'Cannot use "undefined" as a key of "MSET" (argument 2): expected a string',
  );
  for (
    const half of ["\ud800", "a\udfff", "\udbff", "\udc00b", "\ude00\ud83d"]
  ) {
    assertThrows(
      () => assertKey(half),
      TypeError,
      'Cannot use "lone surrogate" as a key: expected a string',
    );
  }
});

Deno.test("codePointAt() refuses every half of a surrogate pair", () => {
  for (const code of [0xd800, 0xdbff, 0xdc00, 0xdfff]) {
    const text = `a${String.fromCharCode(code)}`;
    assertEquals(codePointAt(text, 0), 0x61);
    assertThrows(() => codePointAt(text, 1), TypeError, "lone surrogate");
  }
  for (const code of [0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
    assertEquals(codePointAt(String.fromCodePoint(code), 0), code);
  }
});

Deno.test("hashTag() is the first tag that is not empty, else the key", () => {
  const tags: [key: string, tag: string][] = [
    ["{a}b", "a"],
    ["b{a}", "a"],
    ["{}{a}", "a"],
    ["{{a}}", "{a"],
    ["{a", "{a"],
    ["a}{b", "a}{b"],
    ["{}", "{}"],
    ["", ""],
    ["{ü}", "ü"],
  ];
  const encoder = new TextEncoder();
  for (const [key, tag] of tags) {
    assertEquals(hashTag(key), tag, key);
    const bytes = hashTag(encoder.encode(key)) as Uint8Array;
    assertEquals([...bytes], [...encoder.encode(tag)], key);
  }
  assertEquals(hashTag(12), 12);
});
