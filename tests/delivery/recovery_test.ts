import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { Batch } from "../../src/delivery/batch.ts";
import { pauseFor, Recovery } from "../../src/delivery/recovery.ts";
import {
  CommandError,
  ConnectionError,
  TransportError,
} from "../../src/errors.ts";
import { RbPromise } from "../../src/promise.ts";
import type { Argument, Reply } from "../../src/values.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";
import { Fixture } from "./host_fixture.ts";

const READONLY = new CommandError("READONLY You can't write");
const LOST = new ConnectionError("The connection was lost");
const FULL = new ConnectionError("Full", { outcome: "not-sent" });

/** A lane of which only the recovery is there. */
class Bench extends Fixture {
  readonly recovery = new Recovery(this.host);
  readonly flying = new Set<Batch>();
  /** What became of each command, as `SET a: OK`, in that order. */
  readonly told: string[] = [];
  isWatchful = false;

  /** A sealed batch of commands, of which so many are encoded. */
  batch(commands: string[], sent = commands.length): Batch {
    const batch = new Batch({
      hostId: 7,
      autoBatch: false,
      deadline: Infinity,
      onSettled: () => {},
    });
    // deno-lint-ignore no-this-alias
    const bench = this;
    batch.courier = {
      get watchful() {
        return bench.isWatchful;
      },
      note: (returned) => {
        this.isWatchful = true;
        this.recovery.note(returned);
      },
      answered: () => {},
      goesOn: () => {},
      failed: () => {},
      clogs: () => {},
    };
    for (const text of commands) {
      const [name, ...args] = text.split(" ");
      const promise = new RbPromise<Reply>();
      promise.then(
        (reply) => this.told.push(`${text}: ${reply}`),
        (error) => this.told.push(`${text}: ${saying(error)}`),
      );
      batch.add(specOf(name).form(), args as Argument[], promise, 0, 10);
    }
    batch.seal();
    this.flying.add(batch);
    for (let i = 0; i < sent; i++) batch.encode(new Encoder(), 1);
    return batch;
  }

  async end(error?: Error) {
    const { batches, again, ...rest } = this.recovery.end(this.flying, error);
    rest.reject();
    await Promise.resolve();
    return { batches, again, ...rest };
  }
}

/** The outcome that an error tells, or the code of one of the server. */
function saying(error: unknown): unknown {
  return error instanceof TransportError
    ? error.outcome
    : (error as CommandError).code;
}

/** The frames that a batch has to send. */
function frames(batch: Batch): string[] {
  const encoder = new Encoder();
  batch.encode(encoder, Infinity);
  return new TextDecoder().decode(encoder.bytes()).split(/\*\d+\r\n/).slice(1)
    .map((frame) =>
      frame.split("\r\n").filter((_, i) => i % 2 === 1).join(" ")
    );
}

Deno.test("Recovery sends again what a lost link had not sent, at once", async () => {
  await using bench = new Bench();
  const first = bench.batch(["SET a 1", "SET b 1"]);
  first.accept("OK");
  first.accept("OK");
  bench.flying.delete(first);
  const second = bench.batch(["INCR c", "GET d"], 0);
  const { batches, again, pause, mayChange } = await bench.end(LOST);
  assertEquals([batches, again], [[second], [second]]);
  assertEquals([pause, mayChange, second.attempts], [0, false, 1]);
  assertEquals(frames(second), ["INCR c", "GET d"]);
});

Deno.test("Recovery rejects what may have run, and says that it may still", async () => {
  await using bench = new Bench();
  const batch = bench.batch(["INCR a", "GET b", "SET c 1"], 2);
  const { again, pause, mayChange } = await bench.end(LOST);
  assertEquals([again, mayChange], [[batch], true]);
  assert(pause >= 25 && pause <= 50, `${pause}`);
  assertEquals(bench.told, ["INCR a: unknown"]);
  assertEquals(frames(batch), ["GET b", "SET c 1"]);
  // Of these the read is known to have been sent once.
  const doubts: boolean[] = [];
  batch.abandon(({ mayHaveRun }) => doubts.push(mayHaveRun));
  assertEquals(doubts, [true, false]);
});

Deno.test("Recovery sends all again that a server turned away", async () => {
  await using bench = new Bench();
  const batch = bench.batch(["INCR a", "EVAL x 0"]);
  const { again, pause, mayChange } = await bench.end(FULL);
  assertEquals([again, mayChange], [[batch], false]);
  assert(pause > 0);
  assertEquals(frames(batch), ["INCR a", "EVAL x 0"]);
});

Deno.test("Recovery sends again what was refused, in its order and not behind what ran", async () => {
  await using bench = new Bench();
  const one = bench.batch(["SET a 1", "SET b 1"]);
  const other = bench.batch(["SET a 2", "SET c 2"]);
  one.accept(READONLY);
  one.accept(READONLY);
  other.accept("OK");
  other.accept(READONLY);
  bench.flying.clear();
  const { batches, again, mayChange } = await bench.end();
  assertEquals([batches, again], [[one, other], [one, other]]);
  assertEquals(mayChange, false);
  assertEquals([frames(one), frames(other)], [["SET b 1"], ["SET c 2"]]);
  assertEquals(bench.told.sort(), ["SET a 1: READONLY", "SET a 2: OK"]);
  assertEquals([one.refusals, one.attempts], [1, 0]);
});

Deno.test("Recovery ends with the last attempt, and each caller hears why", async () => {
  await using bench = new Bench();
  const batch = bench.batch(["GET a", "SET b 1"], 1);
  batch.attempts = 3;
  const { batches, again } = await bench.end(LOST);
  assertEquals([batches, again], [[batch], []]);
  assertEquals(bench.told, ["GET a: unknown", "SET b 1: not-sent"]);
});

Deno.test("Recovery knows what may still change of a batch that was given up", async () => {
  await using bench = new Bench();
  const given = bench.batch(["INCR a"]);
  given.abandon(() => LOST);
  const later = bench.batch(["GET a", "GET b"], 1);
  const { batches, again, mayChange } = await bench.end(LOST);
  assertEquals([batches, again, mayChange], [[later], [later], true]);
  assertEquals(frames(later), ["GET a", "GET b"]);
});

Deno.test("Recovery tells nobody twice whose refusal was told with an abandoned batch", async () => {
  await using bench = new Bench();
  const given = bench.batch(["SET a 1", "GET a"]);
  given.accept(READONLY);
  given.abandon((_command, _sent, refusal) => refusal);
  const { batches, again } = await bench.end(LOST);
  assertEquals([batches, again, given.errors], [[], [], 2]);
});

Deno.test("Recovery has the errors of the host for what is lost", async () => {
  await using bench = new Bench();
  const batch = bench.batch([]);
  const promise = new RbPromise<Reply>();
  batch.add(specOf("INCR").form(), ["a"], promise, 0, 10);
  batch.encode(new Encoder(), Infinity);
  await bench.end(LOST);
  const error = promise.reason;
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.hostId, error.cause], [7, LOST]);
});

Deno.test("pauseFor() counts attempts, up to a number or to the deadline", async () => {
  await using bench = new Bench();
  const batch = bench.batch(["GET a"]);
  assertEquals(pauseFor(batch, 2, { atOnce: true }), 0);
  assert(pauseFor(batch, 2)! > 0);
  assertEquals(pauseFor(batch, 2), undefined);
  // What was refused for sure is tried for as long as there is time.
  for (let i = 0; i < 20; i++) {
    assert(pauseFor(batch, 2, { isRefused: true })! <= 500);
  }
  assertEquals(pauseFor(batch, 0, { isRefused: true }), undefined);
  const late = new Batch({
    hostId: 7,
    autoBatch: false,
    deadline: bench.bench.time.now + 20,
    onSettled: () => {},
  });
  assertEquals(pauseFor(late, 9), undefined);
});

Deno.test("pauseFor() makes use of the time that is left", async () => {
  await using bench = new Bench();
  const { time } = bench.bench;
  const batch = new Batch({
    hostId: 7,
    autoBatch: false,
    deadline: time.now + 1_000,
    onSettled: () => {},
  });
  const start = time.now;
  for (;;) {
    const pause = pauseFor(batch, 9, { isRefused: true });
    if (pause === undefined) break;
    await time.advance(pause);
  }
  assert(time.now - start >= 950, `given up after ${time.now - start} ms`);
  assert(time.now - start < 1_000);
});
