/**
 * `reshard`: moves the keys of a cluster to other hosts.
 *
 * @module
 */

import { Argument } from "commander";
import {
  type Cluster,
  reshard,
  type ReshardProgress,
  reshardStatus,
} from "../../../mod.ts";
import { OTHER } from "../cluster_source.ts";
import {
  type CommandSpec,
  type Context,
  print,
  printJson,
  wholeNumber,
} from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { Progress } from "../progress.ts";
import { paintOf } from "../style.ts";
import { amount, grouped } from "../units.ts";

/** What the options of the cluster to come begin with. */
/** Milliseconds between two lines where there is no terminal. */
const PERIOD = 1_000;

/** The options of the command line. */
interface ReshardCommandOptions {
  rate: number;
  pageSize: number;
  grace: number;
  kill?: boolean;
  maxValueBytes?: number;
}

/** Moves the keys of a cluster to other hosts. */
export const RESHARD: CommandSpec = {
  name: "reshard",
  summary: "move keys to other hosts while programs write",
  description:
    "The cluster as it shall be is given by the options that begin " +
    'with "--to-". All programs have to have both: see docs/resharding.md.\n\n' +
    "check   tells what keeps keys from being moved; exit 1 if anything does\n" +
    "run     moves them, or goes on where it has stopped; exit 1 if a key was " +
    "written on both sides\n" +
    "status  tells how far it is\n" +
    "abort   moves everything back",
  permissions: {
    connects: true,
    acl: [
      "~*",
      "+@read",
      "+@write",
      "+@scripting",
      "+client",
      "+info",
      "+time",
    ],
  },
  refuses: {
    seeds: "Cannot reshard a Redis Cluster: its servers move keys by " +
      'themselves, as "redis-cli --cluster reshard" tells them',
    sentinels: "Cannot reshard shards behind Sentinel: a failover may lose " +
      "what was moved",
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
      .option("--kill", "close connections of programs that do not follow");
  },
  async run(context, { args: [action], options }) {
    const { cluster: before } = context;
    const after = await context.otherCluster(OTHER);
    switch (action) {
      case "check":
        return await check(context, before, after);
      case "status":
        return await tellStatus(context, before, after);
      case "abort":
        return await move(context, [after, before], options);
      default:
        return await move(context, [before, after], options);
    }
  },
};

async function check(
  context: Context,
  before: Cluster,
  after: Cluster,
): Promise<number> {
  const { signal } = context.shell;
  const status = await reshardStatus(before, after, { signal });
  const isFree = status.problems.length === 0 && status.from !== "others";
  if (context.json) printJson(context, status);
  else {
    const paint = paintOf(context.shell.out);
    const isOther = status.from === "others" || status.to === "others";
    const problems = [
      ...(isOther ? ["The hosts are in use with other ones"] : []),
      ...status.problems,
    ];
    print(
      context,
      problems.length === 0
        ? [paint("Nothing keeps keys from being moved", "green")]
        : problems.map((problem) => paint(problem, "red")),
    );
  }
  return isFree ? EXIT.ok : EXIT.no;
}

async function tellStatus(
  context: Context,
  before: Cluster,
  after: Cluster,
): Promise<number> {
  const { signal } = context.shell;
  const status = await reshardStatus(before, after, { signal });
  if (context.json) printJson(context, status);
  else {
    const { phase, epoch, from, to } = status;
    const what = phase === "stable"
      ? `the hosts ${from} are in use`
      : `${phase}, from the hosts ${from} to those ${to}`;
    print(context, [`Epoch ${epoch}: ${what}`]);
  }
  return EXIT.ok;
}

async function move(
  context: Context,
  [from, to]: readonly [Cluster, Cluster],
  given: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { shell } = context;
  const { rate, pageSize, grace, kill, maxValueBytes } =
    given as unknown as ReshardCommandOptions;
  const moving = reshard(from, to, {
    rate,
    pageSize,
    grace,
    strangers: kill === true ? "kill" : "refuse",
    signal: shell.signal,
    ...(maxValueBytes === undefined ? {} : { maxValueBytes }),
  });
  let bar: Progress | undefined;
  let last: ReshardProgress | undefined;
  let told = -Infinity;
  try {
    for await (const step of moving) {
      const isPhase = step.phase !== last?.phase;
      last = step;
      if (context.json) {
        if (isPhase || performance.now() - told > PERIOD) {
          told = performance.now();
          printJson(context, step);
        }
        continue;
      }
      if (isPhase) {
        bar?.clear();
        print(context, [step.phase]);
      }
      if (step.phase !== "moving") continue;
      bar ??= new Progress(shell.err, { noun: "key", total: step.total });
      bar.show(step.scanned);
      if (shell.err.isTerminal || performance.now() - told < PERIOD) continue;
      told = performance.now();
      print(context, [
        `${grouped(step.scanned)} of ${amount(step.total, "key")}, ` +
        `${grouped(step.keysPerSecond)} a second`,
      ]);
    }
  } finally {
    bar?.clear();
  }
  const { moved = 0, conflicts = [] } = last ?? {};
  if (!context.json) {
    const paint = paintOf(shell.out);
    print(context, [
      paint(`${amount(moved, "key")} moved`, "green"),
      ...(conflicts.length === 0 ? [] : [
        paint(
          `${
            amount(conflicts.length, "key")
          } written on both sides: the values ` +
            "of the former hosts are in __rb__:conflict:* there",
          "red",
        ),
      ]),
    ]);
  }
  return conflicts.length === 0 ? EXIT.ok : EXIT.no;
}
