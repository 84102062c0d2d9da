import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertMatch,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { CommandError, DecodeError } from "../../../src/errors.ts";
import { INCOMPLETE, Parser } from "../../../src/wire/resp/parser.ts";
import { CORPUS, latin1, readAll } from "./reply_corpus.ts";

for (const { name, wire, value, bytes } of CORPUS) {
  Deno.test(`Parser.read() reads ${name}`, () => {
    const parser = new Parser();
    parser.push(wire);
    assertEquals(readAll(parser), [value]);
    assert(parser.idle);
  });

  Deno.test(`Parser.read() reads ${name} split at every byte`, () => {
    for (let at = 1; at < wire.length; at++) {
      const parser = new Parser();
      parser.push(wire.subarray(0, at));
      assertStrictEquals(parser.read(), INCOMPLETE);
      assert(!parser.idle);
      parser.push(wire.subarray(at));
      assertEquals(readAll(parser), [value]);
    }
  });

  Deno.test(`Parser.read() reads ${name} byte by byte`, () => {
    const parser = new Parser();
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < wire.length - 1; at++) {
        parser.push(wire.subarray(at, at + 1));
        assertStrictEquals(parser.read(), INCOMPLETE);
      }
      parser.push(wire.subarray(wire.length - 1));
      assertEquals(readAll(parser), [value]);
    }
  });

  if (bytes === undefined) continue;
  Deno.test(`Parser.read() reads ${name} as bytes`, () => {
    const parser = new Parser();
    parser.push(wire);
    assertEquals(readAll(parser, true), [bytes]);
  });
}

Deno.test("Parser.read() reads replies that arrive in chunks of any size", () => {
  const wire = concat(CORPUS.map((entry) => entry.wire));
  const values = CORPUS.map((entry) => entry.value);
  for (const size of [1, 2, 3, 5, 7, 16, 61, 127, 1_000, wire.length]) {
    const parser = new Parser();
    const replies = [];
    for (let at = 0; at < wire.length; at += size) {
      fill(parser, wire.subarray(at, at + size));
      replies.push(...readAll(parser));
    }
    assertEquals(replies, values, `chunks of ${size}`);
    assert(parser.idle);
  }
});

Deno.test("Parser.read() decides on bytes when a reply starts", () => {
  const parser = new Parser();
  assertStrictEquals(parser.read(false), INCOMPLETE);
  parser.push(latin1("*2\r\n$1\r\na\r\n"));
  assertStrictEquals(parser.read(true), INCOMPLETE);
  parser.push(latin1("$1\r\nb\r\n+c\r\n"));
  assertEquals(parser.read(false), [latin1("a"), latin1("b")]);
  assertEquals(parser.read(false), "c");
});

Deno.test("Parser.read() returns bytes that later reads leave alone", () => {
  const parser = new Parser();
  fill(parser, latin1("$3\r\nabc\r\n+def\r\n"));
  const first = parser.read(true) as Uint8Array;
  const second = parser.read(true) as Uint8Array;
  assertEquals([first.byteOffset, first.buffer.byteLength], [0, 3]);
  fill(parser, latin1("$3\r\nxyz\r\n+uvw\r\n"));
  readAll(parser, true);
  assertEquals([first, second], [latin1("abc"), latin1("def")]);
});

Deno.test("Parser.read() returns error replies as values", () => {
  const parser = new Parser();
  parser.push(latin1("-WRONGTYPE bad\r\n*1\r\n-ERR inside\r\n+next\r\n"));
  const error = parser.read();
  assertInstanceOf(error, CommandError);
  assertEquals(error.code, "WRONGTYPE");
  assertInstanceOf((parser.read() as unknown[])[0], CommandError);
  assertEquals(parser.read(), "next");
});

Deno.test("Parser.read() says how to get a reply that is not text", () => {
  const parser = new Parser();
  parser.push(latin1("$6\r\nsecr\xe9t\r\n"));
  const error = parser.read();
  assertInstanceOf(error, DecodeError);
  assertMatch(error.message, /not UTF-8.*returnUint8Arrays/);
  assert(!error.message.includes("secr"));
});

Deno.test("Parser.lastType() tells pushes from replies", () => {
  const parser = new Parser();
  assertEquals(parser.lastType, 0);
  parser.push(latin1(">1\r\n:1\r\n|1\r\n+a\r\n+b\r\n*1\r\n+c\r\n:"));
  const types = [];
  while (parser.read() !== INCOMPLETE) {
    types.push(String.fromCharCode(parser.lastType));
  }
  assertEquals(types, [">", "*"]);
  assertEquals(String.fromCharCode(parser.lastType), "*");
});

Deno.test("Parser.idle() is false from the first byte of a reply to its last", () => {
  const parser = new Parser();
  assert(parser.idle);
  for (const part of ["|1\r\n+a\r\n+b\r\n", "*1\r\n", ":"]) {
    parser.push(latin1(part));
    assert(!parser.idle);
    parser.read();
    assert(!parser.idle);
  }
  parser.push(latin1("1\r\n"));
  parser.read();
  assert(parser.idle);
});

Deno.test("Parser.room() keeps replies that are not read yet", () => {
  const parser = new Parser();
  const wire = latin1("$10\r\n0123456789\r\n");
  const count = 100_000;
  for (let i = 0; i < count; i++) fill(parser, wire);
  assertEquals(parser.room().length >= 65_536, true);
  assertEquals(readAll(parser).length, count);
  assert(parser.idle);
});

Deno.test("Parser.room() may be asked for again before it is filled", () => {
  const parser = new Parser();
  parser.push(latin1("+a\r\n+b"));
  parser.room().fill(0x78);
  const room = parser.room();
  assertEquals(parser.read(), "a");
  room.set(latin1("c\r\n"));
  parser.filled(3);
  assertEquals(parser.read(), "bc");
});

Deno.test("Parser.room() shrinks back after a large reply", () => {
  const parser = new Parser();
  const usual = parser.room().length;
  assert(usual >= 65_536);
  const line = `+${"x".repeat(1_000_000)}\r\n`;
  feed(parser, latin1(line));
  assertEquals((parser.read() as string).length, 1_000_000);
  assertEquals(parser.room().length, usual);
  parser.push(latin1(line));
  assertEquals((parser.read() as string).length, 1_000_000);
  assertEquals(parser.room().length, usual);
});

Deno.test("Parser.read() keeps strings without what they came from", () => {
  const parser = new Parser();
  const short = "$20\r\n12345678901234567890\r\n";
  const wire = latin1(`*2\r\n${short}$100000\r\n${"x".repeat(100_000)}\r\n`);
  const kept: unknown[] = [];
  const before = Deno.memoryUsage();
  for (let i = 0; i < 3_000; i++) {
    feed(parser, wire);
    const reply = parser.read() as string[];
    kept.push(reply[0]);
  }
  const after = Deno.memoryUsage();
  assertEquals(kept.length, 3_000);
  // What was read is 300 MB.
  assertLess(after.heapUsed - before.heapUsed, 100_000_000);
  assertLess(after.external - before.external, 100_000_000);
});

Deno.test("Parser.read() reads -0 as 0", () => {
  const parser = new Parser();
  parser.push(latin1(":-0\r\n"));
  assert(Object.is(parser.read(), 0));
});

Deno.test("Parser.read() makes a new string or array for every reply", () => {
  const parser = new Parser();
  parser.push(latin1("*1\r\n:1\r\n*1\r\n:1\r\n"));
  assertNotStrictEquals(parser.read(), parser.read());
});

/** Puts bytes where a socket would. */
function fill(parser: Parser, bytes: Uint8Array): void {
  parser.room().set(bytes);
  parser.filled(bytes.length);
}

/** Brings bytes in reads of 64 KiB at most, none of which completes a reply. */
function feed(parser: Parser, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    if (at > 0) assertStrictEquals(parser.read(), INCOMPLETE);
    const room = parser.room();
    const part = bytes.subarray(at, at + Math.min(room.length, 65_536));
    room.set(part);
    parser.filled(part.length);
    at += part.length;
  }
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

Deno.test("Parser.read() reads text alike in reads with and without other than ASCII", () => {
  const ascii = "v".repeat(300);
  const texts = [ascii, "é".repeat(200), ascii, "\u{1f600}", ascii, "z"];
  // Reads of many sizes, so that what is not ASCII comes alone or with others.
  const encoder = new TextEncoder();
  const bytes = encoder.encode(
    Array.from({ length: 60 }, (_, i) => texts[i % texts.length]).map((text) =>
      `$${encoder.encode(text).length}\r\n${text}\r\n`
    ).join(""),
  );
  for (const size of [100, 700, 4_096, 5_000, 9_999, bytes.length]) {
    const parser = new Parser();
    const found: unknown[] = [];
    for (let from = 0; from < bytes.length; from += size) {
      parser.push(bytes.subarray(from, from + size));
      let reply = parser.read();
      for (; reply !== INCOMPLETE; reply = parser.read()) found.push(reply);
    }
    assertEquals(found, Array.from({ length: 60 }, (_, i) => texts[i % 6]));
  }
});

Deno.test("Parser.read() refuses text that is not UTF-8 behind much that is", () => {
  const parser = new Parser();
  const many = `$4000\r\n${"v".repeat(4_000)}\r\n`;
  parser.push(new TextEncoder().encode(many.repeat(3) + "$300\r\n"));
  for (let i = 0; i < 3; i++) assertEquals(parser.read(), "v".repeat(4_000));
  assertEquals(parser.read(), INCOMPLETE);
  parser.push(new Uint8Array(300).fill(0xff));
  parser.push(new TextEncoder().encode("\r\n" + many.repeat(2)));
  assertInstanceOf(parser.read(), DecodeError);
  assertEquals(parser.read(), "v".repeat(4_000));
});

Deno.test("Parser.read() refuses text whose one bad byte comes last in a read", () => {
  const parser = new Parser();
  const half = new Uint8Array(5_000).fill(0x78);
  parser.push(new TextEncoder().encode("$10001\r\n"));
  assertEquals(parser.read(), INCOMPLETE);
  parser.push(Uint8Array.of(...half, 0xc3));
  assertEquals(parser.read(), INCOMPLETE);
  parser.push(Uint8Array.of(...half, 0x0d, 0x0a));
  assertInstanceOf(parser.read(), DecodeError);
  const fresh = new Parser();
  fresh.push(
    Uint8Array.of(...new TextEncoder().encode("$10001\r\n"), ...half, 0xc3),
  );
  assertEquals(fresh.read(), INCOMPLETE);
  fresh.push(Uint8Array.of(...half, 0x0d, 0x0a));
  assertInstanceOf(fresh.read(), DecodeError);
});

Deno.test("Parser.read() reads arrays of every length around the room made at once", () => {
  const element = (i: number) =>
    i % 3 === 0
      ? `$-1\r\n`
      : i % 3 === 1
      ? `$2\r\nok\r\n`
      : `*2\r\n:${i}\r\n$-1\r\n`;
  const value = (i: number) =>
    i % 3 === 0 ? null : i % 3 === 1 ? "ok" : [i, null];
  for (const length of [1, 511, 512, 513, 514, 2_000]) {
    const wire = Array.from({ length }, (_, i) => element(i)).join("");
    const bytes = new TextEncoder().encode(`*${length}\r\n${wire}`);
    for (const size of [7, 1_000, bytes.length]) {
      const parser = new Parser();
      let reply: unknown = INCOMPLETE;
      for (let from = 0; from < bytes.length; from += size) {
        assertStrictEquals(reply, INCOMPLETE);
        parser.push(bytes.subarray(from, from + size));
        reply = parser.read();
      }
      assertEquals(reply, Array.from({ length }, (_, i) => value(i)));
      assert(parser.idle);
    }
  }
});
