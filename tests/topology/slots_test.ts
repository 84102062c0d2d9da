import { assertEquals, assertThrows } from "@std/assert";
import { SLOT_COUNT, slotOf } from "../../src/topology/slots.ts";
import { RedisServer } from "../../src/testing.ts";
import { RawClient } from "../../support/raw_client.ts";
import { randomTexts } from "./random_keys.ts";

Deno.test("slotOf() is the CRC-16 of XMODEM", () => {
  assertEquals(slotOf("123456789"), 0x31c3 % SLOT_COUNT);
  assertEquals(slotOf(""), 0);
  assertEquals(slotOf(123456789), slotOf("123456789"));
  assertEquals(slotOf(123456789n), slotOf("123456789"));
});

Deno.test("slotOf() looks at the first tag, unless that is empty or open", () => {
  const vectors: [key: string, part: string][] = [
    ["{user1000}.following", "user1000"],
    ["{user1000}.{followers}", "user1000"],
    ["foo{{bar}}zap", "{bar"],
    ["foo{bar}{zap}", "bar"],
    ["}{a}", "a"],
    ["{ü}x", "ü"],
  ];
  for (const [key, part] of vectors) {
    assertEquals(slotOf(key), slotOf(part), key);
    assertEquals(slotOf(new TextEncoder().encode(key)), slotOf(part), key);
  }
  // CLUSTER KEYSLOT says so of these.
  assertEquals(slotOf("foo{}{bar}"), 8363);
  assertEquals(slotOf(new TextEncoder().encode("foo{}{bar}")), 8363);
  assertEquals(slotOf("foo{bar"), 15278);
});

Deno.test("slotOf() agrees with a server for texts and bytes of every kind", async () => {
  await using server = await RedisServer.start({
    transport: "tcp",
    config: { "cluster-enabled": "yes" },
  });
  using client = await RawClient.connect({ path: server.path });
  const texts = [...randomTexts(500)].map((text, index) =>
    index % 2 === 0 ? text : `${index}{${text}}x`
  );
  for (const text of texts) {
    const bytes = new TextEncoder().encode(text);
    const reply = await client.command("CLUSTER", "KEYSLOT", text);
    assertEquals(slotOf(text), Number(reply), JSON.stringify(text));
    assertEquals(slotOf(bytes), Number(reply), JSON.stringify(text));
  }
});

Deno.test("slotOf() refuses what is no key", () => {
  for (const value of [undefined, null, NaN, "\ud800", "a\udc00b", {}]) {
    assertThrows(() => slotOf(value as string), TypeError);
  }
});
