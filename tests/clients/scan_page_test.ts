import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { readPage } from "../../src/clients/scan_page.ts";
import { DecodeError, ProtocolError } from "../../src/errors.ts";
import type { Reply } from "../../src/values.ts";

const FROM = { hostId: 3, command: "HSCAN" };

Deno.test("readPage() gives the items, and where to go on", () => {
  assertEquals(readPage(["17", ["a", "b"]], FROM), {
    cursor: "17",
    items: ["a", "b"],
  });
  const bytes = Uint8Array.of(0x30);
  for (const end of ["0", bytes]) {
    assertEquals(readPage([end, [bytes]], FROM), {
      cursor: undefined,
      items: [bytes],
    });
  }
});

Deno.test("readPage() says which host's reply it cannot read", () => {
  for (
    const reply of ["0", [], ["0"], ["0", "a"], [0, []], ["0", [1]]] as Reply[]
  ) {
    const { hostId, command } = assertThrows(
      () => readPage(reply, FROM),
      ProtocolError,
    );
    assertEquals({ hostId, command }, FROM);
  }
  const undecoded = new DecodeError("no text", FROM);
  const error = assertThrows(() => readPage(["0", ["a", undecoded]], FROM));
  assertStrictEquals(error, undecoded);
});
