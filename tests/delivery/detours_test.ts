import { assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import type { Batch } from "../../src/delivery/batch.ts";
import { Command } from "../../src/delivery/command.ts";
import { Detours, pauseOfRedirect } from "../../src/delivery/detours.ts";
import type { Held, Owner } from "../../src/delivery/holder.ts";
import type { Topology } from "../../src/topology/mod.ts";
import { FakeTime } from "../fake_time.ts";

/** A batch with commands for some groups, until the test says otherwise. */
class FakeBatch {
  readonly groups: Set<number>;

  constructor(...groups: number[]) {
    this.groups = new Set(groups);
  }

  holds(group: number): boolean {
    return this.groups.has(group);
  }
}

function asBatch(batch: FakeBatch): Batch {
  return batch as unknown as Batch;
}

const TOGETHER = { isApart: false };

/** Group 7 is on host 0 first; what is placed is noted as `host: names`. */
class Bench implements Owner, Disposable {
  readonly merges = false;
  readonly time = new FakeTime();
  readonly placed: string[] = [];
  readonly late: string[] = [];
  readonly batches: FakeBatch[] = [];
  readonly owners = new Map([[7, 0], [8, 0]]);
  readonly hosts = new Map([0, 1, 2].map((id) => [id, {}]));
  readonly detours = new Detours(
    {
      hosts: this.hosts,
      hostOf: (group: number) => this.owners.get(group)!,
      isKnown: true,
    } as unknown as Topology,
    () => {},
  );
  #order = 0;

  held(name: string, options: Partial<Held> = {}): Held {
    const settler = { resolve: () => {}, reject: () => {} };
    return {
      command: new Command(specOf(name).form(), [], settler),
      group: 7,
      standing: { order: this.#order++, index: 0 },
      deadline: this.time.now + 5_000,
      owner: this,
      origin: {},
      terms: TOGETHER,
      pause: 0,
      ...options,
    };
  }

  place(hostId: number, held: readonly Held[]): Batch {
    const names = held.map(({ command }) => command.name).join(" ");
    this.placed.push(`${hostId}: ${names}`);
    const batch = new FakeBatch(...held.map(({ group }) => group));
    this.batches.push(batch);
    return asBatch(batch);
  }

  finish(_held: Held, settle: () => void): void {
    settle();
  }

  expire({ command }: Held): void {
    this.late.push(command.name);
  }

  giveUp({ command }: Held, reason: unknown): void {
    this.late.push(`${command.name} ${reason}`);
  }

  /** A batch is empty, and has come to its end. */
  end(batch: FakeBatch): void {
    batch.groups.clear();
    this.detours.ended(asBatch(batch));
  }

  [Symbol.dispose](): void {
    this.time[Symbol.dispose]();
  }
}

Deno.test("Detours lead nowhere as long as nothing moves", () => {
  using bench = new Bench();
  const { detours } = bench;
  assertEquals([detours.isEmpty, detours.leads(7)], [true, false]);
  // What left has nothing of the group.
  detours.begin(7, [asBatch(new FakeBatch(8))]);
  assertEquals([detours.isEmpty, detours.leads(7)], [false, false]);
  assertEquals(detours.isEmpty, true);
});

Deno.test("Detours hold back what they took before they heard of a batch ahead of it", () => {
  using bench = new Bench();
  const { detours } = bench;
  const batch = new FakeBatch(7);
  // One that waited for room at the host, when the keys of others were sent on.
  detours.hold(bench.held("INCR"));
  assertEquals(detours.leads(7), true);
  detours.begin(7, [asBatch(batch)]);
  bench.owners.set(7, 1);
  detours.release();
  assertEquals(bench.placed, []);
  detours.take(bench.held("GET", { standing: { order: -1, index: 0 } }), [
    asBatch(batch),
  ]);
  bench.end(batch);
  assertEquals(bench.placed, ["1: GET INCR"]);
  assertEquals(detours.leads(7), false);
});

Deno.test("Detours put what came back ahead of what was issued later", () => {
  using bench = new Bench();
  const { detours } = bench;
  const one = new FakeBatch(7);
  const other = new FakeBatch(7);
  const [first, second] = [bench.held("GET"), bench.held("SET")];
  detours.begin(7, [asBatch(one), asBatch(other)]);
  bench.owners.set(7, 1);
  assertEquals(detours.leads(7), true);
  detours.hold(bench.held("INCR"));
  detours.take(second, [asBatch(one), asBatch(other)]);
  detours.take(first, [asBatch(one), asBatch(other)]);
  bench.end(one);
  assertEquals(bench.placed, []);
  assertEquals(detours.isHolding, true);
  bench.end(other);
  assertEquals(bench.placed, ["1: GET SET INCR"]);
  assertEquals([detours.isHolding, detours.isEmpty], [false, true]);
});

Deno.test("Detours wait for a host that takes a command this one time", () => {
  using bench = new Bench();
  const { detours } = bench;
  const batch = new FakeBatch(7);
  detours.take(bench.held("GET", { to: 2 }), [asBatch(batch)]);
  detours.hold(bench.held("SET"));
  bench.end(batch);
  assertEquals(bench.placed, ["2: GET"]);
  assertEquals(detours.leads(7), true);
  bench.end(bench.batches[0]);
  assertEquals(bench.placed, ["2: GET", "0: SET"]);
  assertEquals(detours.isEmpty, true);
});

Deno.test("Detours take no command to a host that is gone", () => {
  using bench = new Bench();
  bench.detours.take(bench.held("GET", { to: 2 }), []);
  bench.hosts.delete(2);
  bench.detours.release();
  assertEquals(bench.placed, ["0: GET"]);
});

Deno.test("Detours let nobody wait for what goes apart, but for the rest of it", () => {
  using bench = new Bench();
  const { detours } = bench;
  const terms = { isApart: true };
  detours.take(bench.held("BLPOP", { terms, to: 2 }), []);
  detours.hold(bench.held("SET"));
  detours.release();
  assertEquals(bench.placed, ["2: BLPOP", "0: SET"]);
  detours.take(bench.held("BLPOP", { terms, to: 2 }), []);
  detours.take(bench.held("RPUSH", { terms }), []);
  detours.release();
  assertEquals(bench.placed.slice(2), ["2: BLPOP"]);
  bench.end(bench.batches[2]);
  assertEquals(bench.placed.slice(3), ["0: RPUSH"]);
});

Deno.test("Detours lead groups past each other, and those that are free together", () => {
  using bench = new Bench();
  const { detours } = bench;
  const batch = new FakeBatch(7, 8);
  detours.take(bench.held("GET"), [asBatch(batch)]);
  detours.take(bench.held("SET", { group: 8 }), [asBatch(batch)]);
  detours.take(bench.held("INCR"), [asBatch(batch)]);
  batch.groups.delete(7);
  detours.release();
  assertEquals(bench.placed, ["0: GET INCR"]);
  bench.end(batch);
  assertEquals(bench.placed, ["0: GET INCR", "0: SET"]);
});

Deno.test("Detours pause before a command that was sent on again and again", async () => {
  using bench = new Bench();
  const { detours, time } = bench;
  detours.take(bench.held("GET", { pause: 50 }), []);
  detours.hold(bench.held("SET"));
  detours.release();
  assertEquals(bench.placed, []);
  await time.advance(60);
  assertEquals(bench.placed, ["0: GET SET"]);
});

Deno.test("Detours give up what is late, and let the others pass", async () => {
  using bench = new Bench();
  const { detours, time } = bench;
  const batch = new FakeBatch(7);
  detours.begin(7, [asBatch(batch)]);
  const deadline = time.now + 100;
  detours.hold(bench.held("GET", { deadline }));
  detours.hold(bench.held("SET"));
  await time.advance(150);
  assertEquals(bench.late, ["GET"]);
  bench.end(batch);
  assertEquals(bench.placed, ["0: SET"]);
});

Deno.test("Detours.refuse() rejects all that is held, and keeps no timer", () => {
  using bench = new Bench();
  const { detours } = bench;
  detours.take(bench.held("GET", { pause: 50 }), []);
  detours.hold(bench.held("SET", { group: 8 }));
  detours.refuse(({ group }) => group);
  assertEquals(bench.late.sort(), ["GET 7", "SET 8"]);
  assertEquals([detours.isHolding, detours.isEmpty], [false, true]);
});

Deno.test("pauseOfRedirect() believes the first host at once, and the others ever later", () => {
  assertEquals(pauseOfRedirect(1), 0);
  for (const count of [2, 3, 10, 30]) {
    const pause = pauseOfRedirect(count);
    assertEquals(pause > 0 && pause <= 500, true);
  }
});
