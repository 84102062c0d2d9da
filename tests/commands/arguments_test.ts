import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import type { Argument } from "../../src/values.ts";
import {
  isSendable,
  takeArgument,
  takeArguments,
} from "../../src/commands/arguments.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";

const REFUSED: readonly [name: string, value: unknown, message: string][] = [
  ["undefined", undefined, "is undefined"],
  ["null", null, "is null"],
  ["NaN", NaN, "is NaN"],
  ["Infinity", Infinity, "is Infinity"],
  ["a boolean", true, "is a boolean"],
  ["an array", ["a"], "is an array"],
  ["an object", {}, "is an object"],
  ["a function", () => "a", "is a function"],
  ["a lone surrogate", "\ud800", "has a lone surrogate"],
  ["other bytes", new Int8Array(1), "is an object"],
  ["a buffer", new ArrayBuffer(1), "is an object"],
  ["a view", new DataView(new ArrayBuffer(1)), "is an object"],
  ["a Proxy of bytes", new Proxy(new Uint8Array(1), {}), "is an object"],
  ["what inherits from bytes", Object.create(Uint8Array.prototype), "object"],
  [
    "other bytes in disguise",
    Object.setPrototypeOf(new Float64Array(2), Uint8Array.prototype),
    "is an object",
  ],
];

for (const [name, value, message] of REFUSED) {
  Deno.test(`takeArguments() refuses ${name}`, () => {
    const args = ["key", value as Argument];
    const error = assertThrows(() => takeArguments("SET", args), TypeError);
    assert(error.message.startsWith('Argument 2 of "SET"'), error.message);
    assert(error.message.includes(message), error.message);
    assertEquals(
      assertThrows(() => takeArgument("SET", value as Argument, 2), TypeError)
        .message,
      error.message,
    );
    // The last line of defence says the same.
    assertEquals(
      assertThrows(() => new Encoder().command("SET", args), TypeError).message,
      error.message,
    );
    if (typeof value !== "string") assert(!isSendable(value));
  });
}

Deno.test("takeArguments() leaves a list without bytes as it is", () => {
  const args = ["key", 1, 2n, ""];
  assertStrictEquals(takeArguments("SET", args), args);
});

Deno.test("takeArguments() copies bytes, and nothing else", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const args = ["key", bytes, 4];
  const taken = takeArguments("SET", args);
  bytes.fill(9);
  args[0] = "other";
  assertEquals(taken, ["key", new Uint8Array([1, 2, 3]), 4]);
});

Deno.test("takeArgument() makes a plain copy of any kind of bytes", () => {
  class Odd extends Uint8Array {
    override get length(): number {
      throw new Error("It should not be asked");
    }
    override *[Symbol.iterator](): ArrayIterator<number> {
      yield* [7, 7];
    }
    static get [Symbol.species](): Uint8ArrayConstructor {
      throw new Error("It should not be asked");
    }
  }
  const odd = new Odd(new Uint8Array([1, 2, 3]).buffer);
  const part = new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4);
  const shared = new Uint8Array(new SharedArrayBuffer(3));
  shared.set([1, 2, 3]);
  for (const bytes of [odd, part, shared]) {
    const taken = takeArgument("GET", bytes) as Uint8Array;
    assertNotStrictEquals(taken, bytes);
    assertStrictEquals(Object.getPrototypeOf(taken), Uint8Array.prototype);
    assertEquals([...taken], [1, 2, 3]);
    assertEquals(taken.buffer.byteLength, 3);
  }
});

Deno.test("takeArgument() refuses arrays of other numbers", () => {
  for (
    const numbers of [new Uint8ClampedArray(2), new Int8Array(2), [1, 2]]
  ) {
    assertThrows(
      () => takeArgument("GET", numbers as unknown as Uint8Array),
      TypeError,
      "expected a string, a number, a bigint or a Uint8Array",
    );
  }
});

Deno.test("takeArgument() refuses bytes that are gone", () => {
  const transferred = new Uint8Array(3);
  transferred.buffer.transfer();
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
  const shrunk = new Uint8Array(buffer, 4, 4);
  buffer.resize(2);
  for (const bytes of [transferred, shrunk]) {
    assertThrows(
      () => takeArgument("GET", bytes),
      TypeError,
      'Argument 1 of "GET" is a Uint8Array whose buffer was transferred',
    );
  }
});

Deno.test("takeArgument() counts from 1 where it is told no position", () => {
  const wrong = null as unknown as string;
  assertThrows(
    () => takeArgument("GET", wrong),
    TypeError,
    'Argument 1 of "GET" is null',
  );
});
