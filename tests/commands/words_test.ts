import { assertEquals, assertThrows } from "@std/assert";
import {
  commandWords,
  numberOf,
  spell,
  upperCase,
  wordOf,
} from "../../src/commands/words.ts";
import type { Argument } from "../../src/values.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("upperCase() changes the letters of ASCII alone", () => {
  assertEquals(upperCase("get"), "GET");
  assertEquals(upperCase("No-Evict_2"), "NO-EVICT_2");
  // "ſ" and "ı" have capitals of ASCII, which no server takes for theirs.
  assertEquals(upperCase("ſet"), "ſET");
  assertEquals(upperCase("clıent"), "CLıENT");
  assertEquals(upperCase(""), "");
});

Deno.test("wordOf() reads text and bytes alike", () => {
  for (const word of ["block", "BLOCK", "Block"]) {
    assertEquals([wordOf(word), wordOf(bytes(word))], ["BLOCK", "BLOCK"]);
  }
  assertEquals(wordOf("reply\0"), "REPLY\0");
  assertEquals(wordOf("reply off"), "REPLY OFF");
});

Deno.test("wordOf() takes for no word what can be none", () => {
  for (const value of [undefined, 12, 12n, "x".repeat(33), bytes("ſ")]) {
    const word = wordOf(value);
    assertEquals(/^[A-Z]/.test(word), false, `${value} became "${word}"`);
  }
  assertEquals(wordOf("x".repeat(32)), "X".repeat(32));
  assertEquals(wordOf(bytes("x".repeat(33))), "");
});

Deno.test("numberOf() reads numbers as a server does", () => {
  const values: [Argument | undefined, number][] = [
    [0, 0],
    [1.5, 1.5],
    [10n, 10],
    ["0.25", 0.25],
    [bytes("48"), 48],
    [bytes("0"), 0],
    ["", NaN],
    ["  ", NaN],
    [bytes(""), NaN],
    [undefined, NaN],
    ["soon", NaN],
    ["9".repeat(40), NaN],
  ];
  for (const [value, number] of values) assertEquals(numberOf(value), number);
});

Deno.test("commandWords() splits at blanks", () => {
  assertEquals(commandWords("GET"), ["GET"]);
  assertEquals(commandWords("  client   reply "), ["client", "reply"]);
});

Deno.test("commandWords() refuses what is no name", () => {
  for (const name of ["", " ", "GET\r\n", "GET\n", "\ud800", 5, undefined]) {
    assertThrows(() => commandWords(name as string), TypeError);
  }
});

Deno.test("spell() puts a name into capitals, and its subcommand first", () => {
  assertEquals(spell("get", ["Key"]), ["GET", ["Key"]]);
  assertEquals(spell("client reply", ["off"]), ["CLIENT", ["REPLY", "off"]]);
});

Deno.test("spell() copies the list", () => {
  const args = ["key", "value"];
  const [, words] = spell("SET", args);
  args[1] = "other";
  assertEquals(words, ["key", "value"]);
});

Deno.test("spell() refuses arguments that are no list", () => {
  for (const args of ["key", { 0: "key", length: 1 }, null, 1]) {
    assertThrows(
      () => spell("get", args as unknown as string[]),
      TypeError,
      'The arguments of "GET" must be an array',
    );
  }
});
