import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Step } from "../../src/commands/spec.ts";
import { specOf } from "../../src/commands/table.ts";
import { transactionCall } from "../../src/commands/transaction.ts";
import { replyToTransaction } from "../../src/delivery/transaction_reply.ts";
import { CommandError, ProtocolError } from "../../src/errors.ts";
import type { Argument, Reply } from "../../src/values.ts";

const step = (name: string, ...args: Argument[]): Step => ({
  form: specOf(name).form(),
  args,
});
const { form } = transactionCall([
  step("SET", "key", "secret"),
  step("EVAL", "code", 0, "secret"),
]);

const error = (text: string) => new CommandError(text);

/** What replies come to that say that nothing ran. */
function refusal(...replies: Reply[]): CommandError {
  const reply = replyToTransaction(form, replies);
  assert(reply instanceof CommandError);
  assertEquals(reply.outcome, "not-sent");
  return reply;
}

const QUEUED = ["OK", "QUEUED", "QUEUED"];

Deno.test("replyToTransaction() gives the replies to the commands", () => {
  const replies = [...QUEUED, ["OK", error("MINE secret")]];
  const [first, second] = replyToTransaction(form, replies) as Reply[];
  assertEquals(first, "OK");
  assert(second instanceof CommandError);
  assertEquals(second.message, "MINE …");
});

Deno.test("replyToTransaction() says what was refused", () => {
  const wrong = error("ERR unknown command");
  const whole = error("EXECABORT Transaction discarded");
  assertEquals(refusal("OK", "QUEUED", wrong, whole), whole);
  assertEquals([whole.cause, wrong.command], [wrong, "EVAL"]);
});

Deno.test("replyToTransaction() gives what leads to another server", () => {
  const elsewhere = error("READONLY You can't write");
  const abort = () => error("EXECABORT Transaction discarded");
  assertEquals(refusal("OK", elsewhere, elsewhere, abort()), elsewhere);
  const late = error("EXECABORT Transaction discarded because of: READONLY no");
  assertEquals(refusal(...QUEUED, late).code, "READONLY");
  const room = error("EXECABORT Transaction discarded because of: OOM no");
  assertEquals(refusal(...QUEUED, room).code, "EXECABORT");
  assert(room.cause instanceof CommandError);
  assertEquals(room.cause.code, "OOM");
});

Deno.test("replyToTransaction() gives what EXEC says whose keys have left", () => {
  const moved = error("MOVED 7 10.0.0.1:7000");
  assertEquals(refusal(...QUEUED, moved), moved);
  const down = error("CLUSTERDOWN Hash slot not served");
  assertEquals(refusal(...QUEUED, down), down);
  // Without MULTI, each of them may have run by itself.
  const multi = error("NOPERM no");
  assertThrows(
    () => replyToTransaction(form, [multi, "OK", "OK", moved]),
    ProtocolError,
  );
});

Deno.test("replyToTransaction() gives what MULTI was refused with if nothing ran", () => {
  const [multi, one, other] = ["NOAUTH 1", "NOAUTH 2", "NOAUTH 3"].map(error);
  const reply = refusal(multi, one, other, error("ERR EXEC without MULTI"));
  assertEquals(reply, multi);
});

Deno.test("replyToTransaction() does not take anything else for a transaction", () => {
  for (
    const replies of [
      [error("NOPERM"), "OK", null, error("ERR EXEC without MULTI")],
      [...QUEUED, null],
      [...QUEUED, []],
      [...QUEUED, ["OK"]],
      [...QUEUED, "OK"],
    ]
  ) assertThrows(() => replyToTransaction(form, replies), ProtocolError);
});
