import { assertEquals } from "@std/assert";
import { ReplyOrder } from "../../src/testing/reply_order.ts";

const ANSWER = { bytes: encode("-ERR\r\n"), close: false };

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** An order to which something has happened. */
function orderOf(name: string, reply: string): ReplyOrder {
  const order = new ReplyOrder();
  order.forwarded(name);
  order.replies.advance(encode(reply));
  return order;
}

Deno.test("ReplyOrder.take() gives an answer when the replies before it are through", () => {
  const order = orderOf("GET", "");
  order.answered(ANSWER);
  order.forwarded("GET");
  assertEquals(order.take(), undefined);
  assertEquals(order.limit, 1);
  order.replies.advance(encode("+a\r\n"));
  assertEquals(order.take(), { ...ANSWER, after: 1 });
  assertEquals(order.take(), undefined);
  assertEquals(order.limit, Infinity);
});

Deno.test("ReplyOrder.take() gives no answer in the middle of a message", () => {
  const order = orderOf("GET", "+a\r\n>2\r\n+one\r\n");
  order.answered(ANSWER);
  assertEquals(order.take(), undefined);
  order.replies.advance(encode("+two\r\n"));
  assertEquals(order.take(), { ...ANSWER, after: 1 });
});

Deno.test("ReplyOrder follows a server that sends more replies than commands came", () => {
  const order = orderOf("SUBSCRIBE", "*1\r\n+a\r\n*1\r\n+b\r\n");
  order.forwarded("PING");
  order.answered(ANSWER);
  assertEquals(order.take(), undefined);
  order.replies.advance(encode("+PONG\r\n"));
  assertEquals(order.take(), { ...ANSWER, after: 3 });
});

Deno.test("ReplyOrder.isFull tells when too many answers wait", () => {
  const order = orderOf("GET", "");
  for (let i = 0; i < 1_024; i++) {
    assertEquals(order.isFull, false);
    order.answered(ANSWER);
  }
  assertEquals(order.isFull, true);
  order.replies.advance(encode("+a\r\n"));
  order.take();
  assertEquals(order.isFull, false);
});
