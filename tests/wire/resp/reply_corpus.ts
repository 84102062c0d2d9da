/**
 * Replies of every type, as they stand on the wire and as they are read.
 *
 * @module
 */

import { CommandError, DecodeError } from "../../../src/errors.ts";
import type { Reply } from "../../../src/values.ts";
import { INCOMPLETE, type Parser } from "../../../src/wire/resp/parser.ts";

/** A reply that compares with assertEquals(): errors as what they say. */
export type Plain =
  | string
  | number
  | bigint
  | null
  | Uint8Array
  | { error: string }
  | { undecodable: true }
  | Plain[];

export interface CorpusEntry {
  readonly name: string;
  readonly wire: Uint8Array;
  readonly value: Plain;
  /** When it is another one where bytes are asked for. */
  readonly bytes?: Plain;
}

const BINARY = Uint8Array.from({ length: 256 }, (_, i) => i);

export const CORPUS: readonly CorpusEntry[] = [
  entry("simple string", "+OK\r\n", "OK", latin1("OK")),
  entry("empty simple string", "+\r\n", "", latin1("")),
  entry("long simple string", `+${"x".repeat(300)}\r\n`, "x".repeat(300)),
  entry("simple string like OK", "+OKAY\r\n", "OKAY"),
  entry("bulk string", "$5\r\nhello\r\n", "hello", latin1("hello")),
  entry("empty bulk string", "$0\r\n\r\n", "", latin1("")),
  entry("leading zeros", "$0000000000000000000003\r\nabc\r\n", "abc"),
  entry("CR LF as data", "$6\r\na\r\n\r\nb\r\n", "a\r\n\r\nb"),
  entry("text of 17", "$17\r\n12345678901234567\r\n", "12345678901234567"),
  entry("UTF-8", `$12\r\n${utf8("grüße, 日")}\r\n`, "grüße, 日"),
  entry("long UTF-8", `$600\r\n${utf8("é".repeat(300))}\r\n`, "é".repeat(300)),
  entry("long ASCII", `$256\r\n${"y".repeat(256)}\r\n`, "y".repeat(256)),
  entry("byte order mark", `$4\r\n${utf8("\ufeffa")}\r\n`, "\ufeffa"),
  entry("U+FFFD as such", `$3\r\n${utf8("\ufffd")}\r\n`, "\ufffd"),
  entry("surrogate pair", `$4\r\n${utf8("\u{1f600}")}\r\n`, "\u{1f600}"),
  entry("all bytes", `$256\r\n${text(BINARY)}\r\n`, undecodable(), BINARY),
  entry("one bad byte", "$1\r\n\xff\r\n", undecodable(), latin1("\xff")),
  entry("encoded surrogate", "$3\r\n\xed\xa0\x80\r\n", undecodable()),
  entry("bad long bulk", `$300\r\n${"\x80".repeat(300)}\r\n`, undecodable()),
  entry("bad simple string", "+a\xc0\r\n", undecodable(), latin1("a\xc0")),
  entry("null bulk string", "$-1\r\n", null),
  entry("null array", "*-1\r\n", null),
  entry("null", "_\r\n", null),
  entry("integer", ":1234\r\n", 1234),
  entry("zero", ":0\r\n", 0),
  entry("negative zero", ":-0\r\n", 0),
  entry("signed integer", ":+12\r\n", 12),
  entry("negative integer", ":-42\r\n", -42),
  entry("integer with zeros", `:${"0".repeat(30)}7\r\n`, 7),
  entry("2^53-1", ":9007199254740991\r\n", 9007199254740991),
  entry("2^53", ":9007199254740992\r\n", 9007199254740992n),
  entry("-(2^53-1)", ":-9007199254740991\r\n", -9007199254740991),
  entry("-2^53", ":-9007199254740992\r\n", -9007199254740992n),
  entry("2^63-1", ":9223372036854775807\r\n", 9223372036854775807n),
  entry("-2^63", ":-9223372036854775808\r\n", -9223372036854775808n),
  entry("error", "-ERR no\r\n", { error: "ERR no" }),
  entry("error of bytes", "-ERR \xff\r\n", { error: "ERR \\xff" }),
  entry("bulk error", "!8\r\nERR a\r\nb\r\n", { error: "ERR a\r\nb" }),
  entry("true", "#t\r\n", 1),
  entry("false", "#f\r\n", 0),
  entry("double", ",1.25\r\n", "1.25"),
  entry("double with exponent", ",-1.5e-07\r\n", "-1.5e-07"),
  entry("whole double", ",10\r\n", "10"),
  entry("double with a large exponent", ",1e+20\r\n", "1e+20"),
  entry("infinity", ",inf\r\n", "inf"),
  entry("negative infinity", ",-inf\r\n", "-inf"),
  entry("not a number", ",nan\r\n", "nan"),
  entry("big number", "(-123456789012345678901\r\n", -123456789012345678901n),
  entry("small big number", "(+5\r\n", 5n),
  entry("verbatim", "=8\r\ntxt:a\r\nb\r\n", "a\r\nb", latin1("a\r\nb")),
  entry("empty verbatim", "=4\r\nmkd:\r\n", "", latin1("")),
  entry("empty array", "*0\r\n", []),
  entry("array", "*3\r\n$1\r\na\r\n:1\r\n$-1\r\n", ["a", 1, null]),
  entry("bulks", "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n", ["a", "b", "c"]),
  entry("nested", "*2\r\n*1\r\n*0\r\n*2\r\n+a\r\n_\r\n", [[[]], ["a", null]]),
  entry("null in array", "*2\r\n*-1\r\n:5\r\n", [null, 5]),
  entry("nested errors", "*2\r\n-ERR x\r\n*1\r\n!1\r\ny\r\n", [
    { error: "ERR x" },
    [{ error: "y" }],
  ]),
  entry("nested bad bytes", "*2\r\n$1\r\n\xff\r\n$1\r\na\r\n", [
    undecodable(),
    "a",
  ], [latin1("\xff"), latin1("a")]),
  entry("set", "~2\r\n+a\r\n+b\r\n", ["a", "b"]),
  entry("map", "%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n:2\r\n", ["a", 1, "b", 2]),
  entry("empty map", "%0\r\n", []),
  entry(
    "prototype fields",
    "%2\r\n+__proto__\r\n:1\r\n+constructor\r\n:2\r\n",
    [
      "__proto__",
      1,
      "constructor",
      2,
    ],
  ),
  entry("push", ">2\r\n+invalidate\r\n*1\r\n+k\r\n", ["invalidate", ["k"]]),
  entry("attribute", "|1\r\n+ttl\r\n:3600\r\n:7\r\n", 7),
  entry("empty attribute", "|0\r\n+a\r\n", "a"),
  entry("two attributes", "|1\r\n+a\r\n*1\r\n:1\r\n|1\r\n_\r\n_\r\n:7\r\n", 7),
  entry("attribute inside", "*2\r\n|1\r\n$1\r\nk\r\n$1\r\nv\r\n:1\r\n:2\r\n", [
    1,
    2,
  ]),
];

/** Bytes of a string of characters up to U+00FF. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The UTF-8 of a text, one character a byte. */
export function utf8(value: string): string {
  return text(new TextEncoder().encode(value));
}

/** Makes a reply comparable. */
export function plain(reply: Reply): Plain {
  if (reply instanceof CommandError) return { error: reply.message };
  if (reply instanceof DecodeError) return { undecodable: true };
  return Array.isArray(reply) ? reply.map(plain) : reply;
}

/** Reads until nothing whole is left. */
export function readAll(parser: Parser, bytes?: boolean): Plain[] {
  const replies: Plain[] = [];
  for (;;) {
    const reply = parser.read(bytes);
    if (reply === INCOMPLETE) return replies;
    replies.push(plain(reply));
  }
}

function text(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function entry(
  name: string,
  wire: string,
  ...[value, bytes]: [Plain, Plain?]
): CorpusEntry {
  return { name, wire: latin1(wire), value, bytes };
}

function undecodable(): Plain {
  return { undecodable: true };
}
