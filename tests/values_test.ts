import { assertEquals } from "@std/assert";
import { PartitionRouter } from "../mod.ts";
import { numberText } from "../src/values.ts";
import { Encoder } from "../src/wire/resp/encoder.ts";
import { numberTexts } from "./number_texts.ts";

Deno.test("numberText() gives whole numbers in plain digits", () => {
  for (const [number, text] of numberTexts) {
    assertEquals(numberText(number), text);
  }
  assertEquals(numberText(-(10n ** 30n)), `-1${"0".repeat(30)}`);
});

Deno.test("a number travels as the text that its host is found by", () => {
  const hosts = new Map([0, 1, 2, 3, 4, 5, 6].map((hostId) => [
    hostId,
    { hostId, weight: 1, ringLabel: `${hostId}` },
  ]));
  const router = new PartitionRouter({ hosts });
  for (const [number] of numberTexts) {
    const encoder = new Encoder();
    encoder.command("GET", [number]);
    const text = new TextDecoder().decode(encoder.bytes()).split("\r\n")[4];
    assertEquals(router.getHostForKey(number), router.getHostForKey(text));
  }
});
