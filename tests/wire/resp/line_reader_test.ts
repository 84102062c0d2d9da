import { assert, assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../../src/errors.ts";
import { LineReader, READ_SIZE } from "../../../src/wire/resp/line_reader.ts";

/** Has text arrive. */
function arrive(input: LineReader, text: string): void {
  const bytes = new TextEncoder().encode(text);
  input.room(bytes.length).set(bytes);
  input.arrived(bytes.length);
}

function readerOf(text: string): LineReader {
  const input = new LineReader();
  arrive(input, text);
  return input;
}

const TEXT = { maxBytes: 10, digits: false };

Deno.test("LineReader.line() finds the end of a line however it arrives", () => {
  const line = "+0123456789\r\n";
  for (let cut = 1; cut < line.length; cut++) {
    const input = readerOf(line.slice(0, cut));
    assertEquals(input.line(TEXT), -1, `cut at ${cut}`);
    arrive(input, line.slice(cut) + "+next\r\n");
    assertEquals([input.line(TEXT), input.after], [11, 13]);
    input.start = input.after;
    assertEquals(input.line(TEXT), 18);
  }
});

Deno.test("LineReader.line() refuses what is no line, or too long a one", () => {
  for (
    const [text, fault] of [
      ["+01234567890", "exceeds the limit of 10"],
      ["+a\n", "an LF without CR"],
      ["+a\rb", "a CR without LF"],
    ]
  ) {
    assertThrows(() => readerOf(text).line(TEXT), ProtocolError, fault);
  }
});

Deno.test("LineReader.size() reads sizes, null, and nothing else", () => {
  for (
    const [text, size, after] of [
      ["$0\r\n", 0, 4],
      ["$12\r\n", 12, 5],
      ["*-1\r\n", -1, 5],
      ["$00000000000000000012\r\n", 12, 23],
    ] as const
  ) {
    const input = readerOf(text);
    assertEquals([input.size(), input.after], [size, after]);
    for (let cut = 1; cut < text.length; cut++) {
      assertEquals(readerOf(text.slice(0, cut)).size(), undefined);
    }
  }
  for (const text of ["$-2\r\n", "$+1\r\n", "$\r\n", "$1-\r\n"]) {
    assertThrows(() => readerOf(text).size(), ProtocolError, "valid size");
  }
  // It is refused before its line has ended.
  assertThrows(() => readerOf("$1a").size(), ProtocolError, "whole number");
});

Deno.test("LineReader.lineEnd() refuses a bulk that is longer than it says", () => {
  const input = readerOf("$1\r\nab");
  assertThrows(() => input.lineEnd(5, 0x24), ProtocolError, "CR LF");
  const half = readerOf("$1\r\na\r");
  assertEquals(half.lineEnd(5, 0x24), false);
  arrive(half, "\n");
  assertEquals([half.lineEnd(5, 0x24), half.after], [true, 7]);
});

Deno.test("LineReader keeps what is not read while it makes room, and lets go of room", () => {
  const input = new LineReader();
  const size = input.bytes.length;
  let number = 0;
  let expected = 0;
  // More than it has room for, with a little left unread each time.
  for (let i = 0; i < 100; i++) {
    let text = "";
    while (text.length < READ_SIZE / 2) text += `:${number++}\r\n`;
    arrive(input, text);
    while (input.end - input.start > 20) {
      assertEquals(input.digits(), `${expected++}`);
      input.start = input.after;
    }
  }
  assert(input.bytes.length <= 2 * size);
  input.start = input.end;
  arrive(input, "x".repeat(4 * size));
  assert(input.bytes.length >= 4 * size);
  input.start = input.end;
  input.room(READ_SIZE);
  assertEquals(input.bytes.length, size);
});

Deno.test("LineReader knows that all is ASCII only of many bytes, as long as it is", () => {
  const input = readerOf("a".repeat(5_000));
  assertEquals(input.ascii, true);
  arrive(input, "a".repeat(5_000));
  assertEquals(input.ascii, true);
  arrive(input, "ü".repeat(5_000));
  assertEquals(input.ascii, false);
  arrive(input, "a".repeat(5_000));
  assertEquals(input.ascii, false);
  input.start = input.end;
  arrive(input, "a".repeat(5_000));
  assertEquals(input.ascii, true);
  assertEquals(readerOf("a").ascii, false);
});
