import { assert, assertEquals } from "@std/assert";
import { Journal } from "../../tools/soak/journal.ts";
import { describeRun } from "../../tools/soak/report.ts";
import { runSoak } from "../../tools/soak/run.ts";
import { Counter, Values } from "../../tools/soak/values.ts";
import { ConnectionError } from "../../mod.ts";

Deno.test("Values.fault() recognises a value of another key, half a value and an unsent one", () => {
  const values = new Values();
  const value = values.make("a", 100);
  assertEquals(values.fault("a", value), undefined);
  assertEquals(values.fault("a", null), undefined);
  assert(values.fault("b", value)?.startsWith('it is "a=0='));
  assert(values.fault("a", value.slice(0, -9))?.startsWith("it has 91 "));
  assert(values.fault("a", "a=99=x=8") === "it was never made");
  values.drop(value);
  assertEquals(values.fault("a", value), "it was reported as not written");
});

Deno.test("Counter.fault() accepts what lies between acknowledged and attempted", () => {
  const counter = new Counter("n", 0);
  counter.attempted = 5;
  counter.failed("not-sent");
  counter.failed("refused");
  counter.failed("unknown");
  assertEquals(counter.replied(counter.base + 1), undefined);
  assertEquals(counter.replied(counter.base + 1), "1 came twice");
  assertEquals(
    counter.replied(17),
    "it counts -9999983, with 3 that may have run",
  );
  counter.acknowledged = 1;
  counter.ran();
  assertEquals(counter.fault(counter.base + 2), undefined);
  assertEquals(counter.fault(counter.base + 3), undefined);
  assert(counter.fault(counter.base + 1) !== undefined);
  assert(counter.fault(counter.base + 4) !== undefined);
});

Deno.test("Journal notes what is late, pending, and fails without a host", async () => {
  const journal = new Journal();
  const { promise, resolve } = Promise.withResolvers<void>();
  const watching = journal.command("slow", promise, {
    milliseconds: -10_000,
  });
  assertEquals(journal.pending, ["slow (1)"]);
  resolve();
  await watching;
  assertEquals(journal.pending, []);
  const lost = new ConnectionError("Lost", { outcome: "not-sent" });
  const result = await journal.command("lost", Promise.reject(lost));
  assert(!result.ok && result.fate === "not-sent");
  const [late, nameless] = journal.problems;
  assert(late.startsWith('"slow" took '), late);
  assertEquals(nameless, '"lost": an error names no host: Lost');
});

Deno.test("Journal.problem() keeps few that differ in names and numbers alone", () => {
  const journal = new Journal();
  for (let i = 0; i < 100; i++) journal.problem(`GET "key ${i}": it is ${i}`);
  for (let i = 0; i < 2; i++) journal.problem("Another one");
  assertEquals(journal.problems.length, 7);
  assertEquals(journal.problems.at(-1), "Another one (2 times)");
});

Deno.test("a randomised run of 5 seconds ends with everything right and settled", async () => {
  const seed = Number(Deno.env.get("RB_SEED") ?? 1);
  // It would prove nothing if hardly anything had happened.
  const isEnough = ({ outcomes, faults }: Journal) =>
    outcomes.total("ok") > 1_000 && outcomes.total("unknown") > 100 &&
    faults.total() > 10;
  const options = { seconds: 5, seed, patience: 20, isEnough };
  const report = await runSoak(options);
  assertEquals(report.problems, [], describeRun(report, options));
  assert(isEnough(report.journal), describeRun(report, options));
});
