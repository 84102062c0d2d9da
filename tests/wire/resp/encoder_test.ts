import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { Argument } from "../../../src/values.ts";
import { Encoder } from "../../../src/wire/resp/encoder.ts";
import { Parser } from "../../../src/wire/resp/parser.ts";

/** What can be sent, and the text that a server reads. */
const VALUES: readonly [name: string, value: Argument, text: string][] = [
  ["text", "value", "value"],
  ["empty text", "", ""],
  ["CR LF", "a\r\n$3\r\nb", "a\r\n$3\r\nb"],
  ["a field of the prototype", "__proto__", "__proto__"],
  ["U+0000", "\0", "\0"],
  ["a byte order mark", "\ufeffx", "\ufeffx"],
  ["two-byte text", "grüße", "grüße"],
  ["a surrogate pair", "\u{1f600}", "\u{1f600}"],
  ["zero", 0, "0"],
  ["negative zero", -0, "0"],
  ["a whole number", 1_234, "1234"],
  ["a negative number", -5, "-5"],
  ["a fraction", 0.1, "0.1"],
  ["a tiny fraction", 1e-7, "1e-7"],
  ["2^53", 2 ** 53, "9007199254740992"],
  ["1e21", 1e21, "1000000000000000000000"],
  ["-1e23", -1e23, "-99999999999999991611392"],
  ["a bigint", 2n ** 64n, "18446744073709551616"],
  ["a negative bigint", -(10n ** 60n), `-1${"0".repeat(60)}`],
  ["bytes", new Uint8Array([0x61, 0x62]), "ab"],
  ["no bytes", new Uint8Array(0), ""],
  ["a view", new TextEncoder().encode("abcdef").subarray(2, 4), "cd"],
];

/** One command by itself. */
function encodeCommand(name: string, args: readonly Argument[]): Uint8Array {
  const encoder = new Encoder();
  encoder.command(name, args);
  return encoder.bytes();
}

for (const [name, value, text] of VALUES) {
  Deno.test(`Encoder.command() encodes ${name}`, () => {
    const size = new TextEncoder().encode(text).length;
    assertEquals(
      decode(encodeCommand("GET", [value])),
      `*2\r\n$3\r\nGET\r\n$${size}\r\n${text}\r\n`,
    );
  });
}

Deno.test("Encoder.command() encodes text of any length", () => {
  // Around every change of algorithm, and of the number of digits of a size.
  const lengths = [1, 9, 10, 47, 48, 49, 99, 100, 999, 4_096, 4_097, 70_000];
  for (const length of lengths) {
    for (const letter of ["x", "é", "日", "\u{1f600}"]) {
      const text = letter.repeat(length);
      const mixed = `${"x".repeat(length)}${letter}`;
      assertEquals(roundTrip([text, mixed, "end"]), [text, mixed, "end"]);
    }
  }
});

Deno.test("Encoder.command() encodes all byte values", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const each = Array.from(bytes, (byte) => new Uint8Array([byte]));
  assertEquals(roundTrip([bytes, ...each], true), [bytes, ...each]);
});

Deno.test("Encoder.command() sends a name of several words as such", () => {
  assertEquals(
    decode(encodeCommand("SCRIPT EXISTS", ["a"])),
    "*3\r\n$6\r\nSCRIPT\r\n$6\r\nEXISTS\r\n$1\r\na\r\n",
  );
  assertEquals(
    decode(encodeCommand("GRÜẞE 日", ["a"])),
    "*3\r\n$8\r\nGRÜẞE\r\n$3\r\n日\r\n$1\r\na\r\n",
  );
  assertEquals(
    decode(encodeCommand(" CLIENT  ID ", [])),
    "*2\r\n$6\r\nCLIENT\r\n$2\r\nID\r\n",
  );
});

Deno.test("Encoder.command() refuses names that are none", () => {
  for (const name of ["", "  ", "GET\r\nFLUSHALL", "A\n", "A\r", "\ud800"]) {
    assertThrows(() => encodeCommand(name, []), TypeError, "The name of a");
  }
  const notText = 5 as unknown as string;
  assertThrows(() => encodeCommand(notText, []), TypeError, "must be a string");
});

/** What cannot be sent, and what the error calls it. */
const REFUSED: readonly [value: unknown, message: RegExp][] = [
  [undefined, /is undefined: expected a string, a number, a bigint or a Uint8/],
  [null, /is null: expected a string/],
  [true, /is a boolean: expected a string/],
  [Symbol("hunter2"), /is a symbol: expected a string/],
  [() => "hunter2", /is a function: expected a string/],
  [["hunter2"], /is an array: expected a string/],
  [{ length: 7 }, /is an object: expected a string/],
  [new ArrayBuffer(7), /is an object: expected a string/],
  [new Uint16Array(7), /is an object: expected a string/],
  [NaN, /is NaN: expected a finite number$/],
  [Infinity, /is Infinity: expected a finite number$/],
  [-Infinity, /is -Infinity: expected a finite number$/],
  ["hunter2\ud800", /has a lone surrogate, .*: send it as a Uint8Array$/],
  ["\udc00hunter2".padEnd(100), /has a lone surrogate/],
  ["é\udc00".padEnd(5_000), /has a lone surrogate/],
];

for (const [value, message] of REFUSED) {
  const name = typeof value === "string"
    ? `a lone surrogate in ${value.length} characters`
    : Deno.inspect(value);

  Deno.test(`Encoder.command() refuses ${name} and keeps what was before`, () => {
    const encoder = new Encoder();
    encoder.command("GET", ["before"]);
    const before = encoder.bytes().slice();
    const args = ["key", value as string, "last"];
    const error = assertThrows(() => encoder.command("SET", args), TypeError);
    assertMatch(error.message, /^Argument 2 of "SET" /);
    assertMatch(error.message, message);
    assert(!error.message.includes("hunter2"));
    assertEquals(encoder.bytes(), before);
    encoder.command("GET", ["after"]);
    assertEquals(encoder.length, before.length + before.length - 1);
  });
}

Deno.test("Encoder.commandFrom() takes the arguments out of a longer list", () => {
  const encoder = new Encoder();
  encoder.commandFrom("MGET", ["before", "a", 2, "behind"], 1, 2);
  assertEquals(encoder.bytes(), encodeCommand("MGET", ["a", 2]));
  encoder.clear();
  encoder.command("GET", ["before"]);
  const { length } = encoder;
  const list = ["before", "a", undefined as unknown as string];
  assertThrows(
    () => encoder.commandFrom("MGET", list, 1, 2),
    TypeError,
    'Argument 2 of "MGET"',
  );
  assertEquals(encoder.length, length);
});

Deno.test("Encoder.bytes() holds the commands since the last clear", () => {
  const encoder = new Encoder();
  assertEquals([encoder.length, encoder.bytes().length], [0, 0]);
  encoder.command("SET", ["key", "value"]);
  encoder.command("GET", ["key"]);
  assertEquals(encoder.length, encoder.bytes().length);
  assertEquals(
    decode(encoder.bytes()),
    "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n" +
      "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n",
  );
  encoder.clear();
  assertEquals([encoder.length, encoder.bytes().length], [0, 0]);
  encoder.command("PING", []);
  assertEquals(decode(encoder.bytes()), "*1\r\n$4\r\nPING\r\n");
});

Deno.test("Encoder.command() grows the buffer wherever it ends", () => {
  const args = [
    "key:1",
    "ü",
    new Uint8Array(40).fill(65),
    12_345,
    7n,
    // The most bytes that characters can take, in texts of either algorithm.
    "日".repeat(30),
    "日".repeat(60),
  ];
  const expected = encodeCommand("HSET", args);
  for (let capacity = 0; capacity < expected.length + 20; capacity++) {
    const encoder = new Encoder(capacity);
    encoder.command("HSET", args);
    encoder.command("HSET", args);
    const bytes = encoder.bytes();
    assertEquals(bytes.subarray(0, expected.length), expected);
    assertEquals(bytes.subarray(expected.length), expected);
  }
});

Deno.test("Encoder.clear() keeps its buffer unless it grew huge", () => {
  const encoder = new Encoder(1_000);
  const { buffer } = encoder.bytes();
  encoder.command("SET", ["key", "x".repeat(200)]);
  encoder.clear();
  assert(encoder.bytes().buffer === buffer);
  encoder.command("SET", ["key", "x".repeat(100_000)]);
  encoder.clear();
  assertEquals(encoder.bytes().buffer.byteLength, 1_000);
});

Deno.test("Encoder.command() encodes any number of names and arguments", () => {
  const encoder = new Encoder();
  for (let i = 0; i < 2_000; i++) {
    encoder.clear();
    const name = `NAME${i}`;
    encoder.command(name, Array(i % 20).fill("a"));
    const frame = `*${i % 20 + 1}\r\n$${name.length}\r\n${name}\r\n`;
    assertEquals(decode(encoder.bytes()), frame + "$1\r\na\r\n".repeat(i % 20));
  }
});

/** What a server reads from a command with these arguments. */
function roundTrip(args: Argument[], bytes = false): unknown[] {
  const parser = new Parser();
  parser.push(encodeCommand("MGET", args));
  return (parser.read(bytes) as unknown[]).slice(1);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
