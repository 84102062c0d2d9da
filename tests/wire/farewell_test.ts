import { assert, assertEquals } from "@std/assert";
import { CommandError } from "../../src/errors.ts";
import { isFarewell, turnedAway } from "../../src/wire/farewell.ts";

const FULL = "ERR max number of clients reached";
const DENIED =
  "DENIED Redis is running in protected mode because protected mode is enabled";

Deno.test("isFarewell() knows what a server says that lets nobody in", () => {
  for (const text of [FULL, `${FULL} for this port`, DENIED]) {
    assert(isFarewell(new CommandError(text)), text);
  }
  for (const text of ["ERR unknown command", `WRONG ${FULL}`, "NOAUTH"]) {
    assert(!isFarewell(new CommandError(text)), text);
  }
  for (const reply of [FULL, null, 1, [new CommandError(FULL)]]) {
    assert(!isFarewell(reply));
  }
});

Deno.test("turnedAway() says that nothing ran only where that is proven", () => {
  const reply = new CommandError(FULL);
  const proven = turnedAway(reply, true);
  assertEquals([proven.outcome, proven.cause], ["not-sent", reply]);
  assert(proven.message.endsWith(FULL));
  const doubtful = turnedAway(reply, false);
  // The words may be those of the caller of a script, and stay out of it.
  assertEquals([doubtful.outcome, doubtful.cause], ["unknown", undefined]);
  assert(!doubtful.message.includes(FULL));
});
