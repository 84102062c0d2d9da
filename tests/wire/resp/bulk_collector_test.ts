import { assert, assertEquals } from "@std/assert";
import { BulkCollector } from "../../../src/wire/resp/bulk_collector.ts";
import { READ_SIZE } from "../../../src/wire/resp/line_reader.ts";

const MIB = 1_048_576;

Deno.test("BulkCollector allocates little for a size that was only announced", () => {
  const collector = new BulkCollector();
  collector.begin(512 * MIB, true);
  assertEquals(collector.bytes.length, MIB / 4);
  const chunk = new Uint8Array(READ_SIZE);
  for (let received = 0; received < 4 * MIB;) {
    received += collector.take(chunk, 0, chunk.length);
    assert(collector.bytes.length <= Math.max(MIB / 4, 2 * received));
  }
});

Deno.test("BulkCollector hands over exactly the bytes of the bulk, and takes no more", () => {
  const collector = new BulkCollector();
  const size = 300_000;
  const source = crypto.getRandomValues(new Uint8Array(60_000));
  collector.begin(size, true);
  const expected: number[] = [];
  while (!collector.complete) {
    const taken = collector.take(source, 100, source.length);
    assertEquals(taken, Math.min(59_900, size - expected.length));
    expected.push(...source.subarray(100, 100 + taken));
  }
  assertEquals(collector.bytes, Uint8Array.from(expected));
  assertEquals(collector.take(source, 0, 10), 0);
  collector.end();
  assertEquals(collector.bytes.length, 0);
});

Deno.test("BulkCollector has room for a socket while a whole read is missing", () => {
  const collector = new BulkCollector();
  const size = 3 * READ_SIZE + 5;
  collector.begin(size, true);
  let received = 0;
  for (let room = collector.room(); room !== undefined;) {
    const count = Math.min(READ_SIZE, room.length);
    room.fill(1 + received / READ_SIZE, 0, count);
    collector.filled(count);
    received += count;
    room = collector.room();
  }
  // What is left is too little for a read of its own.
  assertEquals(received, 3 * READ_SIZE);
  collector.take(new Uint8Array(9).fill(9), 0, 9);
  assert(collector.complete);
  for (const at of [0, 1, 2, 3]) {
    assertEquals(collector.bytes[at * READ_SIZE], at < 3 ? at + 1 : 9);
  }
});

Deno.test("BulkCollector uses memory again only for bulks that are copied out", () => {
  const collector = new BulkCollector();
  const memory = (size: number, owned: boolean) => {
    collector.begin(size, owned);
    return collector.bytes.buffer;
  };
  assert(memory(20_000, false) === memory(30_000, false));
  assert(memory(20_000, true) !== memory(20_000, true));
  assert(memory(400_000, false) !== memory(20_000, false));
});
