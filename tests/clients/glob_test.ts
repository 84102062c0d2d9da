import { assertEquals } from "@std/assert";
import { matches } from "../../src/clients/glob.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";

const KEYS = [
  "",
  "a",
  "ab",
  "abc",
  "b",
  "a*c",
  "a?c",
  "[a]",
  "a]",
  "x-z",
  "^a",
  "\\a",
  "ä",
  "aab",
  "a".repeat(20) + "b",
];

const PATTERNS = [
  "*",
  "",
  "a*",
  "*b",
  "a?",
  "?",
  "??",
  "a*c",
  "a\\*c",
  "a\\?c",
  "[ab]",
  "[^a]",
  "[a-c]",
  "[c-a]b*",
  "[a",
  "[",
  "\\",
  "\\[a\\]",
  "[\\]a]*",
  "a[]]",
  "x[-]z",
  "[^]*",
  "**a**",
  "a*a*a*b",
  "*a*b*c",
  "ä",
  "?*ä",
  "[^b-z]*",
  "x-z",
];

Deno.test("matches() agrees with a server", async () => {
  await using server = await RedisServer.start();
  await using client = oracle(server);
  for (const key of KEYS) await client.command("SET", key, "1");
  const encode = (text: string) => new TextEncoder().encode(text);
  for (const pattern of PATTERNS) {
    const found = await client.command("KEYS", pattern) as string[];
    assertEquals(
      KEYS.filter((key) => matches(encode(pattern), encode(key))).sort(),
      [...found].sort(),
      JSON.stringify(pattern),
    );
  }
});

Deno.test("matches() takes no time for patterns that nearly match", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  const pattern = encode("*a".repeat(40) + "b");
  assertEquals(matches(pattern, encode("a".repeat(5_000))), false);
});
