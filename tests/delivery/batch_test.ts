import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { Batch } from "../../src/delivery/batch.ts";
import type { Command } from "../../src/delivery/command.ts";
import { type CommandFlags, flagBits } from "../../src/delivery/command.ts";
import { CommandError, DecodeError, ProtocolError } from "../../src/errors.ts";
import { placedAt, RbPromise } from "../../src/promise.ts";
import type { Argument, Reply } from "../../src/values.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";
import { Random } from "../../support/random.ts";

const NO_LIMIT = Infinity;

/** A batch for host 7, the promises of its commands, and how often it settled. */
class Bench {
  readonly batch: Batch;
  readonly promises: RbPromise<Reply>[] = [];
  settled = 0;

  constructor(autoBatch = false) {
    this.batch = new Batch({
      hostId: 7,
      autoBatch,
      deadline: Infinity,
      onSettled: () => this.settled++,
    });
  }

  add(name: string, args: Argument[] = [], flags?: CommandFlags): void {
    const promise = new RbPromise<Reply>();
    this.promises.push(promise);
    this.batch.add(specOf(name).form(), args, promise, flagBits(flags), 10);
  }

  /** Encodes what is left, and says what frames came of it, one a line. */
  encode(limit = NO_LIMIT): string[] {
    this.batch.seal();
    const encoder = new Encoder();
    const count = this.batch.encode(encoder, limit);
    const text = new TextDecoder().decode(encoder.bytes());
    const frames = text.split(/(?=\*)/).map((frame) =>
      frame.split("\r\n").filter((line) => !/^[$*]\d+$/.test(line)).join(" ")
        .trim()
    ).filter((frame) => frame !== "");
    assertEquals(frames.length, count);
    return frames;
  }

  get values(): Reply[] {
    return this.promises.map((promise) => promise.value);
  }

  get reasons(): unknown[] {
    return this.promises.map((promise) => promise.reason);
  }
}

Deno.test("Batch settles each command with its reply", () => {
  const bench = new Bench();
  bench.add("SET", ["a", 1]);
  bench.add("GET", ["a"]);
  assertEquals([bench.batch.issued, bench.batch.size], [2, 20]);
  assertEquals(bench.encode(), ["SET a 1", "GET a"]);
  assert(bench.batch.encoded && bench.batch.awaited);
  bench.batch.accept("OK");
  assertFalse(bench.batch.finished || bench.batch.settled);
  assertEquals(bench.settled, 0);
  bench.batch.accept("1");
  assert(bench.batch.finished && bench.batch.settled);
  assertEquals([bench.values, bench.settled], [["OK", "1"], 1]);
});

Deno.test("Batch.encode() stops at its limit and goes on from there", () => {
  const bench = new Bench();
  for (const key of ["a", "b", "c"]) bench.add("GET", [key]);
  assertEquals(bench.encode(1), ["GET a"]);
  assertFalse(bench.batch.encoded);
  bench.batch.accept("A");
  assertFalse(bench.batch.awaited || bench.batch.finished);
  assertEquals(bench.encode(), ["GET b", "GET c"]);
  bench.batch.accept("B");
  bench.batch.accept("C");
  assertEquals(bench.values, ["A", "B", "C"]);
});

Deno.test("Batch merges neighbours and scatters their replies", () => {
  const bench = new Bench(true);
  bench.add("SET", ["a", 1]);
  bench.add("SET", ["b", 2]);
  bench.add("GET", ["a"]);
  bench.add("GET", ["b"]);
  bench.add("GET", ["c"]);
  bench.add("INCR", ["n"]);
  bench.add("GET", ["d"]);
  assertEquals(bench.encode(), [
    "MSET a 1 b 2",
    "MGET a b c",
    "INCR n",
    "MGET d",
  ]);
  for (const reply of ["OK", ["1", "2", null], 5, [null]]) {
    bench.batch.accept(reply);
  }
  assertEquals(bench.values, ["OK", "OK", "1", "2", null, 5, null]);
  assertEquals(bench.settled, 1);
});

Deno.test("Batch rejects every command of a merged one that failed", () => {
  const bench = new Bench(true);
  bench.add("SET", ["a", 1]);
  bench.add("SET", ["b", 2]);
  bench.add("GET", ["a"]);
  bench.add("GET", ["b"]);
  bench.encode();
  bench.batch.accept(new CommandError("OOM command not allowed"));
  bench.batch.accept(new CommandError("NOPERM no permissions"));
  const codes = bench.reasons.map((reason) => (reason as CommandError).code);
  assertEquals(codes, ["OOM", "OOM", "NOPERM", "NOPERM"]);
});

Deno.test("Batch refuses a merged reply of the wrong shape", () => {
  for (const reply of [["1"], ["1", "2", "3"], "1", null, 2] as Reply[]) {
    const bench = new Bench(true);
    bench.add("GET", ["a"]);
    bench.add("GET", ["b"]);
    bench.encode();
    assertThrows(() => bench.batch.accept(reply), ProtocolError, "MGET");
    assert(bench.promises.every((promise) => promise.isPending));
  }
});

Deno.test("Batch tells an error its command and its host", () => {
  const bench = new Bench();
  bench.add("GET", ["a"]);
  bench.add("GET", ["b"]);
  bench.add("LRANGE", ["c", 0, 1]);
  bench.encode();
  bench.batch.accept(new CommandError("WRONGTYPE Operation"));
  bench.batch.accept(new DecodeError("The reply is not UTF-8"));
  const nested = [new CommandError("ERR nested"), "x"];
  bench.batch.accept(nested);
  const [wrongType, notText] = bench.reasons;
  assertInstanceOf(wrongType, CommandError);
  assertEquals([wrongType.command, wrongType.hostId], ["GET", 7]);
  assertInstanceOf(notText, DecodeError);
  assertEquals([notText.command, notText.hostId], ["GET", 7]);
  assertEquals(bench.values[2], nested);
});

Deno.test("Batch.wantsBytes follows the command whose reply is next", () => {
  const bench = new Bench();
  bench.add("GET", ["a"]);
  bench.add("GET", ["b"], { returnUint8Arrays: true });
  assertFalse(bench.batch.wantsBytes);
  bench.encode();
  assertFalse(bench.batch.wantsBytes);
  bench.batch.accept("A");
  assert(bench.batch.wantsBytes);
  bench.batch.accept(new Uint8Array([1]));
  assertFalse(bench.batch.wantsBytes);
});

Deno.test("Batch.abandon() rejects what has no reply, saying what was sent", () => {
  const bench = new Bench();
  for (const key of ["a", "b", "c"]) bench.add("GET", [key]);
  bench.encode(1);
  bench.encode(1);
  bench.batch.accept("A");
  bench.batch.abandon((command, sent) => `${command.name} ${sent}`);
  assertEquals(bench.values, ["A", undefined, undefined] as Reply[]);
  assertEquals(bench.reasons, [undefined, "GET true", "GET false"]);
  assertEquals(bench.settled, 1);
  assert(bench.batch.abandoned && bench.batch.settled && bench.batch.encoded);
});

Deno.test("Batch lets the replies pass that nobody waits for any more", () => {
  for (const autoBatch of [false, true]) {
    const bench = new Bench(autoBatch);
    bench.add("GET", ["a"]);
    bench.add("INCR", ["n"]);
    bench.encode();
    bench.batch.abandon(() => "given up");
    bench.batch.abandon(() => "given up twice");
    assertFalse(bench.batch.finished);
    bench.batch.accept(autoBatch ? ["A"] : "A");
    bench.batch.accept(1);
    assert(bench.batch.finished);
    assertEquals(bench.reasons, ["given up", "given up"]);
    assertEquals(bench.settled, 1);
  }
});

/** Takes a batch off its connection, and rejects what was sent but may not go again. */
function recover(
  batch: Batch,
  mayRepeat: (command: Command) => boolean,
  reason: (command: Command) => unknown = () => "lost",
): void {
  const back = batch.takeBack();
  const [kept, lost] = [true, false].map((keeps) =>
    back.filter(({ command, progress }) =>
      keeps === (progress === "unsent" || mayRepeat(command))
    ).map(({ command }) => command)
  );
  batch.again(kept);
  for (const command of lost) batch.reject(command, reason(command));
  batch.closeIfEmpty();
}

Deno.test("Batch.takeBack() and again() keep what may be sent again, in its order", () => {
  const bench = new Bench();
  for (const name of ["GET", "INCR", "GET", "INCR", "INCR"]) {
    bench.add(name, [name]);
  }
  for (let i = 0; i < 4; i++) bench.encode(1);
  bench.batch.accept("first");
  recover(
    bench.batch,
    ({ name }) => name === "GET",
    ({ name }) => `${name} lost`,
  );
  assertEquals(bench.reasons.map((reason) => reason ?? ""), [
    "",
    "INCR lost",
    "",
    "INCR lost",
    "",
  ]);
  assertEquals(bench.settled, 0);
  assertEquals(bench.encode(), ["GET GET", "INCR INCR"]);
  bench.batch.accept("again");
  bench.batch.accept(1);
  assertEquals(bench.settled, 1);
  assertEquals([bench.values[2], bench.values[4]], ["again", 1]);
});

Deno.test("Batch.again() forgets how it had been merged", () => {
  const bench = new Bench(true);
  for (const key of ["a", "b", "c"]) bench.add("GET", [key]);
  bench.add("INCR", ["n"]);
  bench.encode();
  recover(bench.batch, ({ name }) => name === "GET");
  assertEquals(bench.encode(), ["MGET a b c"]);
  bench.batch.accept(["A", "B", "C"]);
  assertEquals(bench.values, ["A", "B", "C", undefined] as Reply[]);
  assertEquals([bench.reasons[3], bench.settled], ["lost", 1]);
});

Deno.test("Batch.closeIfEmpty() settles when nothing is kept", () => {
  const bench = new Bench();
  bench.add("INCR", ["n"]);
  bench.encode();
  recover(bench.batch, () => false);
  assertEquals([bench.reasons, bench.settled], [["lost"], 1]);
  assert(bench.batch.settled);
});

Deno.test("Batch.seal() closes it for further commands", () => {
  const { batch } = new Bench();
  assertFalse(batch.sealed);
  batch.seal();
  assert(batch.sealed);
});

/** A batch that grows while it is sent, answered and lost, at random. */
class GrowingBatch {
  readonly batch: Batch;
  readonly promises: RbPromise<unknown>[] = [];
  /** The replies to what left and has none, the older ones first. */
  readonly #left: Reply[] = [];
  /** What the callbacks of some promises were called with, by their index. */
  readonly heard = new Map<number, unknown[]>();
  readonly names: string[] = [];
  /** How often each command left. */
  readonly runs = new Map<string, number>();
  settled = 0;
  readonly #random: Random;

  constructor(random: Random, autoBatch: boolean) {
    this.#random = random;
    const onSettled = () => this.settled++;
    this.batch = new Batch({
      hostId: 0,
      autoBatch,
      deadline: Infinity,
      onSettled,
    });
    // Nobody makes a batch without a command.
    this.#add();
  }

  step(): void {
    const choice = this.#random.next();
    if (choice < 0.45 && !this.batch.sealed) this.#add();
    else if (choice < 0.5) this.#listen();
    else if (choice < 0.7) this.#send();
    else if (choice < 0.95) this.#answer();
    else if (choice < 0.97) this.#lose();
    else this.batch.seal();
  }

  finish(): void {
    this.batch.seal();
    while (!this.batch.settled) {
      this.#send();
      this.#answer();
    }
  }

  #add(): void {
    const name = this.#random.pick(["GET", "GET", "SET", "INCR"]);
    const key = `k${this.promises.length}`;
    const args = name === "SET" ? [key, "v"] : [key];
    this.names.push(name);
    if (this.#random.chance(0.2)) {
      const promise = new RbPromise<unknown>();
      this.batch.add(specOf(name).form(), args, promise, 0, 0);
      this.promises.push(promise);
    } else {
      const run = this.batch.add(specOf(name).form(), args, undefined, 0, 0);
      this.promises.push(placedAt(run, run.length - 1));
    }
  }

  /** Attaches a callback to a promise, settled or not. */
  #listen(): void {
    const index = this.#random.integer(0, this.promises.length - 1);
    if (this.heard.has(index)) return;
    const heard: unknown[] = [];
    this.heard.set(index, heard);
    const hear = (outcome: unknown) => heard.push(outcome);
    this.promises[index].done(hear, hear);
  }

  #send(): void {
    const encoder = new Encoder();
    const count = this.batch.encode(encoder, 1 + this.#random.next() * 200);
    const text = new TextDecoder().decode(encoder.bytes());
    const frames = text.split(/(?=\*)/).filter((frame) => frame !== "");
    assertEquals(frames.length, count);
    for (const frame of frames) {
      const keys = [...frame.matchAll(/^k\d+/gm)].map(([key]) => key);
      for (const key of keys) {
        this.runs.set(key, (this.runs.get(key) ?? 0) + 1);
      }
      const isWrite = frame.includes("SET\r\n");
      const isList = frame.includes("MGET\r\n");
      this.#left.push(isWrite ? "OK" : isList ? keys : keys[0]);
    }
  }

  #answer(): void {
    const reply = this.#left.shift();
    if (reply !== undefined) this.batch.accept(reply);
  }

  /** The connection is lost, and with it what had left; reads are sent again. */
  #lose(): void {
    this.#left.length = 0;
    if (this.batch.settled) return;
    this.batch.doubt();
    recover(this.batch, ({ name }) => name === "GET");
  }
}

Deno.test("Batch gives each command its reply while it grows, is sent and lost", () => {
  const random = new Random(7);
  for (let round = 0; round < 500; round++) {
    const growing = new GrowingBatch(random, round % 2 === 0);
    for (let step = 0; step < 100; step++) growing.step();
    growing.finish();
    growing.promises.forEach((promise, i) => {
      const key = `k${i}`;
      const name = growing.names[i];
      const outcome = promise.isResolved ? promise.value : promise.reason;
      const expected = name === "SET" ? "OK" : key;
      assertEquals(outcome, promise.isResolved ? expected : "lost");
      const heard = growing.heard.get(i);
      if (heard !== undefined) assertEquals(heard, [outcome]);
      // What is lost was sent; and no write leaves twice.
      const runs = growing.runs.get(key) ?? 0;
      assert(runs > 0 && (runs === 1 || name === "GET"));
    });
    assertEquals(growing.settled, 1);
  }
});
