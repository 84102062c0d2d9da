import { assertEquals } from "@std/assert";
import { transactionQuestion } from "../../src/delivery/transaction_question.ts";
import { CommandError } from "../../src/errors.ts";
import type { Reply } from "../../src/values.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";

/** What the question is told, and what it says. */
function answers(...replies: Reply[]): unknown[] {
  const said: unknown[] = [];
  const question = transactionQuestion((error) => said.push(error));
  const encoder = new Encoder();
  assertEquals(question.encode(encoder), 2);
  assertEquals(
    new TextDecoder().decode(encoder.bytes()),
    "*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nEXEC\r\n",
  );
  for (const reply of replies) question.accept(reply);
  assertEquals(question.finished, replies.length === 2);
  return said;
}

Deno.test("transactionQuestion() says whether a server takes transactions", () => {
  assertEquals(answers("OK"), []);
  assertEquals(answers("OK", []), [undefined]);
  const denied = new CommandError("NOPERM no");
  assertEquals(answers(denied, new CommandError("ERR no MULTI")), [denied]);
  assertEquals(denied.outcome, "not-sent");
  const late = new CommandError("NOPERM exec");
  assertEquals(answers("OK", late), [late]);
});
