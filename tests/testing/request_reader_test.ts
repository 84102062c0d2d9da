import { assertEquals } from "@std/assert";
import { RequestReader } from "../../src/testing/request_reader.ts";

/** Whole requests, and the command that each is. */
const REQUESTS: readonly (readonly [string, string])[] = [
  ["PING\r\n", "PING"],
  ["ping\n", "PING"],
  ["  Set  key value \r\n", "SET"],
  ["*1\r\n$4\r\nPING\r\n", "PING"],
  ["*3\r\n$3\r\nset\r\n$3\r\n*1\r\n$5\r\n\r\nGET\r\n", "SET"],
  ["*2\r\n$3\r\nGET\r\n$0\r\n\r\n", "GET"],
  ["*2\r\n$0\r\n\r\n$1\r\na\r\n", ""],
  [`*2\r\n$3\r\nGET\r\n$70000\r\n${"x".repeat(70_000)}\r\n`, "GET"],
  [`*1\r\n$200\r\n${"x".repeat(200)}\r\n`, "X".repeat(64)],
];

/** What redis-server takes for nothing at all. */
const EMPTY = ["\r\n", "\n", "  \r\n", "*0\r\n", "*-1\r\n"];

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Reads pieces to their end; tells the commands, and where requests end. */
function read(pieces: readonly Uint8Array[]): [string | undefined, number][] {
  const reader = new RequestReader();
  const requests: [string | undefined, number][] = [];
  let offset = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const size = reader.advance(piece.subarray(at));
      at += size;
      offset += size;
      if (!reader.isBetween) continue;
      requests.push([reader.isNamed ? reader.name : undefined, offset]);
    }
  }
  return requests;
}

Deno.test("RequestReader.advance() finds requests and their names", () => {
  for (const [request, name] of REQUESTS) {
    const { length } = request;
    assertEquals(
      read([encode(request + request)]),
      [[name, length], [name, 2 * length]],
      request,
    );
  }
});

Deno.test("RequestReader.advance() finds no command in empty requests", () => {
  for (const request of EMPTY) {
    const bytes = encode(`${request}PING\r\n`);
    assertEquals(
      read([bytes]),
      [[undefined, request.length], ["PING", bytes.length]],
      JSON.stringify(request),
    );
  }
});

Deno.test("RequestReader.advance() reads the same byte by byte", () => {
  const text = REQUESTS.map(([request]) => request).join(EMPTY.join(""));
  const bytes = encode(text);
  const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
  assertEquals(read(pieces), read([bytes]));
});

Deno.test("RequestReader.advance() stops where the name is complete", () => {
  const reader = new RequestReader();
  const request = "*2\r\n$3\r\nGET\r\n$1\r\na\r\n";
  assertEquals(reader.advance(encode(request)), "*2\r\n$3\r\nGET\r\n".length);
  assertEquals([reader.name, reader.isBetween], ["GET", false]);
});
