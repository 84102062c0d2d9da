import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  errorCount,
  errorReply,
  hasFlaws,
  noteFlaws,
  undecodable,
} from "../../../src/wire/resp/reply_errors.ts";
import { INCOMPLETE, Parser } from "../../../src/wire/resp/parser.ts";

/** Reads one list. */
function listOf(parser: Parser, wire: string): readonly unknown[] {
  const bytes = Uint8Array.from(wire, (one) => one.charCodeAt(0));
  parser.push(bytes);
  const reply = parser.read();
  assert(Array.isArray(reply));
  return reply;
}

Deno.test("errorReply() and undecodable() make errors without a stack, and count them", () => {
  const { stackTraceLimit } = Error;
  const before = errorCount;
  const error = errorReply("WRONGTYPE Operation");
  assertEquals(error.stack, "CommandError: WRONGTYPE Operation");
  const { stack, message } = undecodable("it is too long");
  assertEquals(stack, `DecodeError: ${message}`);
  assertEquals(errorCount - before, 2);
  assertEquals(Error.stackTraceLimit, stackTraceLimit);
});

Deno.test("hasFlaws() tells lists with errors inside from others", () => {
  assertFalse(hasFlaws([]));
  const list: unknown[] = [errorReply("ERR no")];
  noteFlaws(list);
  assert(hasFlaws(list));
  assertFalse(hasFlaws([...list]));
});

Deno.test("Parser.read() notes lists with errors inside, however deep, and no others", () => {
  const parser = new Parser();
  const flawed = [
    "*1\r\n-ERR no\r\n",
    "*2\r\n+OK\r\n!6\r\nERR no\r\n",
    "*1\r\n$1\r\n\xff\r\n",
    "*3\r\n$1\r\na\r\n$1\r\n\xff\r\n$1\r\nb\r\n",
    "*2\r\n*1\r\n*1\r\n-ERR no\r\n:1\r\n",
    "%1\r\n+a\r\n~1\r\n+\xff\r\n",
  ];
  const sound = ["*1\r\n+OK\r\n", "*0\r\n", "*2\r\n*1\r\n:1\r\n$1\r\na\r\n"];
  for (const wire of flawed) {
    assert(hasFlaws(listOf(parser, wire)), wire);
    for (const other of sound) {
      assertFalse(hasFlaws(listOf(parser, other)), other);
    }
  }
});

Deno.test("Parser.read() notes a list whose error came in an earlier part", () => {
  const parser = new Parser();
  parser.push(new TextEncoder().encode("*2\r\n-ERR no\r\n"));
  assertEquals(parser.read(), INCOMPLETE);
  assertFalse(hasFlaws(listOf(new Parser(), "*1\r\n+OK\r\n")));
  assert(hasFlaws(listOf(parser, "+OK\r\n")));
});
