import { assertEquals } from "@std/assert";
import { readLines } from "../../src/cli/lines.ts";

async function* piecesOf(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) {
    yield await Promise.resolve(text.slice(at, at + size));
  }
}

Deno.test("readLines() gives the same lines however the text is cut", async () => {
  const text = "one\ntwo\r\n\nthree four\n\r\nlast";
  for (let size = 1; size <= text.length; size++) {
    assertEquals(await Array.fromAsync(readLines(piecesOf(text, size))), [
      "one",
      "two",
      "three four",
      "last",
    ]);
  }
  assertEquals(await Array.fromAsync(readLines(piecesOf("a\n", 9))), ["a"]);
  assertEquals(await Array.fromAsync(readLines(piecesOf("", 9))), []);
});
