import { assertEquals, assertMatch } from "@std/assert";
import type { ReshardPhase, ReshardProgress } from "../../mod.ts";
import { ReshardReport } from "../../src/cli/reshard_report.ts";
import { FakeTime } from "../fake_time.ts";
import { FakeOutput, fakeShell, visible } from "./fake_shell.ts";

function step(
  phase: ReshardPhase,
  [scanned, total, moved]: readonly [number, number, number] = [0, 0, 0],
): ReshardProgress {
  return {
    ...{ phase, scanned, total, moved, keysPerSecond: 0 },
    ...{ timeLeft: undefined, conflicts: [] },
  };
}

function open({ json = false, isTerminal = false } = {}) {
  const shell = fakeShell({ err: new FakeOutput({ isTerminal }) });
  return { shell, report: new ReshardReport({ shell, json }) };
}

Deno.test("ReshardReport ends each phase with how far it has come", async () => {
  using time = new FakeTime();
  const { shell, report } = open();
  report.show(step("holding"));
  report.show(step("moving"));
  report.show(step("moving", [10, 100, 5]));
  await time.advance(1_000);
  report.show(step("moving", [20, 100, 10]));
  report.show(step("moving", [60, 100, 30]));
  report.show(step("moving", [100, 100, 50]));
  report.show(step("stable", [100, 100, 50]));
  report.end();
  assertEquals(shell.out.text.split("\n"), [
    "holding",
    "moving",
    "20 of 100 keys looked at, 10 moved",
    "100 of 100 keys looked at, 50 moved",
    "stable",
    "",
  ]);
  assertEquals([report.isIdle, report.last?.phase], [false, "stable"]);
});

Deno.test("ReshardReport says how far it has come where it is given up, and once", async () => {
  using time = new FakeTime();
  for (const isTold of [false, true]) {
    const { shell, report } = open();
    report.show(step("copying"));
    report.show(step("copying", [1, 100, 0]));
    if (isTold) await time.advance(1_000);
    report.show(step("copying", [60, 100, 30]));
    report.end();
    report.end();
    assertEquals(
      shell.out.text,
      "copying\n60 of 100 keys looked at, 30 copied\n",
    );
  }
});

Deno.test("ReshardReport leaves the last line in a terminal, in the place of its bar", () => {
  const { shell, report } = open({ isTerminal: true });
  report.show(step("moving"));
  report.show(step("moving", [10, 100, 5]));
  report.show(step("moving", [100, 100, 50]));
  report.show(step("stable"));
  assertMatch(visible(shell.err.text), / 10 of 100 keys.*\r␛\[K$/);
  assertEquals(
    shell.out.text,
    "moving\n100 of 100 keys looked at, 50 moved\nstable\n",
  );
});

Deno.test("ReshardReport prints the last step of each phase as JSON as well", () => {
  const { shell, report } = open({ json: true });
  report.show(step("copying"));
  report.show(step("copying", [10, 100, 5]));
  report.show(step("copying", [100, 100, 50]));
  report.show(step("copied"));
  report.end();
  const lines = shell.out.text.trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  assertEquals(
    lines.map(({ phase, scanned }) => [phase, scanned]),
    [["copying", 0], ["copying", 100], ["copied", 0]],
  );
});

Deno.test("ReshardReport knows where there was nothing to do", () => {
  const { report } = open();
  report.show(step("stable"));
  assertEquals(report.isIdle, true);
});
