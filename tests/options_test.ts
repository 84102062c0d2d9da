import { runInNewContext } from "node:vm";
import { assertEquals, assertThrows } from "@std/assert";
import {
  type Check,
  isAnything,
  isFunction,
  isObject,
  isPositive,
  isSendable,
  isSignal,
  isText,
  isWhole,
  oneOf,
  optionNames,
  readOptions,
} from "../src/options.ts";

/** Each check, the words for what it expects, and values on either side of it. */
const CHECKS: readonly [
  check: Check,
  expected: string,
  fine: unknown[],
  wrong: unknown[],
][] = [
  [isText, "a string", ["", "a"], [1, null, undefined, ["a"], new String("a")]],
  [
    isSendable,
    "a string without lone surrogates",
    ["", "a\ud83d\ude00"],
    ["\ud83d", "\ude00a", 1, null],
  ],
  [
    isWhole(1, 10),
    "an integer from 1 to 10",
    [1, 10],
    [0, 11, 1.5, NaN, Infinity, "1", 1n, null],
  ],
  [
    isWhole(0, Number.MAX_SAFE_INTEGER),
    "an integer from 0 to 9007199254740991",
    [0, -0, 2 ** 53 - 1],
    [-1, 2 ** 53],
  ],
  [
    isPositive,
    "a positive number",
    [Number.MIN_VALUE, 1, Infinity],
    [0, -0, -1, NaN, "1", 1n, null],
  ],
  [oneOf(2, 3), "2 or 3", [2, 3], [1, "2", 2n, undefined]],
  [oneOf(true, "a"), 'true or "a"', [true, "a"], [false, "true", "b"]],
  [isAnything as Check, "", [undefined, null, 1, {}], []],
  [isFunction, "a function or class", [() => {}, class {}], [{}, null, "f"]],
  [isObject, "an object", [{}, [], new Map()], [null, undefined, 1, "a"]],
  [
    isSignal,
    "an AbortSignal",
    [AbortSignal.abort(), new AbortController().signal],
    [{}, { aborted: false }, new AbortController(), null],
  ],
];

Deno.test("checks of options accept what fits and name what was expected", () => {
  for (const [check, expected, fine, wrong] of CHECKS) {
    for (const value of fine) {
      assertEquals(check(value), undefined, `${expected}: ${String(value)}`);
    }
    for (const value of wrong) {
      assertEquals(check(value), expected, `${expected}: ${String(value)}`);
    }
  }
});

Deno.test("readOptions() takes an option that is undefined for one not given", () => {
  const checks = { name: isText, size: isWhole(1, 2) };
  readOptions({}, checks, "a thing");
  readOptions({ name: undefined, size: undefined }, checks, "a thing");
  readOptions({ name: "", size: 2 }, checks, "a thing");
  assertThrows(
    () => readOptions({ name: "a", size: 3 }, checks, "a thing"),
    TypeError,
    'The option "size" of a thing is not an integer from 1 to 2',
  );
});

Deno.test("readOptions() refuses names that it does not know, given or not", () => {
  const checks = { name: isText, size: isPositive };
  for (const name of ["nmae", "constructor", "__proto__", "hasOwnProperty"]) {
    for (const value of [1, undefined]) {
      const options = Object.fromEntries([[name, value]]);
      assertThrows(
        () => readOptions(options, checks, "a thing"),
        TypeError,
        `Unknown option "${name}" of a thing: there are "name", "size"`,
      );
    }
  }
});

Deno.test("readOptions() names the option that may have been meant", () => {
  const checks = { hostname: isText, maxRetries: isPositive, db: isPositive };
  const meant = { host: "hostname", retries: "maxRetries", dbs: undefined };
  for (const [name, option] of Object.entries(meant)) {
    const { message } = assertThrows(
      () => readOptions({ [name]: 1 }, checks, "a thing"),
      TypeError,
    );
    const [, hint] = message.split("; ");
    assertEquals(hint, option && `is it "${option}"?`);
  }
});

Deno.test("readOptions() refuses what is no object", () => {
  for (const options of [null, undefined, 1, "text", () => {}]) {
    assertThrows(
      () => readOptions(options, {}, "a thing"),
      TypeError,
      "The options of a thing are not an object",
    );
  }
});

/** What a class says of itself, beside fields: by a getter, once. */
class Settings {
  #asked = 0;
  static readonly size = 1;
  name = "field";

  get size(): number {
    return this.#asked++ === 0 ? 1 : NaN;
  }

  describe(): string {
    return `${this.name}: ${this.size}`;
  }
}

const CHECKED = { name: isText, size: isWhole(1, 9), list: isObject };

Deno.test("readOptions() reads what an object says by getters or its class", () => {
  class Derived extends Settings {}
  const ways: { name?: string; size?: number }[] = [
    new Settings(),
    new Derived(),
    Object.create({ name: "field", size: 1 }),
    Object.create(Object.create(null, {
      name: { value: "field" },
      size: { value: 1 },
    })),
    Object.assign(Object.create(null), { name: "field", size: 1 }),
    Object.defineProperties({}, {
      name: { value: "field" },
      size: { get: () => 1 },
    }),
    new Proxy({ name: "field", size: 1 }, {}),
  ];
  for (const way of ways) {
    const read = readOptions(way, CHECKED, "a thing");
    // No matter how often it is read from here on.
    assertEquals({ ...read }, { name: "field", size: 1 });
    assertEquals(read.size, 1);
  }
});

Deno.test("readOptions() reads every option once, and copies lists", () => {
  const reads: string[] = [];
  const options = new Proxy({ name: "a", size: 2 }, {
    get: (target, name, receiver) => {
      if (typeof name === "string") reads.push(name);
      return Reflect.get(target, name, receiver);
    },
  });
  readOptions(options, CHECKED, "a thing");
  assertEquals(reads, ["name", "size"]);
  const list = ["a"];
  const read = readOptions({ list }, CHECKED, "a thing");
  list.push("b");
  assertEquals(read.list, ["a"]);
  // A copy is not copied again, so that what hosts share stays one thing.
  assertEquals(readOptions(read, CHECKED, "a thing").list === read.list, true);
  // What looks like such a copy is none.
  const frozen = Object.freeze(["a"]);
  const { list: other } = readOptions({ list: frozen }, CHECKED, "a thing");
  assertEquals(other === frozen, false);
});

Deno.test("readOptions() refuses unknown names of a class as well", () => {
  class Other extends Settings {
    get port(): number {
      return 1;
    }
  }
  for (const options of [new Other(), Object.create({ port: 1 })]) {
    assertThrows(
      () => readOptions(options, CHECKED, "a thing"),
      TypeError,
      'Unknown option "port" of a thing',
    );
  }
});

Deno.test("readOptions() refuses what has no names, by its kind", () => {
  const kinds: Record<string, object> = {
    Array: ["name"],
    Map: new Map([["name", "a"]]),
    Set: new Set(["name"]),
    URL: new URL("redis://a.test"),
    URLSearchParams: new URLSearchParams("name=a"),
    Promise: Promise.resolve({ name: "a" }),
    Date: new Date(),
    RegExp: /name/,
    Number: new Number(5),
    String: new String("name"),
    Uint8Array: new Uint8Array(2),
    AbortSignal: AbortSignal.abort(),
    Error: new Error("name"),
  };
  for (const [kind, options] of Object.entries(kinds)) {
    assertThrows(
      () => readOptions(options, CHECKED, "a thing"),
      TypeError,
      `The options of a thing are not an object with names and values, but of the kind "${kind}"`,
    );
  }
});

Deno.test("optionNames() takes a module for an object", async () => {
  const module = await import("../src/clients/client_options.ts");
  assertEquals(optionNames(module, "a thing"), Object.keys(module));
});

Deno.test("readOptions() knows the prototype of another realm for one", () => {
  const other = runInNewContext("({ name: 'a' })");
  assertEquals(readOptions(other, CHECKED, "a thing"), { name: "a" });
});
