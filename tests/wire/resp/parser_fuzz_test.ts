import { assert, assertEquals } from "@std/assert";
import { ProtocolError } from "../../../src/errors.ts";
import { INCOMPLETE, Parser } from "../../../src/wire/resp/parser.ts";
import { CORPUS, latin1, type Plain, plain, utf8 } from "./reply_corpus.ts";
import { readReference, type Reference } from "./reference_parser.ts";

const SEED = 20_261_103;
const ROUNDS = 20_000;

/** What a mutation puts in: bytes that mean something, and some that do not. */
const BYTES = "\r\n\0-+:$*_#,(!=%~>|0123456789abctf\x7f\x80\xc3\xff";

Deno.test(`Parser.read() reads generated replies in pieces (seed ${SEED})`, () => {
  const random = seeded(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const stream = generateStream(random);
    const { replies, end } = readReference(stream);
    assertEquals(end, "whole");
    const result = readPieces(stream, random);
    assertEquals(result, { replies, dead: false }, `round ${round}`);
  }
});

Deno.test(`Parser.read() reads mutated replies right or dies (seed ${SEED})`, () => {
  const random = seeded(SEED + 1);
  const ends = { whole: 0, incomplete: 0, malformed: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const stream = mutate(generateStream(random), random);
    const reference = readReference(stream);
    ends[reference.end]++;
    check(readPieces(stream, random), reference, `round ${round}`);
  }
  // Each way to end has been met often.
  assert(Object.values(ends).every((count) => count > ROUNDS / 100));
});

interface Result {
  replies: Plain[];
  dead: boolean;
}

function check(result: Result, reference: Reference, round: string): void {
  assertEquals(result.replies, reference.replies, round);
  // An incomplete reply may be refused early, for its size or its first bytes.
  if (reference.end === "whole") assert(!result.dead, round);
  if (reference.end === "malformed") assert(result.dead, round);
}

function readPieces(stream: string, random: Random): Result {
  const bytes = latin1(stream);
  const parser = new Parser();
  const replies: Plain[] = [];
  const most = 1 + random(random(2) === 0 ? 8 : 200);
  try {
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(1 + random(most), bytes.length - at);
      parser.room().set(bytes.subarray(at, at + count));
      parser.filled(count);
      at += count;
      for (;;) {
        const reply = parser.read();
        if (reply === INCOMPLETE) break;
        replies.push(plain(reply));
      }
    }
    return { replies, dead: false };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { replies, dead: true };
  }
}

/** Some replies, each followed by a sentinel of its own. */
function generateStream(random: Random): string {
  let stream = "";
  const count = 1 + random(4);
  for (let i = 0; i < count; i++) {
    stream += `${generateReply(random, 3)}+SENTINEL-${i}\r\n`;
  }
  return stream;
}

function generateReply(random: Random, depth: number): string {
  const kind = random(depth > 0 ? 6 : 4);
  if (kind === 0) {
    const { wire } = CORPUS[random(CORPUS.length)];
    return String.fromCharCode(...wire);
  }
  if (kind === 1) return `:${random(2) ? "-" : ""}${random(2 ** 31)}\r\n`;
  if (kind < 4) {
    const text = utf8("ab\r\ncdé😀+$".repeat(10).slice(0, random(60)));
    return `$${text.length}\r\n${text}\r\n`;
  }
  const count = random(5);
  const elements = "*~>%|"[random(5)];
  let reply = `${elements}${count}\r\n`;
  const length = "%|".includes(elements) ? 2 * count : count;
  for (let i = 0; i < length; i++) reply += generateReply(random, depth - 1);
  return elements === "|" ? reply + generateReply(random, 0) : reply;
}

function mutate(stream: string, random: Random): string {
  for (let left = 1 + random(3); left > 0; left--) {
    const at = random(stream.length);
    const byte = random(4) === 0
      ? String.fromCharCode(random(256))
      : BYTES[random(BYTES.length)];
    const before = stream.slice(0, at);
    const kind = random(5);
    if (kind === 0) stream = before + byte + stream.slice(at + 1);
    else if (kind === 1) stream = before + byte + stream.slice(at);
    else if (kind === 2) stream = before + stream.slice(at + 1);
    else if (kind === 3) stream = before + stream.slice(at + random(9));
    else stream = before + stream.slice(random(at + 1));
  }
  return stream;
}

/** A whole number from 0 up to, not including, a bound. */
type Random = (bound: number) => number;

/** The generator "mulberry32": small, seeded, good enough to choose cases. */
function seeded(seed: number): Random {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * bound);
  };
}
