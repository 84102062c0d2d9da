import { assertEquals } from "@std/assert";
import { ExchangeQueue, Unclaimed } from "../../src/wire/exchange.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";
import { StepwiseExchange } from "./stepwise_exchange.ts";

/** Exchanges of one command each. */
function exchangesOf(count: number): StepwiseExchange[] {
  return Array.from(
    { length: count },
    (_, i) => new StepwiseExchange([`${i}`]),
  );
}

function queueOf(exchanges: readonly StepwiseExchange[]): ExchangeQueue {
  const queue = new ExchangeQueue();
  for (const exchange of exchanges) queue.push(exchange);
  return queue;
}

/** Writes so many exchanges. */
function write(queue: ExchangeQueue, count: number): void {
  for (let i = 0; i < count; i++) {
    queue.nextToWrite()!.encode(new Encoder(), Infinity);
  }
}

Deno.test("ExchangeQueue goes on in order, however long it was never empty", () => {
  const queue = new ExchangeQueue();
  const encoder = { command() {}, length: 0 };
  const exchanges = Array.from(
    { length: 1_000 },
    (_, i) => new StepwiseExchange([`${i}`]),
  );
  for (const exchange of exchanges) queue.push(exchange);
  const expected = exchanges.values();
  for (let i = 0; i < 1_000; i++) {
    const exchange = queue.nextToWrite() as StepwiseExchange;
    assertEquals(exchange, exchanges[i]);
    exchange.encode(encoder as never, 1);
    queue.nextToWrite();
    // Ten are under way, as in a pipeline.
    if (i < 10) continue;
    queue.nextToAnswer()!.accept("OK");
    assertEquals(expected.next().value?.replies, ["OK"], `reply ${i - 10}`);
    queue.nextToAnswer();
    queue.compact();
  }
  assertEquals(queue.drain(), exchanges.slice(-10));
  assertEquals(queue.nextToAnswer(), undefined);
});

Deno.test("ExchangeQueue.compact() writes on where it was, and nothing twice", () => {
  const exchanges = exchangesOf(300);
  const queue = queueOf(exchanges);
  write(queue, 290);
  for (let i = 0; i < 280; i++) queue.nextToAnswer()!.accept("OK");
  assertEquals(queue.nextToAnswer(), exchanges[280]);
  queue.compact();
  assertEquals(queue.nextToWrite(), exchanges[290]);
  assertEquals(queue.nextToAnswer(), exchanges[280]);
  // Nor does it matter when nothing was asked for since the last reply.
  write(queue, 10);
  for (let i = 0; i < 20; i++) queue.nextToAnswer()!.accept("OK");
  assertEquals(queue.nextToAnswer(), undefined);
  queue.compact();
  const [next] = exchangesOf(1);
  queue.push(next);
  assertEquals([queue.nextToWrite(), queue.nextToAnswer()], [next, next]);
});

Deno.test("ExchangeQueue.forget() lets an exchange be sent again elsewhere", () => {
  for (const index of [0, 1, 2]) {
    const exchanges = exchangesOf(3);
    const queue = queueOf(exchanges);
    write(queue, 3);
    for (const { replies } of exchanges.slice(0, index + 1)) replies.push("OK");
    queue.forget(exchanges[index]);
    // On another connection it waits for a reply that is not for this queue.
    exchanges[index].add("again");
    exchanges[index].encode(new Encoder(), Infinity);
    const rest = exchanges.slice(index + 1);
    assertEquals(queue.nextToAnswer(), rest[0]);
    assertEquals(queue.drain(), rest);
  }
});

Deno.test("ExchangeQueue.forget() knows no exchange that it does not have", () => {
  const [mine, other] = exchangesOf(2);
  const queue = queueOf([mine]);
  queue.forget(other);
  assertEquals(queue.drain(), [mine]);
});

Deno.test("ExchangeQueue.abandoned is so when nobody waits for any of them", () => {
  const exchanges = exchangesOf(3);
  const queue = queueOf(exchanges);
  write(queue, 1);
  for (const exchange of exchanges) {
    assertEquals(queue.abandoned, false);
    exchange.abandoned = true;
  }
  assertEquals(queue.abandoned, true);
});

Deno.test("ExchangeQueue.awaited is about what is written", () => {
  const exchanges = exchangesOf(3);
  const queue = queueOf(exchanges);
  assertEquals(queue.awaited, false);
  write(queue, 2);
  assertEquals(queue.awaited, true);
  exchanges[1].abandoned = true;
  assertEquals(queue.awaited, true);
  queue.nextToAnswer()!.accept("OK");
  // Somebody waits for the third one, which was not written.
  assertEquals([queue.awaited, queue.abandoned], [false, false]);
  queue.nextToAnswer()!.accept("OK");
  assertEquals(queue.awaited, false);
  write(queue, 1);
  assertEquals(queue.awaited, true);
});

Deno.test("ExchangeQueue.awaited sees one of which only a part is written", () => {
  const growing = new StepwiseExchange(["a"], false);
  const queue = queueOf([growing, ...exchangesOf(1)]);
  write(queue, 1);
  growing.add("b");
  assertEquals(queue.awaited, true);
  queue.nextToAnswer()!.accept("OK");
  assertEquals(queue.awaited, false);
});

Deno.test("ExchangeQueue.replaceBehind() takes away what is behind an exchange, and writes on behind that", () => {
  const exchanges = exchangesOf(4);
  const queue = queueOf(exchanges);
  write(queue, 3);
  queue.nextToAnswer()!.accept("first");
  queue.nextToAnswer();
  const substitute = new Unclaimed(1);
  assertEquals(
    queue.replaceBehind(exchanges[1], substitute),
    exchanges.slice(2),
  );
  assertEquals([queue.nextToWrite(), queue.abandoned], [undefined, false]);
  const [later] = exchangesOf(1);
  queue.push(later);
  assertEquals(queue.nextToWrite(), later);
  queue.nextToAnswer()!.accept("second");
  assertEquals(queue.nextToAnswer(), substitute);
  substitute.accept();
  assertEquals(queue.nextToAnswer(), later);
  assertEquals(exchanges.map(({ replies }) => replies), [
    ["first"],
    ["second"],
    [],
    [],
  ]);
});
