import { assertEquals, assertThrows } from "@std/assert";
import type { Argument } from "../../../src/values.ts";
import { Encoder } from "../../../src/wire/resp/encoder.ts";

const LONG = "a text that is long enough to be copied";

/** Commands whose arguments are alike in some places, and of every kind. */
const ALIKE: readonly (readonly Argument[])[] = [
  ["key:1", LONG, 1, "value", "é", new Uint8Array([65]), 60, LONG],
  ["key:2", LONG, 1, "value", "é", new Uint8Array([65]), 60, LONG],
  // What varies has another length, and is alike again,
  ["key:10", LONG, 1, "a longer value", "é", new Uint8Array(0), 60n, LONG],
  ["key:10", LONG, 1, "a longer value", "é", new Uint8Array(0), 60n, LONG],
  // and what was alike varies.
  ["", "日".repeat(50), "1", "value", "e", "A", -0, LONG],
  ["key:1", "日".repeat(50), "1", "", "é", "A", 0, "end"],
  ["key:1", LONG, 1, "value", "é", new Uint8Array([65]), 60, LONG],
];

/** Neighbours that have nothing in common. */
const UNLIKE: readonly (readonly Argument[])[] = [
  ["key:1", 1, LONG],
  ["key:2", "2", `${LONG}!`],
  ["key:3", 3, LONG],
];

function oneByOne(commands: readonly (readonly Argument[])[]): Encoder {
  const encoder = new Encoder();
  for (const args of commands) encoder.command("EVAL", args);
  return encoder;
}

for (
  const [name, commands] of [["alike", ALIKE], ["unlike", UNLIKE]] as const
) {
  const list = commands.flat();
  const argCount = commands[0].length;

  Deno.test(`Encoder.commandsFrom() writes commands that are ${name}`, () => {
    for (let from = 0; from <= commands.length; from++) {
      for (let to = from; to <= commands.length; to++) {
        const expected = oneByOne(commands.slice(from, to)).bytes();
        // The buffer has to grow wherever it ends.
        for (let capacity = 0; capacity < 400; capacity += 7) {
          const encoder = new Encoder(capacity);
          const which = { argCount, from, to, limit: Infinity };
          assertEquals(encoder.commandsFrom("EVAL", list, which), to);
          assertEquals(encoder.bytes(), expected);
        }
      }
    }
  });

  Deno.test(`Encoder.commandsFrom() stops at the limit: ${name}`, () => {
    const whole = oneByOne(commands).bytes();
    for (let limit = 1; limit < whole.length; limit += 5) {
      const encoder = new Encoder();
      let written = new Uint8Array(0);
      for (let from = 0; from < commands.length;) {
        encoder.clear();
        const which = { argCount, from, to: commands.length, limit };
        const next = encoder.commandsFrom("EVAL", list, which);
        assertEquals(
          encoder.bytes(),
          oneByOne(commands.slice(from, next)).bytes(),
        );
        const butLast = oneByOne(commands.slice(from, next - 1)).length;
        assertEquals(next > from && butLast < limit, true);
        written = new Uint8Array([...written, ...encoder.bytes()]);
        from = next;
      }
      assertEquals(written, whole);
    }
  });
}

Deno.test("Encoder.commandsFrom() leaves nothing of a command that it refuses", () => {
  const list = ["key:1", LONG, 1, "key:2", LONG, NaN];
  const encoder = new Encoder();
  const which = { argCount: 3, from: 0, to: 2, limit: Infinity };
  assertThrows(
    () => encoder.commandsFrom("ZADD", list, which),
    TypeError,
    'Argument 3 of "ZADD" is NaN',
  );
  const first = new Encoder();
  first.command("ZADD", list.slice(0, 3));
  assertEquals(encoder.bytes(), first.bytes());
});

Deno.test("Encoder.scriptsFrom() writes the source once", () => {
  const script = { script: `return "${LONG}"`, sha: "0".repeat(40) };
  const list = ["a", "b", "c", "d"].flatMap((key) => [script.sha, 1, key]);
  const which = {
    ...{ argCount: 3, from: 0, to: 3, limit: Infinity },
    withSource: false,
  };
  const encoder = new Encoder();
  assertEquals(encoder.scriptsFrom(script, list, which), 3);
  const expected = new Encoder();
  expected.command("EVAL", [script.script, 1, "a"]);
  expected.command("EVALSHA", [script.sha, 1, "b"]);
  expected.command("EVALSHA", [script.sha, 1, "c"]);
  assertEquals(encoder.bytes(), expected.bytes());

  encoder.clear();
  expected.clear();
  encoder.scriptsFrom(script, list, { ...which, from: 3, to: 4 });
  expected.command("EVALSHA", [script.sha, 1, "d"]);
  assertEquals(encoder.bytes(), expected.bytes());

  encoder.clear();
  expected.clear();
  const wanted = { ...which, withSource: true, limit: 60 };
  assertEquals(encoder.scriptsFrom(script, list, wanted), 1);
  expected.command("EVAL", [script.script, 1, "a"]);
  assertEquals(encoder.bytes(), expected.bytes());
});
