/**
 * `plan`: what moves when the hosts of a cluster change.
 *
 * @module
 */

import { type Cluster, type KeyMove, plan } from "../../../mod.ts";
import { OTHER } from "../cluster_source.ts";
import {
  type CommandSpec,
  type Context,
  hostName,
  print,
  printJson,
} from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { shownKey } from "../key_text.ts";
import { paintOf } from "../style.ts";
import { type Column, tableLines } from "../table.ts";
import { amount, percentage } from "../units.ts";

/** What moves when the hosts of a cluster change; nothing is opened for it. */
export const PLAN: CommandSpec = {
  name: "plan",
  summary: "tell what moves when the hosts change; no server is asked",
  description:
    "The cluster as it shall be is given by the options that begin with " +
    '"--to-". Its router is that of the first one, unless it is named. With ' +
    "keys, those that move are told as well.",
  permissions: { connects: false, acl: [] },
  refuses: {
    seeds:
      "Cannot plan for a Redis Cluster: its servers decide what moves, and " +
      '"redis-cli --cluster rebalance --cluster-simulate" tells it',
  },
  compares: true,
  declare: (command) => {
    command.argument("[key...]", "keys to look at one by one");
  },
  async run(context, { args }) {
    const { cluster: before } = context;
    const after = await context.otherCluster(OTHER);
    const { share, exact, moves, keys } = plan(before, after, args);
    if (context.json) {
      const moving = [...keys].map(([key, move]) => ({ key, ...move }));
      printJson(context, { share, exact, moves, keys: moving });
      return EXIT.ok;
    }
    const way = exact ? "computed" : "estimated";
    print(context, [`${percentage(share)} of all keys move (${way})`]);
    printTable(context, moves, [...between(before, after), {
      title: "SHARE",
      isNumber: true,
      text: (move) => percentage(move.share),
    }]);
    if (args.length === 0) return EXIT.ok;
    print(context, [
      "",
      `${keys.size} of ${amount(new Set(args).size, "key")} move`,
    ]);
    const moving = [...keys].map(([key, move]) => ({ key, ...move }));
    printTable(context, moving, [...between(before, after), {
      title: "KEY",
      text: ({ key }) => shownKey(String(key)),
    }]);
    return EXIT.ok;
  },
};

/** Columns that say from where to where. */
function between(before: Cluster, after: Cluster): Column<KeyMove>[] {
  return [
    { title: "FROM", text: ({ from }) => hostName(before, from) },
    { title: "TO", text: ({ to }) => hostName(after, to) },
  ];
}

function printTable<T>(
  context: Context,
  rows: readonly T[],
  columns: readonly Column<T>[],
): void {
  if (rows.length === 0) return;
  print(context, [
    "",
    ...tableLines(columns, rows, paintOf(context.shell.out)),
  ]);
}
