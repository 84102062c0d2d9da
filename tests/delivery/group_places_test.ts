import { assert, assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import type { Detour } from "../../src/delivery/batch_options.ts";
import { Batch } from "../../src/delivery/batch.ts";
import { Command, type Settler } from "../../src/delivery/command.ts";
import { type Grouping, GroupPlaces } from "../../src/delivery/group_places.ts";
import { Run } from "../../src/delivery/run.ts";
import { CommandError } from "../../src/errors.ts";
import type { Argument } from "../../src/values.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";

const NOBODY: Settler = { resolve: () => {}, reject: () => {} };

/** The group of a key is the number in it; how often that was asked is counted. */
class Groups implements Grouping {
  asked = 0;

  readonly groupOf = (key: unknown): number => {
    this.asked++;
    return Number(/\d+/.exec(String(key)));
  };

  groupOfCommand({ args: [key] }: Command): number | undefined {
    return key === undefined ? undefined : this.groupOf(key);
  }
}

function runOf(name: string, ...commands: Argument[][]): Run {
  const form = specOf(name).form();
  const argCount = commands[0].length;
  const run = new Run({ form, argCount, flags: 0 }, false);
  for (const args of commands) run.push(NOBODY, args);
  return run;
}

const START = { run: 0, index: 0, place: 0 };

Deno.test("GroupPlaces knows the groups of commands that still count, also of those that come later", () => {
  const places = new GroupPlaces(new Groups());
  const runs = [runOf("GET", ["k1"], ["k2"]), runOf("INFO", [])];
  const has = (groups: number[], from = START) =>
    groups.map((group) => places.has(group, runs, from));
  assertEquals(has([1, 2, 3]), [true, true, false]);
  // A command whose keys are found by a rule.
  runs.push(runOf("ZINTER", ["k3", 1]));
  assertEquals(has([3, 4]), [true, false]);
  runs[2].push(NOBODY, ["k4", 1]);
  assertEquals(has([3, 4]), [true, true]);
  const second = { run: 0, index: 1, place: 1 };
  assertEquals(has([1, 2, 3], second), [false, true, true]);
  assertEquals(has([2, 3, 4], { run: 2, index: 1, place: 4 }), [
    false,
    false,
    true,
  ]);
});

Deno.test("GroupPlaces looks at nothing that was answered before it was asked", () => {
  const places = new GroupPlaces(new Groups());
  const runs = [runOf("GET", ["k1"], ["k2"]), runOf("SET", ["k3", "v"])];
  runs[0].drop();
  const from = { run: 1, index: 0, place: 2 };
  assertEquals([1, 3].map((group) => places.has(group, runs, from)), [
    false,
    true,
  ]);
});

Deno.test("GroupPlaces knows the groups of commands that are in no run", () => {
  const places = new GroupPlaces(new Groups());
  const form = specOf("GET").form();
  const list = [{ command: new Command(form, ["k1"], NOBODY, 0) }];
  assertEquals(places.hasApart(2, list), false);
  list.push({ command: new Command(form, ["k2"], NOBODY, 0) });
  assertEquals([1, 2].map((group) => places.hasApart(group, list)), [
    true,
    true,
  ]);
});

/** A batch of GETs of that many keys, whose groups are told by a detour. */
function batchOf(count: number, groups: Groups, groupsStay = true): Batch {
  const detour: Detour = {
    objectionTo: () => undefined,
    groupOf: groups.groupOf,
    mergesAll: false,
    groupsStay,
    redirect: () => ({ group: 0, to: 1, asking: false }),
    hostOf: () => 0,
    groupOfCommand: (command) => groups.groupOfCommand(command as Command),
    leads: () => true,
    take: () => {},
  };
  const batch = new Batch({
    hostId: 0,
    autoBatch: false,
    deadline: Infinity,
    detour,
    onSettled: () => {},
  });
  const form = specOf("GET").form();
  for (let i = 0; i < count; i++) batch.add(form, [`k${i}`], NOBODY, 0, 1);
  return batch;
}

Deno.test("Batch.holds() looks at each command once, however many groups are asked for", () => {
  const groups = new Groups();
  const batch = batchOf(3_000, groups);
  for (let group = 0; group < 3_000; group++) assert(batch.holds(group));
  assertEquals(batch.holds(3_000), false);
  assertEquals(groups.asked, 3_000);
  batch.seal();
  batch.encode(new Encoder(), Infinity);
  for (let i = 0; i < 1_000; i++) batch.accept("value");
  assertEquals([999, 1_000].map((group) => batch.holds(group)), [false, true]);
  assertEquals(groups.asked, 3_000);
});

Deno.test("Batch.holds() counts what came back, and what goes again", () => {
  const batch = batchOf(3, new Groups());
  batch.courier = {
    watchful: false,
    note: () => {},
    goesOn: () => {},
    failed: () => {},
    clogs: () => {},
    answered: () => {},
  };
  batch.seal();
  batch.encode(new Encoder(), Infinity);
  assert(batch.holds(1));
  batch.accept("value");
  batch.accept(new CommandError("MOVED 1 127.0.0.1:1"));
  assertEquals([0, 1, 2].map((group) => batch.holds(group)), [
    false,
    true,
    true,
  ]);
  batch.accept("value");
  assertEquals([1, 2].map((group) => batch.holds(group)), [true, false]);
  batch.takeBack();
  batch.again([new Command(specOf("GET").form(), ["k2"], NOBODY, 0)]);
  assertEquals([1, 2].map((group) => batch.holds(group)), [false, true]);
});

Deno.test("Batch.holds() asks anew where keys do not keep their groups", () => {
  const groups = new Groups();
  const batch = batchOf(10, groups, false);
  batch.holds(9);
  batch.holds(9);
  assertEquals(groups.asked, 20);
});
