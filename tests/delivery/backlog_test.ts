import { assertEquals, assertInstanceOf } from "@std/assert";
import { Backlog, type Latecomer } from "../../src/delivery/backlog.ts";
import { Failures } from "../../src/delivery/failures.ts";
import { TimeoutError } from "../../src/errors.ts";

const PLACE = { address: "127.0.0.1:6379" };

/** Commands that wait, and what comes of them. */
class Waiting {
  readonly backlog = new Backlog(new Failures(0, PLACE));
  readonly lane = { latecomers: 0 };
  readonly entered: string[] = [];
  readonly refused: unknown[] = [];

  add(name: string, size: number, deadline = Infinity): Latecomer {
    const latecomer: Latecomer = {
      ...{ name, size, deadline, lane: this.lane },
      enter: () => this.entered.push(name),
      refuse: (reason) => this.refused.push(reason),
    };
    this.backlog.add(latecomer);
    return latecomer;
  }
}

Deno.test("Backlog lets in as many as there is room for, first come, first served", () => {
  const waiting = new Waiting();
  for (const [name, size] of [["A", 1], ["B", 5], ["C", 1]] as const) {
    waiting.add(name, size);
  }
  assertEquals([waiting.backlog.size, waiting.lane.latecomers], [3, 3]);
  let room = 3;
  const admit = (size: number) => {
    if (size > room) return false;
    room -= size;
    return true;
  };
  waiting.backlog.serve(admit);
  // C would fit, and stays behind B.
  assertEquals(waiting.entered, ["A"]);
  room = 6;
  waiting.backlog.serve(admit);
  assertEquals(waiting.entered, ["A", "B", "C"]);
  assertEquals([waiting.backlog.size, waiting.lane.latecomers], [0, 0]);
});

Deno.test("Backlog gives up those that waited for too long, and no others", () => {
  const waiting = new Waiting();
  waiting.add("GET", 1, 10);
  waiting.add("SET", 1, 20);
  const gone = waiting.add("DEL", 1, 5);
  waiting.backlog.delete(gone);
  waiting.backlog.delete(gone);
  assertEquals([waiting.backlog.size, waiting.lane.latecomers], [2, 2]);
  assertEquals(waiting.backlog.expire(10), 20);
  const [reason] = waiting.refused;
  assertInstanceOf(reason, TimeoutError);
  assertEquals([reason.command, reason.outcome], ["GET", "not-sent"]);
  assertEquals(waiting.refused.length, 1);
  assertEquals(waiting.backlog.expire(10), 20);
  assertEquals(waiting.backlog.size, 1);
});
