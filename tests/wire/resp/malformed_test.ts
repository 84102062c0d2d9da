import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import { ProtocolError } from "../../../src/errors.ts";
import { malformed, unknownType } from "../../../src/wire/resp/malformed.ts";

Deno.test("malformed() names the type and what is wrong", () => {
  const error = malformed(0x24, "has no valid size");
  assertInstanceOf(error, ProtocolError);
  assertEquals(
    error.message,
    'Cannot read a reply of type "$": it has no valid size',
  );
});

Deno.test("unknownType() guesses who speaks, and shows what can be shown", () => {
  for (
    const [type, ...texts] of [
      [0x48, '"H" (0x48)', "web server"],
      [0x16, "0x16", "TLS"],
      [0x15, "0x15", "TLS"],
      [0x61, '"a" (0x61)', "no type"],
      [0x20, "is 0x20,", "no type"],
      [0x7f, "is 0x7f,", "no type"],
      [0x00, "is 0x00,", "no type"],
    ] as const
  ) {
    const { message } = unknownType(type);
    for (const text of texts) assertStringIncludes(message, text);
  }
});
