import { assertEquals } from "@std/assert";
import { isReserved } from "../../src/moving/names.ts";

Deno.test("isReserved() tells keys of the library from those of its users", () => {
  const encoder = new TextEncoder();
  for (const key of ["__rb__:ring", "__rb__:conflict:7:k"]) {
    assertEquals(isReserved(key), true);
    assertEquals(isReserved(encoder.encode(key)), true);
  }
  for (const key of ["", "key", "__rb__", "x__rb__:ring"]) {
    assertEquals(isReserved(key), false);
    assertEquals(isReserved(encoder.encode(key)), false);
  }
  assertEquals(isReserved(new Uint8Array([255, 0])), false);
});
