import { assertEquals } from "@std/assert";
import {
  blockOption,
  findWord,
  streamsWord,
} from "../../src/commands/option_words.ts";
import type { Argument } from "../../src/values.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("findWord() leaves out what belongs to other options", () => {
  const options = new Map([["LIMIT", 2], ["BY", 1]]);
  const find = (...args: Argument[]) => findWord(args, "STORE", 1, options);
  assertEquals(find("k", "STORE", "to"), 1);
  assertEquals(find("STORE", "STORE", "to"), 1);
  assertEquals(find("k", "BY", "STORE", "STORE", "to"), 3);
  assertEquals(find("k", "limit", "STORE", bytes("store"), "ASC"), -1);
  assertEquals(find("k", bytes("limit"), 0, 1, bytes("store"), "to"), 4);
});

Deno.test("streamsWord() is not misled by names", () => {
  const tries: [Argument[], number][] = [
    [["STREAMS", "s", "0"], 0],
    [["COUNT", 2, "BLOCK", 5, "streams", "s", "0"], 4],
    [["GROUP", "streams", "STREAMS", "STREAMS", "s", ">"], 3],
    [["GROUP", bytes("streams"), "c", bytes("streams"), "s", ">"], 3],
    [["CLAIM", "STREAMS", "STREAMS", "s", ">"], 2],
    [["COUNT", "STREAMS"], -1],
    [[], -1],
  ];
  for (const [args, at] of tries) assertEquals(streamsWord(args), at);
});

Deno.test("blockOption() finds the option and nothing that looks like it", () => {
  const tries: [Argument[], Argument | undefined][] = [
    [["BLOCK", 5, "STREAMS", "s", "0"], 5],
    [["block", "7", "STREAMS", "s", "0"], "7"],
    [[bytes("block"), 9, "STREAMS", "s", "0"], 9],
    [["GROUP", "streams", "me", "BLOCK", 5, "STREAMS", "s", ">"], 5],
    [["GROUP", "block", "BLOCK", "STREAMS", "s", ">"], undefined],
    [["GROUP", "g", "block", "BLOCK", 6, "STREAMS", "s", ">"], 6],
    [["STREAMS", "BLOCK", "0"], undefined],
    [["COUNT", "BLOCK", "STREAMS", "s", "0"], undefined],
    [["BLOCK", 1, "BLOCK", 2, "STREAMS", "s", "0"], 2],
    [["BLOCK", "block", "COUNT", 1, "STREAMS", "s", "0"], "block"],
    // Without streams the server refuses it at once.
    [["BLOCK", 0], undefined],
    [["BLOCK", "STREAMS", "s", "0"], undefined],
  ];
  for (const [args, time] of tries) assertEquals(blockOption(args), time);
});
