import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ProtocolError } from "../../../src/errors.ts";
import type { Reply } from "../../../src/values.ts";
import {
  INCOMPLETE,
  Parser,
  type ParserOptions,
} from "../../../src/wire/resp/parser.ts";
import { latin1 } from "./reply_corpus.ts";

/** What no server sends, and what the error says about it. */
const MALFORMED: readonly [wire: string, message: RegExp][] = [
  ["$1e12\r\n", /"\$": it is not a whole number$/],
  ["*1e12\r\n", /"\*": it is not a whole number$/],
  ["$-2\r\n", /"\$": it has no valid size$/],
  ["*-5\r\n", /"\*": it has no valid size$/],
  ["$+3\r\nabc\r\n", /"\$": it has no valid size$/],
  ["$--1\r\n", /"\$": it has no valid size$/],
  ["$abc\r\n", /"\$": it is not a whole number$/],
  ["$abc", /"\$": it is not a whole number$/],
  ["$\r\n", /"\$": it has no valid size$/],
  ["*\r\n", /"\*": it has no valid size$/],
  ["$?\r\n", /"\$": it is not a whole number$/],
  ["*?\r\n", /"\*": it is not a whole number$/],
  ["!-1\r\n", /"!": it has no valid size$/],
  ["=-1\r\n", /"=": it has no valid size$/],
  ["%-1\r\n", /"%": it has no valid size$/],
  ["~-1\r\n", /"~": it has no valid size$/],
  [">-1\r\n", /">": it has no valid size$/],
  ["|-1\r\n", /"\|": it has no valid size$/],
  [":12x\r\n", /":": it is not a whole number$/],
  [":\r\n", /":": it is not an integer of 64 bits$/],
  [":+\r\n", /":": it is not an integer of 64 bits$/],
  [":1-2\r\n", /":": it is not an integer of 64 bits$/],
  [": 1\r\n", /":": it is not a whole number$/],
  [":1.5\r\n", /":": it is not a whole number$/],
  [":9223372036854775808\r\n", /":": it is not an integer of 64 bits$/],
  [":-9223372036854775809\r\n", /":": it is not an integer of 64 bits$/],
  ["$3\r\nabcde\r\n", /"\$": it does not end in CR LF where its size says$/],
  ["$3\r\nabcX", /"\$": it does not end in CR LF/],
  ["$3\r\nabc\rX", /"\$": it does not end in CR LF/],
  ["$3\r\nabc\n", /"\$": it does not end in CR LF/],
  [`$20000\r\n${"x".repeat(20_001)}`, /"\$": it does not end in CR LF/],
  ["*3\r\n$1\r\na\r\n$1\r\nbX\r\n", /"\$": it does not end in CR LF/],
  ["$3\nabc\r\n", /"\$": it has an LF without CR$/],
  ["$3\rabc\r\n", /"\$": it has a CR without LF$/],
  ["+OK\n", /"\+": it has an LF without CR$/],
  ["+OK\r+OK\r\n", /"\+": it has a CR without LF$/],
  ["-ERR a\nb\r\n", /"-": it has an LF without CR$/],
  [":1\n", /":": it has an LF without CR$/],
  ["_x\r\n", /"_": it has a value that its type does not know$/],
  ["#\r\n", /"#": it has a value that its type does not know$/],
  ["#x\r\n", /"#": it has a value that its type does not know$/],
  ["#tt\r\n", /"#": it has a line that exceeds the limit of 1$/],
  [",\r\n", /",": it is not a number$/],
  [",abc\r\n", /",": it is not a number$/],
  [",1.2.3\r\n", /",": it is not a number$/],
  ["(1.5\r\n", /"\(": it is not a whole number$/],
  ["(\r\n", /"\(": it is not a whole number$/],
  ["=3\r\ntxt\r\n", /"=": it does not start with a format$/],
  ["=1\r\na\r\n:5\r\n", /"=": it does not start with a format$/],
  ["=5\r\nabcde\r\n", /"=": it does not start with a format$/],
  [
    `:${"0".repeat(70_000)}`,
    /":": it has a line that exceeds the limit of 65536$/,
  ],
  [
    `+${"x".repeat(4_194_305)}`,
    /"\+": it has a line that exceeds the limit of 4194304$/,
  ],
  ["HTTP/1.1 400 Bad Request\r\n", /"H" \(0x48\), as in "HTTP\/": .*web/],
  ["\x15\x03\x03\x00\x02\x02", /0x15, which starts a TLS record: .*TLS$/],
  ["\x16\x03\x01", /0x16, which starts a TLS record: .*TLS$/],
  ["hello", /"h" \(0x68\), which is no type of the Redis protocol$/],
  ["\r\n", /0x0d, which is no type of the Redis protocol$/],
  ["\x00", /0x00, which is no type/],
  [";4\r\nabcd\r\n", /";" \(0x3b\), which is no type/],
  ["\x7f", /byte is 0x7f, which is no type/],
  ["\xff", /0xff, which is no type/],
];

for (const [wire, message] of MALFORMED) {
  const name = JSON.stringify(wire.slice(0, 30));

  Deno.test(`Parser.read() refuses ${name}`, () => {
    const parser = new Parser();
    parser.push(latin1(`:1\r\n${wire}`));
    assertStrictEquals(parser.read(), 1);
    const error = assertThrows(() => parser.read(), ProtocolError);
    assertMatch(error.message, message);
    parser.push(latin1("\r\n+OK\r\n"));
    assertStrictEquals(assertThrows(() => parser.read()), error);
    assert(!parser.idle);
  });

  Deno.test(`Parser.read() refuses ${name} in pieces`, () => {
    const parser = new Parser();
    const bytes = latin1(wire);
    const size = bytes.length > 1_000 ? 1_000 : 1;
    const error = assertThrows(() => {
      for (let at = 0; at < bytes.length; at += size) {
        parser.push(bytes.subarray(at, at + size));
        assertStrictEquals(parser.read(), INCOMPLETE);
      }
    }, ProtocolError);
    assertMatch(error.message, message);
  });
}

Deno.test("Parser.read() keeps what was sent out of its errors", () => {
  for (const wire of ["$3\r\nhunter2\r\n", ":hunter2\r\n", ",hunter2\r\n"]) {
    const error = assertThrows(() => read(wire), ProtocolError);
    assert(!Deno.inspect(error).includes("hunter2"));
  }
});

Deno.test("Parser.read() reads arrays nested 1,024 deep", () => {
  let reply = read(`${"*1\r\n".repeat(1_024)}:7\r\n`);
  for (let depth = 0; depth < 1_024; depth++) {
    assert(Array.isArray(reply) && reply.length === 1);
    reply = reply[0];
  }
  assertEquals(reply, 7);
});

Deno.test("Parser.read() refuses arrays nested deeper at once", () => {
  const million = "*1\r\n".repeat(1_000_000);
  assertThrows(() => read(million), ProtocolError, "more than 1024 deep");
  // None of the elements is there yet, nor the levels below.
  const least = "*1\r\n".repeat(1_024);
  assertStrictEquals(read(least), INCOMPLETE);
  assertThrows(() => read(`${least}*1\r\n`), ProtocolError, "1024 deep");
  assertThrows(() => read(`${least}*0\r\n`), ProtocolError, "1024 deep");
  assertThrows(() => read(`${least}|1\r\n`), ProtocolError, "1024 deep");
});

Deno.test("Parser.read() keeps to the bounds of its options", () => {
  const options = { maxDepth: 2, maxBulkBytes: 5, maxElements: 4 };
  assertEquals(read("*1\r\n*1\r\n$5\r\nabcde\r\n", options), [["abcde"]]);
  assertEquals(read("%2\r\n:1\r\n:1\r\n:1\r\n:1\r\n", options), [1, 1, 1, 1]);
  assertEquals(read("$5\r\nabcde\r\n", { maxDepth: 0 }), "abcde");
  const refused: [string, string][] = [
    ["*1\r\n*1\r\n*1\r\n", "nested more than 2 deep"],
    ["$6\r\n", "more than 5 bytes"],
    ["*2\r\n$6\r\nabcdef\r\n", "more than 5 bytes"],
    ["!6\r\n", "more than 5 bytes"],
    ["*5\r\n", "more than 4 elements"],
    ["%3\r\n", "more than 4 elements"],
  ];
  for (const [wire, message] of refused) {
    assertThrows(() => read(wire, options), ProtocolError, message);
  }
});

Deno.test("Parser.read() allocates nothing for a size that is announced", () => {
  for (const wire of ["$600000000\r\n", "*4294967296\r\n"]) {
    assertThrows(() => read(wire), ProtocolError, "more than");
  }
  const before = Deno.memoryUsage();
  const parsers = [];
  const announced = [
    "$536870912\r\nabc",
    "*4294967295\r\n:1\r\n",
    // An engine makes room at once for arrays up to such a size.
    "*30000000\r\n:1\r\n",
    "%10000000\r\n:1\r\n",
  ];
  for (const wire of announced) {
    for (const bytes of [false, true]) {
      const parser = new Parser();
      parser.push(latin1(wire));
      assertStrictEquals(parser.read(bytes), INCOMPLETE);
      assertLess(parser.room().length, 1_000_000);
      parsers.push(parser);
    }
  }
  const after = Deno.memoryUsage();
  assertLess(after.heapUsed - before.heapUsed, 10_000_000);
  assertLess(after.external - before.external, 10_000_000);
});

function read(
  wire: string,
  options?: ParserOptions,
): Reply | typeof INCOMPLETE {
  const parser = new Parser(options);
  parser.push(latin1(wire));
  return parser.read();
}
