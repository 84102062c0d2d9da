import { assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { Command } from "../../src/delivery/command.ts";
import { placesQuestion } from "../../src/delivery/places_question.ts";
import { CommandError } from "../../src/errors.ts";
import type { Argument, Reply } from "../../src/values.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";

interface Asked {
  readonly name: string;
  readonly command: Command;
}

function asked(name: string, ...args: Argument[]): Asked {
  const settler = { resolve: () => {}, reject: () => {} };
  return { name, command: new Command(specOf("EVAL").form(), args, settler) };
}

Deno.test("placesQuestion() asks for the keys of scripts, each set of them once", () => {
  const ones = [
    asked("one", "return 1", 2, "a", "b", "argument"),
    asked("two", "return 2", 1, "c"),
    asked("three", "return 3", 2, "a", "b"),
    asked("none", "return 4", 0),
  ];
  const answers: [string, Reply][] = [];
  const question = placesQuestion(ones, (found) => {
    for (const [{ name }, reply] of found) answers.push([name, reply]);
  })!;
  const encoder = new Encoder();
  assertEquals(question.encode(encoder), 2);
  const text = new TextDecoder().decode(encoder.bytes());
  assertEquals(text.match(/^\w+/gm), ["EXISTS", "a", "b", "EXISTS", "c"]);
  const moved = new CommandError("MOVED 1 10.0.0.1:7000");
  question.accept(moved);
  assertEquals(answers, []);
  question.accept(1);
  assertEquals(answers, [["one", moved], ["three", moved], ["two", 1]]);
});

Deno.test("placesQuestion() asks behind an ASKING as the commands did", () => {
  const [plain, asking] = ["plain", "asking"]
    .map((name) => asked(name, "return 1", 2, "a", "b"));
  const answers: [string, Reply][] = [];
  const ones = [plain, { ...asking, isAsking: true }];
  const question = placesQuestion(ones, (found) => {
    for (const [{ name }, reply] of found) answers.push([name, reply]);
  })!;
  const encoder = new Encoder();
  assertEquals(question.encode(encoder), 3);
  const text = new TextDecoder().decode(encoder.bytes());
  assertEquals(
    text.match(/^\w+/gm),
    ["EXISTS", "a", "b", "ASKING", "EXISTS", "a", "b"],
  );
  for (const reply of [0, "OK", 2]) question.accept(reply);
  assertEquals(answers, [["plain", 0], ["asking", 2]]);
});

Deno.test("placesQuestion() tells a key of bytes from one of their numbers", () => {
  const ones = [new Uint8Array([49, 50]), "49,50", "12"]
    .map((key) => asked("", "return 1", 1, key));
  const question = placesQuestion(ones, () => {})!;
  assertEquals(question.encode(new Encoder()), 2);
});

Deno.test("placesQuestion() asks nothing without keys", () => {
  assertEquals(
    placesQuestion([asked("none", "return 4", 0)], () => {}),
    undefined,
  );
  assertEquals(placesQuestion([], () => {}), undefined);
});
