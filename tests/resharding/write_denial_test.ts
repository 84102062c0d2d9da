import { assertEquals, assertRejects } from "@std/assert";
import { Survey } from "../../src/resharding/survey.ts";
import { TwoRings } from "../../src/resharding/two_rings.ts";
import { WriteDenial } from "../../src/resharding/write_denial.ts";
import { RawClient } from "../../support/raw_client.ts";
import { since } from "../../support/since.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import type { Rings } from "../../support/rings.ts";
import { MOVER, PROGRAM_RULES, rulesOf, startWithUsers } from "./users.ts";

async function denialOf(rings: Rings) {
  const two = new TwoRings(rings.before, rings.after);
  const denial = new WriteDenial(await new Survey(two).servers());
  return { denial, [Symbol.asyncDispose]: () => two.close() };
}

// It takes selectors, and ACL DRYRUN.
Deno.test(
  "WriteDenial keeps users from writing in every way, and undoes that, since Redis 7",
  since(7),
  async () => {
    await using rings = await startWithUsers();
    const rules = [
      "on",
      "nopass",
      "~a*",
      "+get",
      "(~b* +set)",
      "(~c* &x +@all)",
    ];
    await rings.ask(0, "ACL", "SETUSER", "parts", ...rules);
    const asked = () => rings.ask(0, "ACL", "GETUSER", "parts");
    const before = await asked();
    await using bench = await denialOf(rings);
    const { denial } = bench;
    assertEquals(await denial.problems(), []);
    await denial.deny();
    for (const [key, user] of [["b", "parts"], ["c", "parts"], ["a", "app"]]) {
      const reply = await rings.ask(0, "ACL", "DRYRUN", user, "SET", key, "v");
      assertEquals(/no permissions/.test(`${reply}`), true, `${user} ${key}`);
    }
    assertEquals(
      await rings.ask(0, "ACL", "DRYRUN", "parts", "GET", "c"),
      "OK",
    );
    // Another one who does the same does not take that for what was allowed.
    await denial.deny();
    await denial.lift();
    assertEquals(await asked(), before);
    assertEquals(await rulesOf(rings, 0, "app"), PROGRAM_RULES);
    assertEquals(await rulesOf(rings, 0, "mover"), "+@all");
    // It is over: another one has nothing to undo.
    await rings.ask(0, "ACL", "SETUSER", "app", "-set");
    const changed = await rulesOf(rings, 0, "app");
    await denial.lift();
    assertEquals(await rulesOf(rings, 0, "app"), changed);
  },
);

Deno.test("WriteDenial ends what waits to take what comes", async () => {
  await using rings = await startWithUsers();
  using program = new RawClient(rings.servers[0]);
  await program.command("AUTH", "app", "any");
  const popping = program.command("BLPOP", "list", 0);
  const refused = assertRejects(() => bounded(popping), Error, "UNBLOCKED");
  await eventually(async () =>
    String(await rings.ask(0, "CLIENT", "LIST")).includes("flags=b")
  );
  await using bench = await denialOf(rings);
  await bench.denial.deny();
  await refused;
  await assertRejects(
    () => program.command("BLPOP", "list", 0),
    Error,
    "NOPERM",
  );
  await bench.denial.lift();
});

Deno.test("WriteDenial leaves users alone that are gone by then", async () => {
  await using rings = await startWithUsers();
  await using bench = await denialOf(rings);
  await bench.denial.deny();
  await rings.ask(0, "ACL", "DELUSER", "app");
  await bench.denial.lift();
  assertEquals(await rings.ask(0, "ACL", "GETUSER", "app"), null);
  assertEquals(await rulesOf(rings, 1, "app"), PROGRAM_RULES);
});

Deno.test("WriteDenial names programs that are the user who moves keys", async () => {
  await using rings = await startWithUsers();
  using program = new RawClient(rings.servers[1]);
  await program.command("AUTH", MOVER.username, MOVER.password);
  await using bench = await denialOf(rings);
  const [problem, ...others] = await bench.denial.problems();
  assertEquals(others, []);
  assertEquals(problem.hostId, 1);
  assertEquals(problem.text.includes('as the user "mover"'), true);
});
