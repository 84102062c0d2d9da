import { assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { MAY_HAVE_RUN, type Settler } from "../../src/delivery/command.ts";
import { Run } from "../../src/delivery/run.ts";
import { RunQueue } from "../../src/delivery/run_queue.ts";
import { WAIT } from "../../src/delivery/replication.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";

const NOBODY: Settler = { resolve: () => {}, reject: () => {} };

/** A queue of runs, which are given as a name and keys each. */
function queueOf(...runs: [name: string, ...keys: string[]][]): RunQueue {
  const queue = new RunQueue();
  for (const [name, ...keys] of runs) {
    const form = specOf(name).form();
    const run = new Run({ form, argCount: 1, flags: 0 }, true);
    for (const key of keys) run.push(NOBODY, key);
    queue.add(run);
    queue.length += keys.length;
  }
  return queue;
}

/** What is encoded, one word a frame. */
function encoded(queue: RunQueue, limit = Infinity, grows = false): string[] {
  const encoder = new Encoder();
  const frames = queue.encode(encoder, limit, grows);
  const text = new TextDecoder().decode(encoder.bytes());
  const names = [...text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)]
    .map(([, name]) => name);
  assertEquals(names.length, frames);
  return names;
}

Deno.test("RunQueue.encode() goes on where it stopped, and leaves the last run alone while that grows", () => {
  const queue = queueOf(["INCR", "a", "b"], ["GET", "c", "d"]);
  assertEquals(encoded(queue, 1, true), ["INCR"]);
  assertEquals(queue.encoded, 1);
  assertEquals(encoded(queue, Infinity, true), ["INCR"]);
  assertEquals(encoded(queue, Infinity, true), []);
  assertEquals(encoded(queue), ["MGET"]);
  assertEquals([queue.encoded, queue.length], [4, 4]);
});

Deno.test("RunQueue.advance() comes to the next command that is answered", () => {
  const queue = queueOf(["INCR", "a", "b"], ["GET", "c", "d"]);
  const [first, second] = queue.runs;
  assertEquals([queue.current, queue.index], [first, 0]);
  queue.advance(1);
  assertEquals([queue.current, queue.index], [first, 1]);
  queue.advance(1);
  assertEquals([queue.current, queue.index], [second, 0]);
  assertEquals(queue.answered, 2);
});

Deno.test("RunQueue.unanswered() tells what was sent, and what may have run before", () => {
  const queue = queueOf(["INCR", "a", "b", "c"], ["DEL", "d"]);
  encoded(queue, 1);
  queue.doubt();
  encoded(queue, Infinity, true);
  queue.advance(1);
  assertEquals(queue.flagsAt(1), 0);
  queue.doubt();
  assertEquals(queue.flagsAt(1), MAY_HAVE_RUN);
  assertEquals(
    queue.unanswered().map(({ command, progress }) => [
      command.args[0],
      progress,
      command.mayHaveRun,
    ]),
    [["b", "sent", true], ["c", "sent", true], ["d", "unsent", false]],
  );
});

Deno.test("RunQueue.changing() takes out what was sent and writes", () => {
  const queue = queueOf(["INCR", "a", "b"], ["GET", "c"], ["INCR", "d"]);
  encoded(queue, Infinity, true);
  queue.advance(1);
  assertEquals(queue.changing().map(({ args: [key] }) => key), ["b"]);
});

Deno.test("RunQueue.countNames() counts all commands, wherever they ended", () => {
  const queue = queueOf(["INCR", "a", "b"], ["GET", "c"], ["INCR", "d"]);
  queue.add(new Run({ form: WAIT, argCount: 2, flags: 0 }, false));
  queue.advance(2);
  const counts: Record<string, number> = { GET: 2 };
  queue.countNames(counts, WAIT);
  assertEquals(counts, { GET: 3, INCR: 3 });
  queue.clear();
  assertEquals([queue.length, queue.answered, queue.last], [0, 0, undefined]);
});
