// All that can come of the move of one key.

import { assert, assertEquals } from "@std/assert";
import { type Exploration, explore, type Flaw } from "./key_move_model.ts";

/** Explores, and expects that nothing goes wrong. */
function assertSafe(exploration: Exploration): void {
  const finding = explore(exploration);
  assert(
    "count" in finding,
    `${JSON.stringify(exploration)}: ${JSON.stringify(finding)}`,
  );
  // It has been somewhere.
  assert(finding.count > 1_000, `${finding.count}`);
}

/** Explores without a piece of the protocol, and expects that it is missed. */
function assertNeeded(flaw: Flaw, exploration: Exploration): void {
  const finding = explore({ ...exploration, flaw });
  assert("problem" in finding, `Nothing goes wrong without "${flaw}"`);
}

Deno.test("the move of a key loses nothing while two parties try twice", () => {
  assertSafe({ roles: ["move", "del"], retries: 1, expires: true });
});

Deno.test("the move of a key loses nothing while it is taken over twice", () => {
  assertSafe({ roles: ["move", "set", "del"], retries: 0, expires: true });
});

Deno.test("the move of a key loses nothing while the target may be full", () => {
  assertSafe({ roles: ["move", "set"], retries: 1, fills: true });
});

Deno.test("a stranger at the target destroys nothing but what it replaces", () => {
  assertSafe({ roles: ["move", "set", "del"], retries: 0, stranger: true });
});

Deno.test("each piece of the move of a key is needed", () => {
  const two: Exploration = { roles: ["move", "del"], retries: 1 };
  const three: Exploration = { roles: ["move", "set", "del"], retries: 0 };
  assertNeeded("noclaims", three);
  assertNeeded("nobump", two);
  assertNeeded("lategen", two);
  assertNeeded("fresh", two);
  assertNeeded("replace", two);
  assertNeeded("sametoken", two);
  assertNeeded("giveback", { ...two, fills: true });
});

Deno.test("explore() tells how a world that is wrong was reached", () => {
  const finding = explore({
    roles: ["move", "set"],
    retries: 1,
    flaw: "fresh",
  });
  assert("way" in finding);
  assertEquals(finding.problem, "a copy is set aside without need");
  assertEquals(finding.way[0], "0 reads the generation");
});
