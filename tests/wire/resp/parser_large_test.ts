import process from "node:process";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertMatch,
  assertStrictEquals,
} from "@std/assert";
import { DecodeError } from "../../../src/errors.ts";
import type { Reply } from "../../../src/values.ts";
import { INCOMPLETE, Parser } from "../../../src/wire/resp/parser.ts";
import { latin1 } from "./reply_corpus.ts";

const READ_SIZE = 65_536;
const HALF_GIB = 536_870_912;

Deno.test("Parser.read() does linear work for a long array in many reads", () => {
  const small = workOfArray(100_000);
  const large = workOfArray(1_000_000);
  // Ten times the elements; quadratic would be a hundred times the work.
  assertLess(large, 40 * Math.max(small, 10));
});

for (const size of [16_383, 16_384, 65_536, 262_144, 262_145, 5_000_000]) {
  const value = Uint8Array.from({ length: size }, (_, i) => 32 + i % 95);
  const wire = concat(latin1(`$${size}\r\n`), value, latin1("\r\n"));

  Deno.test(`Parser.read() reads a bulk of ${size} bytes in any reads`, () => {
    const text = new TextDecoder().decode(value);
    for (const readSize of [1_000, 4_097, READ_SIZE, 10_000_000]) {
      const parser = new Parser();
      for (const bytes of [true, false, true]) {
        const replies = feed(parser, concat(wire, wire), { readSize, bytes });
        assertEquals(replies.length, 2);
        assert(replies.every((reply) => isEqual(reply, bytes ? value : text)));
        assert(parser.idle);
      }
    }
  });
}

Deno.test("Parser.room() keeps what is behind a large bulk apart from it", () => {
  // As text, it is collected in memory that is larger than the bulk.
  for (const size of [100_000, 200_000, 300_000]) {
    for (const bytes of [false, true]) {
      const parser = new Parser();
      const wire = latin1(`$${size}\r\n${"x".repeat(size)}\r\n+behind\r\n`);
      const first = 20_000;
      parser.room().set(wire.subarray(0, first));
      parser.filled(first);
      assertStrictEquals(parser.read(bytes), INCOMPLETE);
      const replies: Reply[] = [];
      // The socket has all the rest already, and fills whatever it is given.
      for (let at = first; at < wire.length;) {
        const room = parser.room();
        const count = Math.min(room.length, wire.length - at);
        room.set(wire.subarray(at, at + count));
        parser.filled(count);
        at += count;
        for (;;) {
          const reply = parser.read(bytes);
          if (reply === INCOMPLETE) break;
          replies.push(reply);
        }
      }
      assertEquals(replies.map((reply) => (reply as string).length), [size, 6]);
      assert(parser.idle);
    }
  }
});

Deno.test("Parser.read() reads small values across the end of its buffer", () => {
  const value = (i: number) => `value ${i}`;
  const count = 50_000;
  let text = "";
  for (let i = 0; i < count; i++) {
    text += `$${value(i).length}\r\n${value(i)}\r\n`;
  }
  for (const readSize of [4_099, 60_001, READ_SIZE, 10_000_000]) {
    const options = { readSize, bytes: false };
    const replies = feed(new Parser(), latin1(text), options);
    assertEquals(replies.length, count);
    assert(replies.every((reply, i) => reply === value(i)));
  }
});

Deno.test("Parser.room() lets a large bulk arrive in larger reads, in order", () => {
  const size = 20_000_000;
  const parser = new Parser();
  parser.push(latin1(`$${size}\r\n`));
  assertStrictEquals(parser.read(true), INCOMPLETE);
  let sent = 0;
  while (sent < 10_000_000) {
    const room = parser.room();
    parser.filled(room.fill(sent & 0xff).length);
    sent += room.length;
  }
  assert(parser.room().length > 1_000_000);
  // Bytes that were pushed come before those that a socket reads later.
  parser.push(latin1("pushed"));
  const rest = parser.room().subarray(0, 4);
  rest.set(latin1("read"));
  parser.filled(rest.length);
  parser.push(new Uint8Array(size - sent - 10).fill(0x78));
  parser.push(latin1("\r\n"));
  const value = parser.read() as Uint8Array;
  assertEquals(value.length, size);
  assertEquals(value.subarray(sent, sent + 12), latin1("pushedreadxx"));
});

Deno.test("Parser.read() reads a large verbatim string", () => {
  const text = "y".repeat(100_000);
  const wire = latin1(`=100004\r\ntxt:${text}\r\n`);
  const options = { readSize: READ_SIZE, bytes: false };
  assertEquals(feed(new Parser(), wire, options), [text]);
  const [bytes] = feed(new Parser(), wire, { ...options, bytes: true });
  assert(isEqual(bytes, latin1(text)));
});

Deno.test("Parser.read() reads large values inside an array", () => {
  const size = 300_000;
  const bulk = `$${size}\r\n${"x".repeat(size)}\r\n`;
  const text = "=8\r\ntxt:abcd\r\n";
  const wire = latin1(`*4\r\n${bulk}${text}!${bulk.slice(1)}${bulk}+next\r\n`);
  const [[first, second, third, last], next] = feed(new Parser(), wire, {
    readSize: 50_000,
    bytes: false,
  }) as [Reply[], Reply];
  assertEquals(first, "x".repeat(size));
  assertEquals(second, "abcd");
  assertEquals((third as Error).message.length, size);
  assertEquals(last, first);
  assertEquals(next, "next");
});

Deno.test("Parser.read() gives each large value memory of its own", () => {
  const wire = (letter: string) =>
    latin1(`$100000\r\n${letter.repeat(100_000)}\r\n`);
  const parser = new Parser();
  const options = { readSize: READ_SIZE, bytes: true };
  const [first] = feed(parser, wire("a"), options) as Uint8Array[];
  const [second] = feed(parser, wire("b"), options) as Uint8Array[];
  assertEquals(first.buffer.byteLength, 100_000);
  assertEquals([first[0], first[99_999]], [0x61, 0x61]);
  assertEquals([second[0], second[99_999]], [0x62, 0x62]);
});

Deno.test("Parser.read() reads 512 MiB as bytes", () => {
  const parser = new Parser();
  const target = deliverHalfGib(parser, true);
  const value = parser.read();
  assertInstanceOf(value, Uint8Array);
  assertEquals([value.length, value.byteOffset], [HALF_GIB, 0]);
  assertEquals(value.buffer.byteLength, HALF_GIB);
  // It came straight into its own memory, and was not copied in the end.
  assert(value.buffer === target);
  assertEquals(parser.read(), "next");
});

Deno.test("Parser.read() refuses 512 MiB as text and stays in step", () => {
  const parser = new Parser();
  deliverHalfGib(parser, false);
  const error = parser.read();
  assertInstanceOf(error, DecodeError);
  assertMatch(error.message, /more than a string holds.*returnUint8Arrays/);
  assertEquals(parser.read(), "next");
});

/** Milliseconds of this process alone, whatever else the machine does. */
function workOfArray(count: number): number {
  const element = latin1("$3\r\nabc\r\n");
  const elements = new Uint8Array(count * element.length);
  for (let i = 0; i < count; i++) elements.set(element, i * element.length);
  const wire = concat(latin1(`*${count}\r\n`), elements);
  const before = process.cpuUsage();
  const [reply] = feed(new Parser(), wire, { readSize: 1_000, bytes: false });
  const { user, system } = process.cpuUsage(before);
  assertEquals((reply as Reply[]).length, count);
  return (user + system) / 1_000;
}

/**
 * Says that so many bytes came, without writing them, then ends the value.
 *
 * @returns The memory that most of it came to.
 */
function deliverHalfGib(parser: Parser, bytes: boolean): ArrayBufferLike {
  parser.push(latin1(`$${HALF_GIB}\r\n`));
  assertStrictEquals(parser.read(bytes), INCOMPLETE);
  let target: ArrayBufferLike = new ArrayBuffer(0);
  for (let left = HALF_GIB; left > 0;) {
    const room = parser.room();
    const count = Math.min(left, room.length);
    if (left > READ_SIZE) target = room.buffer;
    parser.filled(count);
    left -= count;
    assertStrictEquals(parser.read(bytes), INCOMPLETE);
  }
  parser.push(latin1("\r\n+next\r\n"));
  return target;
}

/** Brings bytes in reads of a size at most, and reads after each. */
function feed(
  parser: Parser,
  bytes: Uint8Array,
  options: { readSize: number; bytes: boolean },
): Reply[] {
  const replies: Reply[] = [];
  for (let at = 0; at < bytes.length;) {
    const room = parser.room();
    const count = Math.min(room.length, options.readSize, bytes.length - at);
    room.set(bytes.subarray(at, at + count));
    parser.filled(count);
    at += count;
    for (;;) {
      const reply = parser.read(options.bytes);
      if (reply === INCOMPLETE) break;
      replies.push(reply);
    }
  }
  return replies;
}

/** As assertEquals() decides, but in no time for megabytes. */
function isEqual(reply: Reply, expected: string | Uint8Array): boolean {
  if (typeof expected === "string") return reply === expected;
  return reply instanceof Uint8Array && reply.length === expected.length &&
    expected.every((byte, i) => reply[i] === byte);
}

function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
