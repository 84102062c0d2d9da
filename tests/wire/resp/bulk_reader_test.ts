import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { CommandError, ProtocolError } from "../../../src/errors.ts";
import { BulkReader } from "../../../src/wire/resp/bulk_reader.ts";
import { LineReader } from "../../../src/wire/resp/line_reader.ts";

const [BULK, ERROR, VERBATIM] = [..."$!="].map((it) => it.charCodeAt(0));

/** A reader, and bytes that arrive for it. */
class Bench {
  readonly input = new LineReader();
  readonly reader = new BulkReader(this.input, 1_000_000);

  constructor(text = "") {
    this.arrive(text);
  }

  arrive(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.input.room(bytes.length).set(bytes);
    this.input.arrived(bytes.length);
  }
}

Deno.test("BulkReader.read() reads a small bulk once it is whole", () => {
  const text = "$5\r\nhallo\r\n";
  for (let cut = 1; cut < text.length; cut++) {
    const { reader, input } = new Bench(text.slice(0, cut));
    assertEquals(reader.read(BULK, false), undefined);
    assertEquals([reader.pending, input.start], [false, 0]);
  }
  const { reader, input } = new Bench(`${text}$-1\r\n$0\r\n\r\n`);
  assertEquals(reader.read(BULK, false), "hallo");
  assertEquals(reader.read(BULK, false), null);
  assertEquals(reader.read(BULK, true), new Uint8Array(0));
  assertEquals(input.start, input.end);
});

Deno.test("BulkReader collects a large bulk, also past the receive buffer", () => {
  const value = "0123456789".repeat(30_000);
  for (const asBytes of [false, true]) {
    const bench = new Bench(`$${value.length}\r\n${value.slice(0, 20_000)}`);
    const { reader, input } = bench;
    assertEquals(reader.read(BULK, asBytes), undefined);
    assertEquals([reader.pending, input.start], [true, input.end]);
    const room = reader.room()!;
    const next = new TextEncoder().encode(value.slice(20_000, 120_000));
    room.set(next);
    reader.filled(next.length);
    bench.arrive(value.slice(120_000));
    assertEquals(reader.resume(), undefined);
    // What is in the buffer comes before what a socket reads.
    bench.arrive("\r");
    assertEquals([reader.room(), reader.resume()], [undefined, undefined]);
    bench.arrive("\n");
    const expected = asBytes ? new TextEncoder().encode(value) : value;
    assertEquals(reader.resume(), expected);
    assertEquals(reader.pending, false);
  }
});

Deno.test("BulkReader reads errors and verbatim strings", () => {
  const { reader } = new Bench("!7\r\nERR abc\r\n=7\r\ntxt:abc\r\n");
  const error = reader.read(ERROR, true);
  assertInstanceOf(error, CommandError);
  assertEquals(error.message, "ERR abc");
  assertEquals(reader.read(VERBATIM, false), "abc");
});

Deno.test("BulkReader refuses sizes and ends that cannot be", () => {
  for (
    const [text, type, fault] of [
      ["$1000001\r\n", BULK, "more than 1000000 bytes"],
      ["!-1\r\n", ERROR, "no valid size"],
      ["=3\r\nabc\r\n", VERBATIM, "a format"],
      ["=4\r\nabcd\r\n", VERBATIM, "a format"],
      ["$1\r\nab\r\n", BULK, "CR LF"],
    ] as const
  ) {
    const { reader } = new Bench(text);
    assertThrows(() => reader.read(type, false), ProtocolError, fault);
  }
});

Deno.test("BulkReader.readStrings() reads strings and nulls until something else comes", () => {
  const text = "$1\r\na\r\n$-1\r\n$2\r\nbc\r\n";
  const { reader, input } = new Bench(`${text}:1\r\n`);
  const items: unknown[] = [];
  assertEquals(reader.readStrings(items as never, 0, 10, false), 3);
  assertEquals([items, input.start], [["a", null, "bc"], text.length]);
  const half = new Bench(`${text}$5\r\nabc`);
  assertEquals(half.reader.readStrings(null, 0, 2, false), 2);
  assertEquals(half.reader.readStrings(null, 2, 10, true), 3);
  assertEquals(half.input.start, text.length);
});
