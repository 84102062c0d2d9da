// Whether the contenders of a command do the same: what they send is what a
// server says that it was sent, and what they read is checked as in the rounds.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RawClient } from "../../support/raw_client.ts";
import { COMMANDS_DATABASE } from "../../tools/compare/clients.ts";
import { contenderNames } from "../../tools/compare/commands/names.ts";
import { leavesOf } from "../../tools/compare/commands/row.ts";
import {
  benchmarkCommands,
  commandSection,
} from "../../tools/compare/commands/sections.ts";
import { RUN } from "../../tools/compare/commands/scripts.ts";
import { COMMANDS } from "../../tools/compare/commands/table.ts";
import type { ServerAddress } from "../../tools/compare/contender.ts";
import { hasRedisBenchmark } from "../../tools/compare/redis_benchmark.ts";
import { setTheStage } from "../../tools/compare/stage.ts";

/** So many that each of the four servers has some. */
const KEYS = 20;

/** What one server was sent by its clients, as long as it is watched. */
class Monitor implements Disposable {
  readonly #client: RawClient;
  readonly #server: ServerAddress;
  #text = "";
  #marks = 0;

  private constructor(client: RawClient, server: ServerAddress) {
    this.#client = client;
    this.#server = server;
  }

  static async open(server: ServerAddress): Promise<Monitor> {
    const client = await RawClient.connect(server);
    assertEquals(await client.command("MONITOR"), "OK");
    return new Monitor(client, server);
  }

  /** What has come since the last time: the database and words of commands. */
  async take(): Promise<{ database: number; words: string[] }[]> {
    const mark = `mark-${++this.#marks}`;
    using asking = await RawClient.connect(this.#server);
    await asking.command("ECHO", mark);
    while (!this.#text.includes(`"ECHO" "${mark}"`)) {
      const text = await this.#client.read();
      assert(text !== null);
      this.#text += text;
    }
    const end = this.#text.indexOf("\r\n", this.#text.indexOf(mark));
    const lines = this.#text.slice(0, end).split("\r\n");
    this.#text = this.#text.slice(end);
    return lines.flatMap((line) => {
      // A script's own commands come from "lua", everything else from a port.
      const [, database, rest] = /^\+\S+ \[(\d+) [\d.:]+\] (.*)$/.exec(line) ??
        [];
      if (rest === undefined) return [];
      const words = rest.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
      return [{
        database: Number(database),
        words: words.map((word) => String(JSON.parse(word))),
      }];
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

/** Words as they compare: names and options may be in lower case. */
function sentence(words: readonly string[]): string {
  return words.map((word) => word.toUpperCase()).join(" ");
}

/** A script is run by its hash, but for the first one of a batch of run(). */
function byHash([name, script, ...rest]: readonly string[]): string[] {
  return name === "EVAL" && script === RUN.script
    ? ["EVALSHA", RUN.sha, ...rest]
    : [name, script, ...rest];
}

Deno.test("every contender of a command sends the same and reads the same", async (t) => {
  // The number is that of sections of clients.
  await using stage = await setTheStage(KEYS * 2.5);
  const { servers, commands: workload } = stage;
  assertEquals(workload.keys.length, KEYS);
  const monitors = await Promise.all(servers.map(Monitor.open));
  using _closing = {
    [Symbol.dispose]: () => monitors.forEach((one) => one[Symbol.dispose]()),
  };
  for (const row of COMMANDS) {
    await t.step(row.name, async () => {
      const section = commandSection(row, { ...stage, workload });
      await using _data = await section.open?.();
      const names = contenderNames(row.name);
      const own = section.contenders.filter(({ name }) =>
        name !== names.redisBenchmark
      );
      assertEquals(own.length, 5);
      for (const contender of own) {
        await contender.restore?.run();
        await Promise.all(monitors.map((monitor) => monitor.take()));
        const { values } = await contender.way(workload);
        assert(values !== undefined);
        section.check?.(workload, contender, values());
        const sent = await Promise.all(monitors.map((one) => one.take()));
        const expected = workload.shards.map(({ keys, places }) => {
          const pairs = keys.map((key, at) =>
            [key, workload.values[places[at]]] as const
          );
          if (contender.name === names.map && row.merged !== undefined) {
            const merged = pairs.map((pair) => row.merged?.(...pair) ?? []);
            return [
              sentence([
                merged[0][0],
                ...merged.flatMap(([, ...rest]) => rest),
              ]),
            ];
          }
          return pairs.map((pair) => sentence(row.words(...pair)));
        });
        assertEquals(
          sent.map((one) =>
            one.map(({ words }) =>
              sentence(
                row.name === "run" ? byHash(words) : words,
              )
            ).filter((text) => text.includes("CMD:"))
          ),
          expected,
          contender.name,
        );
      }
    });
  }
});

Deno.test({
  name: "redis-benchmark sends every command as the clients do",
  ignore: !await hasRedisBenchmark(),
  fn: async (t) => {
    await using stage = await setTheStage(KEYS * 2.5);
    const { servers, commands: workload } = stage;
    using monitor = await Monitor.open(servers[0]);
    for (const row of COMMANDS) {
      await t.step(row.name, async () => {
        const section = commandSection(row, { ...stage, workload });
        await using _data = await section.open?.();
        await monitor.take();
        const { redisBenchmark } = contenderNames(row.name);
        const { way } = section.contenders.find(({ name }) =>
          name === redisBenchmark
        )!;
        using server = await RawClient.connect(servers[0]);
        await server.command("CONFIG", "RESETSTAT");
        const { rate } = await way(workload);
        assert(rate! > 0);
        const sent = (await monitor.take()).filter(({ database, words }) =>
          database === COMMANDS_DATABASE && words[0] !== "SELECT"
        );
        assertEquals(sent.length, benchmarkCommands(row, KEYS));
        const anyNumber = (text: string) => text.replace(/\d{12}/g, "#");
        const expected = sentence(row.words("cmd:#", "mem:#"));
        for (const { words } of sent) {
          assertEquals(anyNumber(sentence(words)), expected);
          const numbers = words.join(" ").match(/\d{12}/g) ?? [];
          assert(numbers.every((number) => Number(number) < KEYS));
        }
        // Nor was any of it refused.
        const errors = await server.command("INFO", "errorstats");
        assert(!String(errors).includes("errorstat_"), String(errors));
      });
    }
  },
});

Deno.test("a section notices what was read wrong", async () => {
  await using stage = await setTheStage(KEYS * 2.5);
  const { commands: workload } = stage;
  for (const row of COMMANDS) {
    const section = commandSection(row, { ...stage, workload });
    for (const contender of section.contenders) {
      assertThrows(
        () =>
          section.check?.(
            workload,
            { ...contender, name: "other", shape: undefined },
            workload.keys.map(() => "wrong"),
          ),
        Error,
        `"other" read "wrong" for "${workload.keys[0]}"`,
      );
    }
  }
});

Deno.test("leavesOf() is the same for lists, records and maps", () => {
  const leaves = ["a", "1", "b", "null"];
  assertEquals(leavesOf(["a", 1, "b", null]), leaves);
  assertEquals(leavesOf({ a: "1", b: null }), leaves);
  assertEquals(leavesOf(new Map<string, unknown>([["a", 1n], ["b", null]])), [
    ...leaves,
  ]);
  assertEquals(leavesOf([["a", ["1"]], [], [["b"], [null]]]), leaves);
  assertEquals(leavesOf(new Error("ERR no")), ["ERR no"]);
});
