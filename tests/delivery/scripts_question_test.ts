import { assertEquals } from "@std/assert";
import { scriptsQuestion } from "../../src/delivery/scripts_question.ts";
import { CommandError } from "../../src/errors.ts";
import type { Reply } from "../../src/values.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";

/** What is taken to be missing after a reply. */
function lacking(reply: Reply): string[] {
  let answer: string[] = ["no answer"];
  const question = scriptsQuestion(["a", "b"], (hashes) => {
    answer = [...hashes];
  });
  const encoder = new Encoder();
  question.encode(encoder);
  const text = new TextDecoder().decode(encoder.bytes());
  assertEquals(text.match(/^\w+/gm), ["SCRIPT", "EXISTS", "a", "b"]);
  question.accept(reply);
  return answer;
}

Deno.test("scriptsQuestion() tells what a server says that it lacks", () => {
  assertEquals(lacking([0, 1]), ["a"]);
  assertEquals(lacking([0, 0]), ["a", "b"]);
  assertEquals(lacking([1, 1]), []);
});

Deno.test("scriptsQuestion() takes nothing for missing without an answer", () => {
  assertEquals(lacking(new CommandError("NOPERM no")), []);
  assertEquals(lacking([]), []);
  assertEquals(lacking("OK"), []);
});
