import { assertEquals } from "@std/assert";
import { ReplyCounter } from "../../src/testing/reply_counter.ts";

/** Whole replies of every shape, each of them one reply. */
const REPLIES = [
  "+OK\r\n",
  "-ERR 3 wrong\r\n",
  ":-12\r\n",
  "$5\r\na\r\nb:\r\n",
  "$0\r\n\r\n",
  "$-1\r\n",
  "*0\r\n",
  "*-1\r\n",
  "*2\r\n$1\r\na\r\n:1\r\n",
  "*2\r\n*1\r\n*0\r\n*2\r\n+a\r\n$-1\r\n",
  "_\r\n",
  "#t\r\n",
  ",1.25e-3\r\n",
  "(12345678901234567890\r\n",
  "!5\r\nERR x\r\n",
  "=7\r\ntxt:a\r\n\r\n",
  "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n",
  "~2\r\n+a\r\n+b\r\n",
  "|1\r\n+ttl\r\n:3\r\n$1\r\nx\r\n",
  "*2\r\n|1\r\n+ttl\r\n:3\r\n+a\r\n+b\r\n",
];

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("ReplyCounter.advance() counts replies of every shape", () => {
  for (const reply of REPLIES) {
    const counter = new ReplyCounter();
    const bytes = encode(reply + reply);
    assertEquals(counter.advance(bytes), bytes.length, reply);
    assertEquals(counter.count, 2, reply);
  }
});

Deno.test("ReplyCounter.advance() stops at the end of a reply", () => {
  for (const reply of REPLIES) {
    const counter = new ReplyCounter();
    const stop = counter.advance(encode(`${reply}+OK\r\n`), 1);
    assertEquals(stop, encode(reply).length, reply);
    assertEquals(counter.count, 1, reply);
    assertEquals(counter.advance(encode("+OK\r\n"), 1), 0);
  }
});

Deno.test("ReplyCounter.advance() counts the same byte by byte", () => {
  const counter = new ReplyCounter();
  const bytes = encode(REPLIES.join(""));
  for (const byte of bytes) {
    assertEquals(counter.advance(Uint8Array.of(byte)), 1);
  }
  assertEquals(counter.count, REPLIES.length);
});

Deno.test("ReplyCounter.advance() counts no pushed message", () => {
  const counter = new ReplyCounter();
  const message = ">2\r\n+message\r\n*1\r\n$1\r\nx\r\n";
  const text = `${message}+a\r\n${message}+b\r\n`;
  assertEquals(counter.advance(encode(text), 1), message.length + 4);
  assertEquals(counter.advance(encode(text), 2), message.length + 4);
  assertEquals(counter.advance(encode(message)), message.length);
  assertEquals(counter.count, 2);
});

Deno.test("ReplyCounter.finish() stops behind what has begun", () => {
  for (const reply of [...REPLIES, ">1\r\n*1\r\n:1\r\n"]) {
    for (let cut = 1; cut < reply.length; cut++) {
      const counter = new ReplyCounter();
      counter.advance(encode(reply.slice(0, cut)));
      assertEquals(counter.isBetween, false, `${cut} bytes of ${reply}`);
      const rest = reply.slice(cut);
      assertEquals(counter.finish(encode(`${rest}+OK\r\n`)), rest.length);
      assertEquals(counter.isBetween, true, reply);
    }
  }
});
