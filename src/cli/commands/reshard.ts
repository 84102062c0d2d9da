/**
 * `reshard`: moves the keys of a cluster to other hosts.
 *
 * @module
 */

import { Argument, Option } from "commander";
import {
  type Cluster,
  reshard,
  type ReshardOptions,
  type ReshardProgress,
  reshardStatus,
} from "../../../mod.ts";
import { OTHER } from "../cluster_source.ts";
import {
  type CommandSpec,
  type Context,
  hostName,
  print,
  printJson,
  wholeNumber,
} from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { ReshardReport } from "../reshard_report.ts";
import { paintOf } from "../style.ts";
import { freeText, objectionsTo, statusLines } from "../reshard_texts.ts";
import { amount, bytes } from "../units.ts";

/** The options of the command line. */
interface ReshardCommandOptions {
  rate: number;
  pageSize: number;
  grace: number;
  replicated: number;
  kill?: boolean;
  maxValueBytes?: number;
  writers: Writers;
  confirmed?: boolean;
}

type Writers = NonNullable<ReshardOptions["writers"]>;

/** Moves the keys of a cluster to other hosts. */
export const RESHARD: CommandSpec = {
  name: "reshard",
  summary: "move keys to other hosts while programs write",
  description:
    "The cluster as it shall be is given by the options that begin " +
    'with "--to-". All programs have to have both, or are stopped meanwhile ' +
    "(--writers stopped): see docs/resharding.md.\n\n" +
    "check   tells what keeps keys from being moved; exit 1 if anything does, or " +
    "if they have moved already\n" +
    "run     moves them, or goes on where it has stopped; exit 1 if a key was " +
    "written on both sides, or if it waits for --confirmed\n" +
    "status  tells how far it is; the hosts to come may be left out\n" +
    "abort   moves everything back",
  permissions: {
    connects: true,
    acl: [
      "~*",
      "+get",
      "+set",
      "+incr",
      "+hmget",
      "+hset",
      "+hdel",
      "+eval",
      "+evalsha",
      "+dump",
      "+pttl",
      "+restore",
      "+unlink",
      "+exists",
      "+rename",
      "+time",
      "+scan",
      "+hkeys",
      "+dbsize",
      "+info",
      "+memory|usage",
      "+client|list",
      "+client|kill",
      "+client|setname",
      "+acl|whoami",
      "+acl|dryrun",
    ],
    optionAcl: {
      "--replicated": ["+wait"],
      "--writers stopped": [
        "+acl",
        "+hsetnx",
        "+hgetall",
        "+client|unblock",
        "+type",
        "+lrange",
        "+smembers",
        "+zrange",
      ],
    },
  },
  refuses: {
    seeds: "Cannot reshard a Redis Cluster: its servers move keys by " +
      'themselves, as "redis-cli --cluster reshard" tells them',
  },
  compares: true,
  declare: (command) => {
    const what = new Argument("<action>", "what to do")
      .choices(["check", "run", "status", "abort"]);
    command.addArgument(what);
    command
      .option(
        "--rate <n>",
        "the most keys a second",
        wholeNumber("--rate", 1),
        20_000,
      )
      .option(
        "--page-size <n>",
        "how many keys travel together",
        wholeNumber("--page-size", 1),
        100,
      )
      .option(
        "--grace <ms>",
        "milliseconds before connections are closed that do not hear",
        wholeNumber("--grace", 0),
        2_000,
      )
      .option(
        "--max-value-bytes <n>",
        "stop before a value that is larger",
        wholeNumber("--max-value-bytes", 1),
      )
      .option(
        "--replicated <n>",
        "replicas that have to have each step of a move; with --sentinels one at " +
          "the least",
        wholeNumber("--replicated", 0),
        0,
      )
      .option("--kill", "close connections of programs that do not follow")
      .addOption(
        new Option(
          "--writers <what>",
          "what programs do: follow the ring, or stand still as they are denied " +
            "to write",
        ).choices(["follow", "stopped"]).default("follow"),
      )
      .option(
        "--confirmed",
        "with --writers stopped: all programs with the former hosts are gone",
      );
  },
  async run(context, { args: [action], options }) {
    const { cluster: before } = context;
    // The record alone tells how far a move is.
    const isAlone = action === "status" && !context.names(OTHER);
    const after = isAlone ? before : await context.otherCluster(OTHER);
    const how = options as unknown as ReshardCommandOptions;
    const [from, to] = action === "abort" ? [after, before] : [before, after];
    switch (action) {
      case "check":
        return await check(context, [before, after], how);
      case "status":
        return await tellStatus(context, [before, after], how);
      default:
        return await move(context, [from, to], {
          ...how,
          target: action === "abort" ? "--from" : "--to",
        });
    }
  },
};

/** Two sets of hosts. */
type Clusters = readonly [from: Cluster, to: Cluster];

async function check(
  context: Context,
  [before, after]: Clusters,
  { writers, rate, maxValueBytes, replicated }: ReshardCommandOptions,
): Promise<number> {
  const { signal } = context.shell;
  const status = await reshardStatus(before, after, {
    ...{ writers, rate, replicated, keys: true, signal },
    ...(maxValueBytes === undefined ? {} : { maxValueBytes }),
  });
  const { flows, warnings } = status;
  const problems = [...objectionsTo(status), ...status.problems];
  if (context.json) printJson(context, status);
  else {
    const paint = paintOf(context.shell.out);
    print(context, [
      ...flows.map((flow) =>
        `${amount(flow.keys, "key")} with ${bytes(flow.bytes)} from host ` +
        `${hostName(before, flow.from)} to host ${hostName(after, flow.to)}`
      ),
      ...warnings.map((warning) => paint(warning, "yellow")),
      ...problems.length === 0
        ? [paint(freeText(status), "green")]
        : problems.map((problem) => paint(problem, "red")),
    ]);
  }
  return problems.length === 0 ? EXIT.ok : EXIT.no;
}

async function tellStatus(
  context: Context,
  [before, after]: Clusters,
  { writers }: ReshardCommandOptions,
): Promise<number> {
  const { signal } = context.shell;
  const isOne = before === after;
  const status = await reshardStatus(before, after, { writers, signal });
  if (context.json) printJson(context, status);
  else {
    print(context, statusLines(status, isOne));
  }
  return EXIT.ok;
}

async function move(
  context: Context,
  [from, to]: Clusters,
  { target, ...how }: ReshardCommandOptions & {
    /** The option that names the hosts that keys go to. */
    readonly target: string;
  },
): Promise<number> {
  const { shell } = context;
  const { rate, pageSize, grace, kill, maxValueBytes, writers, replicated } =
    how;
  const moving = reshard(from, to, {
    rate,
    pageSize,
    grace,
    replicated,
    strangers: kill === true ? "kill" : "refuse",
    writers,
    confirmed: how.confirmed === true,
    signal: shell.signal,
    ...(maxValueBytes === undefined ? {} : { maxValueBytes }),
  });
  const report = new ReshardReport(context);
  try {
    for await (const step of moving) report.show(step);
  } finally {
    report.end();
    tellConflicts(context, { writers, last: report.last });
  }
  const { last, isIdle } = report;
  if (last?.phase === "copied") {
    const { programs } = await reshardStatus(from, to, { writers });
    if (!context.json) print(context, confirmationText(context, programs));
    return EXIT.no;
  }
  if (!context.json) {
    const text = isIdle
      ? `No keys moved: the hosts of ${target} are in use`
      : writers === "follow"
      ? `${amount(last?.moved ?? 0, "key")} moved`
      : "All keys have moved, and writing is allowed";
    print(context, [paintOf(shell.out)(text, "green")]);
  }
  return last?.conflicts.length ? EXIT.no : EXIT.ok;
}

/** Tells which keys have two values, also where that has ended the move. */
function tellConflicts(
  context: Context,
  { writers, last }: { writers: Writers; last: ReshardProgress | undefined },
): void {
  const { length } = last?.conflicts ?? [];
  if (context.json || length === 0) return;
  const what = writers === "follow"
    ? "written on both sides: the values of the former hosts are in " +
      "__rb__:conflict:* there"
    : "not the same on both sides; --json lists them";
  const text = `${amount(length, "key")} ${what}`;
  print(context, [paintOf(context.shell.out)(text, "red")]);
}

/** What is left to do when all is copied. */
function confirmationText(
  context: Context,
  programs: readonly string[],
): string[] {
  const paint = paintOf(context.shell.out);
  return [
    paint("All is copied, and writing is denied", "green"),
    ...(programs.length === 0
      ? ["No program is connected"]
      : ["Connected are:", ...programs.map((one) => `  ${one}`)]),
    "When no program has the former hosts any more, run this again with " +
    "--confirmed",
  ];
}
