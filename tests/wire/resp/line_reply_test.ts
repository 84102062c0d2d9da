import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { CommandError, ProtocolError } from "../../../src/errors.ts";
import { LineReader } from "../../../src/wire/resp/line_reader.ts";
import { readLine } from "../../../src/wire/resp/line_reply.ts";

function read(text: string, asBytes = false): unknown {
  const input = new LineReader();
  const bytes = new TextEncoder().encode(text);
  input.room(bytes.length).set(bytes);
  input.arrived(bytes.length);
  const reply = readLine(input, bytes[0], asBytes);
  if (reply !== undefined) assertEquals(input.after, bytes.length);
  return reply;
}

const LINES = [
  ["+OK\r\n", "OK"],
  ["+OKAY\r\n", "OKAY"],
  ["+\r\n", ""],
  [":-42\r\n", -42],
  [":9223372036854775807\r\n", 9_223_372_036_854_775_807n],
  [",1.50\r\n", "1.50"],
  ["(12345678901234567890\r\n", 12_345_678_901_234_567_890n],
  ["_\r\n", null],
  ["#t\r\n", 1],
  ["#f\r\n", 0],
] as const;

Deno.test("readLine() reads each type of line once it is whole", () => {
  for (const [line, value] of LINES) {
    assertEquals(read(line), value, line);
    for (let cut = 1; cut < line.length; cut++) {
      assertEquals(read(line.slice(0, cut)), undefined, line);
    }
  }
});

Deno.test("readLine() gives text as bytes where they are wanted, and errors as errors", () => {
  assertEquals(read("+OK\r\n", true), new TextEncoder().encode("OK"));
  const error = read("-WRONGTYPE of a key\r\n", true);
  assertInstanceOf(error, CommandError);
  assertEquals([error.code, error.message], [
    "WRONGTYPE",
    "WRONGTYPE of a key",
  ]);
});

Deno.test("readLine() refuses what its type byte does not announce", () => {
  const wrong = [
    ":\r\n",
    ":1.5\r\n",
    ":99999999999999999999\r\n",
    ",x\r\n",
    "(\r\n",
    "_x\r\n",
    "#\r\n",
    "#x\r\n",
    "#tt\r\n",
  ];
  for (const line of wrong) {
    assertThrows(() => read(line), ProtocolError, `"${line[0]}"`);
  }
  assertThrows(() => read("H"), ProtocolError, "web server");
  assert(read("+") === undefined);
});
