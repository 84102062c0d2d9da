import { assert, assertEquals } from "@std/assert";
import {
  isDouble,
  parseBigNumber,
  parseInteger,
  parseSize,
} from "../../../src/wire/resp/reply_number.ts";

Deno.test("parseSize() reads sizes and the one of null, and no other number", () => {
  for (const [line, size] of [["0", 0], ["12", 12], ["007", 7], ["-1", -1]]) {
    assertEquals(parseSize(`${line}`), size);
  }
  for (const line of ["", "-0", "-2", "+1", "1 ", "1.0", "1e3", "a"]) {
    assertEquals(parseSize(line), undefined, line);
  }
});

Deno.test("parseInteger() is exact to 64 bits, as a bigint where a number is not", () => {
  const safe = Number.MAX_SAFE_INTEGER;
  for (
    const [line, value] of [
      ["0", 0],
      ["-0", 0],
      ["+5", 5],
      ["-17", -17],
      ["999999999999999", 999_999_999_999_999],
      [`${safe}`, safe],
      [`-${safe}`, -safe],
      ["9007199254740992", 9_007_199_254_740_992n],
      ["9223372036854775807", 2n ** 63n - 1n],
      ["-9223372036854775808", -(2n ** 63n)],
      ["00000000000000000000012", 12],
    ] as const
  ) {
    assert(Object.is(parseInteger(line), value), line);
  }
  for (
    const line of [
      "9223372036854775808",
      "-9223372036854775809",
      "",
      "1.5",
      "-",
    ]
  ) {
    assertEquals(parseInteger(line), undefined, line);
  }
});

Deno.test("parseBigNumber() has no bound", () => {
  const digits = "9".repeat(400);
  assertEquals(parseBigNumber(digits), BigInt(digits));
  assertEquals(parseBigNumber(`-${digits}`), -BigInt(digits));
  for (const line of ["", "0x10", "1n", "1_000"]) {
    assertEquals(parseBigNumber(line), undefined, line);
  }
});

Deno.test("isDouble() knows what Redis writes", () => {
  const doubles = ["1", "-1.5", "+2.", "1e10", "1.5E-7", "inf", "-inf", "nan"];
  for (const line of doubles) assert(isDouble(line), line);
  for (const line of ["", ".5", "1e", "infinity", "NaN", "0x1", "1,5", " 1"]) {
    assert(!isDouble(line), line);
  }
});
