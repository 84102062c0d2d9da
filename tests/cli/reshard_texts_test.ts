import { assertEquals, assertMatch } from "@std/assert";
import type { ReshardStatus } from "../../mod.ts";
import {
  freeText,
  objectionsTo,
  progressText,
  ringText,
  statusLines,
} from "../../src/cli/reshard_texts.ts";

/** What is so before any move. */
const BEFORE: ReshardStatus = {
  epoch: 0,
  phase: "stable",
  writers: "follow",
  from: "before",
  to: "before",
  rings: { from: "ring A", to: "ring B" },
  problems: [],
  warnings: [],
  programs: [],
  flows: [],
};
const AFTER = { ...BEFORE, epoch: 4, from: "after", to: "after" } as const;
const MOVING = { ...BEFORE, epoch: 3, phase: "moving", to: "after" } as const;

Deno.test("objectionsTo() finds that other hosts are in use, or the new ones already", () => {
  assertEquals(objectionsTo(BEFORE), []);
  assertEquals(objectionsTo(MOVING), []);
  assertMatch(objectionsTo(AFTER)[0], /--to are in use already \(epoch 4\)/);
  // There is something left to do.
  assertEquals(objectionsTo({ ...AFTER, writers: "stopped" }), []);
  assertEquals(
    objectionsTo({ ...BEFORE, from: "others", to: "others" }),
    [
      "The servers are in use with other hosts, or another router, than given " +
      "(epoch 0): ring A",
    ],
  );
  assertEquals(objectionsTo({ ...MOVING, to: "others" }), [
    "Keys are on their way between other hosts than those given (epoch 3): from " +
    "ring A, to ring B",
  ]);
});

Deno.test("ringText() says what is to be known of the hosts in use", () => {
  const rings = { from: "ring A", to: "ring B" };
  const stable = { epoch: 4, phase: "stable", rings } as const;
  assertEquals(ringText({ ...stable, from: "own", to: "own" }), undefined);
  assertMatch(
    ringText({ ...stable, from: "others", to: "others" })!,
    /in use with other hosts, .* \(epoch 4\): ring A$/,
  );
  const moving = { ...stable, phase: "moving", from: "own" } as const;
  assertMatch(
    ringText({ ...moving, to: "others" })!,
    /^Keys are on their way \(epoch 4\), .*: from ring A, to ring B$/,
  );
});

Deno.test("freeText() says what there is to do", () => {
  const flows = [{ from: 0, to: 1, keys: 1, bytes: 1 }];
  assertEquals(
    freeText({ ...BEFORE, flows }),
    "Nothing keeps keys from being moved",
  );
  assertMatch(freeText(BEFORE), /, and there are none to be moved$/);
  assertMatch(freeText(MOVING), /under way \(moving\): run goes on with it$/);
  const back = { ...MOVING, from: "after", to: "before" } as const;
  assertMatch(freeText(back), /the other way .*: run takes it back$/);
  assertMatch(freeText({ ...AFTER, writers: "stopped" }), /run deletes$/);
});

Deno.test("statusLines() names hosts, of one cluster or two", () => {
  assertEquals(statusLines(BEFORE, false), [
    "Epoch 0: the hosts before are in use: the servers have no record of a move",
    "  in use: ring A",
  ]);
  assertEquals(
    statusLines({ ...AFTER, from: "before" }, true)[0],
    "Epoch 4: the hosts given are in use",
  );
  assertEquals(statusLines({ ...AFTER, writers: "stopped" }, false), [
    "Epoch 4: the hosts after are in use, and the former ones still have copies",
    "  in use: ring A",
  ]);
  assertEquals(statusLines({ ...MOVING, to: "others" }, true), [
    "Epoch 3: moving, from the hosts given to other hosts than those given",
    "  from: ring A",
    "  to:   ring B",
  ]);
});

Deno.test("progressText() says how far it is, and how fast where that is known", () => {
  const progress = {
    ...{ phase: "moving", scanned: 1_500, total: 3_000, moved: 20 } as const,
    ...{ keysPerSecond: 0, timeLeft: undefined, conflicts: [] },
  };
  const text = "1,500 of 3,000 keys looked at, 20 moved";
  assertEquals(progressText(progress), text);
  assertEquals(
    progressText({ ...progress, keysPerSecond: 12.4 }),
    `${text}, 12 a second`,
  );
});
