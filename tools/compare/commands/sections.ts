/**
 * One section for each command: a map and calls beside each other, and beside
 * what other clients offer for the same.
 *
 * @module
 */

import { COMMANDS_DATABASE, type OpenClients } from "../clients.ts";
import type { ServerAddress, Way } from "../contender.ts";
import { pipelined } from "../ioredis.ts";
import { called, mapped } from "../rb.ts";
import { benchmarkAll } from "../redis_benchmark.ts";
import type { Contender, Section } from "../sections.ts";
import { together } from "../ways.ts";
import { makeKey, makeValues, type Workload } from "../workload.ts";
import { CommandData, type KeySet } from "./data.ts";
import { contenderNames, DEPTH } from "./names.ts";
import { type CommandRow, leavesOf } from "./row.ts";
import { COMMANDS } from "./table.ts";

/** What the sections of all commands share. */
export interface CommandStage {
  readonly clients: OpenClients;
  readonly servers: readonly ServerAddress[];
  readonly workload: Workload;
}

/** How many commands redis-benchmark sends for each key, */
const PER_KEY = 4;
/** and the fewest that its clock of milliseconds can tell apart. */
const LEAST_COMMANDS = 5_000;

/** What redis-benchmark replaces with a number of twelve digits. */
const RANDOM = "__rand_int__";

/** The sections of all commands. */
export function commandSections(stage: CommandStage): Section[] {
  return COMMANDS.map((row) => commandSection(row, stage));
}

/** The section of one command. */
export function commandSection(row: CommandRow, stage: CommandStage): Section {
  const { clients, servers, workload } = stage;
  const { rb, ioredis, nodeRedis, redisBenchmark } = clients;
  const names = contenderNames(row.name);
  const sets = setsOf(workload);
  const data = new CommandData(row, { servers, database: 0, sets });
  const contender = (
    name: string,
    way: Way,
    shape?: Contender["shape"],
  ): Contender => ({
    name,
    way,
    shape,
    restore: row.restore && {
      before: row.restore.before,
      run: () => data.restore(),
    },
  });
  const benchmark = redisBenchmark && benchmarkContender(row, stage);
  const count = workload.keys.length.toLocaleString("en-US");
  return {
    name: row.name,
    title: `${row.title}, ${count} keys, values of ${workload.valueSize} bytes`,
    group: "commands",
    rounds: 5,
    warmups: 1,
    writes: false,
    workload,
    baseline: names.pipeline,
    contenders: [
      contender(names.map, mapped(rb.cluster, row.rb), row.shape?.rb),
      contender(names.calls, called(rb.cluster, row.rb), row.shape?.rb),
      contender(names.pipeline, pipelined(ioredis.clients, row.ioredis)),
      contender(names.automatic, together(ioredis.automatic, row.ioredis)),
      contender(
        names.nodeRedis,
        together(nodeRedis.clients, row.nodeRedis),
        row.shape?.nodeRedis,
      ),
      ...benchmark ? [benchmark.contender] : [],
    ],
    open: async () => {
      await using opening = new AsyncDisposableStack();
      opening.use(await data.open());
      if (benchmark) opening.use(await benchmark.data.open());
      return opening.move();
    },
    check: ({ keys, values }, contender, found) => {
      keys.forEach((key, at) =>
        checkReply(contender, {
          key,
          found: found[at],
          expected: row.reply(key, values[at]),
        })
      );
    },
  };
}

function checkReply(
  { name, shape = (reply) => reply }: Contender,
  { key, found, expected }: {
    readonly key: string;
    readonly found: unknown;
    readonly expected: ReturnType<CommandRow["reply"]>;
  },
): void {
  const leaves = leavesOf(shape(found as never));
  if (
    leaves.length === expected.length &&
    leaves.every((leaf, at) => fits(leaf, expected[at]))
  ) return;
  throw new Error(
    `"${name}" read "${leaves.join(" ")}" for "${key}", ` +
      `not "${expected.join(" ")}"`,
  );
}

function fits(leaf: string, expected: string | RegExp): boolean {
  return typeof expected === "string" ? leaf === expected : expected.test(leaf);
}

/** The keys of each server. */
function setsOf({ shards, values }: Workload): KeySet[] {
  return shards.map(({ keys, places }) => ({
    keys,
    values: places.map((place) => values[place]),
  }));
}

/** How many commands redis-benchmark sends to a server: whole pipelines. */
export function benchmarkCommands(row: CommandRow, keys: number): number {
  const wanted = Math.max(LEAST_COMMANDS, keys * (row.perKey ?? PER_KEY));
  return DEPTH * Math.ceil(wanted / DEPTH);
}

/**
 * redis-benchmark picks keys at random from all that it is told of, so that each
 * server has the same ones, in a database of their own.
 */
function benchmarkContender(
  row: CommandRow,
  { servers, workload }: CommandStage,
): { contender: Contender; data: CommandData } {
  const count = workload.keys.length;
  const set = {
    keys: Array.from({ length: count }, (_, id) => makeKey("cmd", id)),
    values: makeValues(count, workload.valueSize, "0"),
  };
  const database = COMMANDS_DATABASE;
  const sets = servers.map(() => set);
  const data = new CommandData(row, { servers, database, sets });
  const way = benchmarkAll(servers, {
    database,
    depth: DEPTH,
    commands: benchmarkCommands(row, count),
    keys: count,
    words: row.words(`cmd:${RANDOM}`, `mem:${RANDOM}`),
  });
  const { redisBenchmark: name } = contenderNames(row.name);
  const restore = row.restore &&
    { before: "run" as const, run: () => data.restore() };
  return { contender: { name, way, restore }, data };
}
