import { assertEquals } from "@std/assert";
import { paintOf } from "../../src/cli/style.ts";

Deno.test("paintOf() paints where colours are wanted, and nothing else", () => {
  const paint = paintOf({ hasColor: true });
  assertEquals(paint("text", "red"), "\x1b[31mtext\x1b[0m");
  assertEquals([paint("text", undefined), paint("", "red")], ["text", ""]);
  assertEquals(paintOf({ hasColor: false })("text", "red"), "text");
});
