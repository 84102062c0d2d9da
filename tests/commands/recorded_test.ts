// Every method of our clients, held to what the real @db/redis was recorded to
// send and to give: see tools/record.ts.

import { assert, assertEquals } from "@std/assert";
import { COMMAND_METHODS } from "../../src/clients/redis_surface.ts";
import { METHODS } from "../../src/commands/method_table.ts";
import type { RecordedCall, RecordedSource } from "../../support/recorded.ts";
import { outcomeOf } from "../../support/recorded.ts";
import { corrected, exceptionOf, EXCEPTIONS } from "./recorded_exceptions.ts";
import { describe, difference, type Played, Replay } from "./replay.ts";

const FOLDER = new URL("recorded/", import.meta.url);
const SOURCE = "source.json";

const { methods } = await read<RecordedSource>(SOURCE);
const FAMILIES = await families();

async function read<T>(name: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(name, FOLDER)));
}

async function families(): Promise<Map<string, RecordedCall[]>> {
  const found = new Map<string, RecordedCall[]>();
  for (const { name } of [...Deno.readDirSync(FOLDER)]) {
    if (!name.endsWith(".json") || name === SOURCE) continue;
    found.set(name.slice(0, -".json".length), await read(name));
  }
  return found;
}

/** What is wrong with how a call was played, by what is right for it. */
function judge(
  call: RecordedCall,
  protocol: 2 | 3,
  played: Played,
): string | undefined {
  const exception = exceptionOf(call, protocol);
  if (exception === undefined) return difference(call, protocol, played);
  const right = corrected(call, protocol, exception);
  const found = difference(right, protocol, played);
  const isFine = found === undefined || exception.orRecorded === true &&
      difference(call, protocol, played) === undefined;
  return isFine ? undefined : `${found} (${exception.because})`;
}

/** Plays calls and lists what is wrong. */
async function failures(
  calls: readonly RecordedCall[],
  protocol: 2 | 3,
): Promise<string[]> {
  await using replay = new Replay(protocol);
  await replay.open();
  const found: string[] = [];
  for (const call of calls) {
    const exception = exceptionOf(call, protocol);
    const right = exception === undefined
      ? call
      : corrected(call, protocol, exception);
    const wrong = judge(call, protocol, await replay.play(right));
    if (wrong !== undefined) found.push(`${describe(call)} ${wrong}`);
  }
  return found;
}

for (const [family, calls] of FAMILIES) {
  for (const protocol of [2, 3] as const) {
    Deno.test(`${family}: words and values are those that were recorded, under RESP${protocol}`, async () => {
      assertEquals(await failures(calls, protocol), []);
    });
  }
}

Deno.test("every method of @db/redis was recorded", () => {
  const recorded = new Set(
    [...FAMILIES.values()].flat().map(({ method }) => method),
  );
  assertEquals(methods.filter((method) => !recorded.has(method)), []);
  assert(methods.length > 0);
});

Deno.test("every method of @db/redis has a row of our own", () => {
  // It takes any command there is, and makes none.
  const own = methods.filter((method) => method !== "sendCommand");
  assertEquals(own.filter((method) => !METHODS.has(method)), []);
  // So has what a later version of the package adds.
  assertEquals(COMMAND_METHODS.filter((method) => !METHODS.has(method)), []);
});

Deno.test("every exception is one: something was recorded that it makes right", () => {
  const calls = [...FAMILIES.values()].flat();
  const idle = EXCEPTIONS.filter((exception) =>
    !([2, 3] as const).some((protocol) =>
      calls.some((call) =>
        exceptionOf(call, protocol) === exception &&
        difference(
            call,
            protocol,
            asPlayed(corrected(call, protocol, exception), protocol),
          ) !== undefined
      )
    )
  );
  assertEquals(idle.map(({ because }) => because), []);
});

Deno.test("a wrong word, value or error is found", async () => {
  const [get] = FAMILIES.get("strings")!;
  assertEquals(describe(get), 'get("k")');
  const wrong: RecordedCall[] = [
    { ...get, words: ["GET", "l"] },
    { ...get, words: ["GETDEL", "k"] },
    { ...get, words: ["GET", "k", "k"] },
    { ...get, words: null },
    { ...get, value: "" },
    { ...get, reply: "$1\r\nv\r\n" },
    { ...get, value: undefined, error: "ErrorReplyError: -ERR" },
    { ...get, reply: "-ERR other\r\n", error: "ErrorReplyError: -ERR" },
    { ...get, method: "strlen" },
  ];
  assertEquals(await failures([get], 2), []);
  for (const call of wrong) {
    assertEquals((await failures([call], 2)).length, 1, JSON.stringify(call));
  }
});

/** How a call would be played that is all right. */
function asPlayed(call: RecordedCall, protocol: 2 | 3): Played {
  const { value, error } = outcomeOf(call, protocol);
  const words = call.words as string[] | null;
  return {
    commands: words === null ? [] : [words],
    ...(error === undefined ? { value } : { error: new TypeError(error) }),
  };
}
