/**
 * Records what every method of the real `@db/redis` sends and gives, as facts
 * for `tests/commands/recorded_test.ts`: `sh tools/dev record [FAMILY…]`.
 *
 * It needs the package itself: JSR, or an import map in `RB_IMPORT_MAP`.
 *
 * @module
 */

import { type Client, create } from "@db/redis";
import configuration from "../deno.json" with { type: "json" };
import { canonical, type RecordedCall } from "../support/recorded.ts";
import type { Case } from "./record/cases.ts";
import { FAMILIES } from "./record/families.ts";
import { linesOf, readLines, write, writeSource } from "./record/files.ts";
import { record } from "./record/recorder.ts";
import { Stage } from "./record/stage.ts";

/** What a client has beside its commands. */
const NO_COMMANDS = new Set([
  "addEventListener",
  "close",
  "connect",
  "constructor",
  "removeEventListener",
]);

/** What the class has for itself. */
const HELPER = /^(exec.*Reply|push[A-Z].*)$/;

if (import.meta.main) await main(Deno.args);

async function main(names: string[]): Promise<void> {
  const unknown = names.find((name) => !Object.hasOwn(FAMILIES, name));
  if (unknown !== undefined) {
    const known = Object.keys(FAMILIES).join(", ");
    throw new TypeError(`Unknown family "${unknown}": there are ${known}`);
  }
  await using stage = await Stage.open();
  for (const [name, cases] of Object.entries(FAMILIES)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const calls = await recordAll(stage, name, unique(cases));
    const lines = linesOf(calls, await readLines(name));
    await write(name, lines);
    console.log(`${name}: ${calls.length} calls`);
  }
  const methods = methodNames();
  await writeSource({
    package: configuration.imports["@db/redis"],
    server: `Redis ${await stage.version()}`,
    methods,
  });
  console.log(`${methods.length} methods`);
}

async function recordAll(
  stage: Stage,
  family: string,
  cases: readonly Case[],
): Promise<{ call: RecordedCall; changing: boolean }[]> {
  const calls: { call: RecordedCall; changing: boolean }[] = [];
  for (const one of cases) {
    try {
      const call = await record(stage, one);
      calls.push({ call, changing: one.changing === true });
    } catch (cause) {
      const what = `${one.method}(${Deno.inspect(one.args).slice(1, -1)})`;
      throw new Error(`Cannot record ${what} of ${family}`, { cause });
    }
  }
  return calls;
}

/** The cases without those that are there twice, as grids of options have some. */
function unique(cases: readonly Case[]): Case[] {
  const byText = new Map(cases.map((one) => [canonical(one), one]));
  return [...byText.values()];
}

/** The names of all methods that are commands, or send some. */
function methodNames(): string[] {
  const sample = create({} as Client);
  const properties = Object.getOwnPropertyDescriptors(
    Object.getPrototypeOf(sample),
  );
  return Object.entries(properties)
    .filter(([name, { value }]) =>
      typeof value === "function" && !NO_COMMANDS.has(name) &&
      !HELPER.test(name)
    )
    .map(([name]) => name)
    .sort();
}
