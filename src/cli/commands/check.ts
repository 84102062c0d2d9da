/**
 * `check`: keys that are not where they belong.
 *
 * @module
 */

import {
  type Cluster,
  CommandError,
  type RingStatus,
  ringStatus,
} from "../../../mod.ts";
import {
  type CommandSpec,
  hostName,
  print,
  printJson,
  wholeNumber,
} from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { jsonKey, shownKey } from "../key_text.ts";
import { SCAN_ACL, walkKeys } from "../key_walk.ts";
import { ringText } from "../reshard_texts.ts";
import { sharedHosts, sharedText } from "../shared_hosts.ts";
import { paintOf } from "../style.ts";
import { tableLines } from "../table.ts";
import { amount, grouped } from "../units.ts";

/** The options of the command line. */
interface CheckOptions {
  limit: number;
  match?: string;
}

/** A key that is not where it belongs. */
interface Stray {
  readonly key: Uint8Array;
  /** The host that has it. */
  readonly hostId: number;
  /** The host that it belongs to. */
  readonly belongsTo: number;
}

/** How many keys are on a host and belong to another. */
interface Flow {
  readonly hostId: number;
  readonly belongsTo: number;
  keys: number;
}

/** Keys that are not where they belong. */
export const CHECK: CommandSpec = {
  name: "check",
  summary: "find keys that are not where they belong; exit 1 if there are any",
  description: "Goes through all keys with SCAN. Such a key is never read " +
    "again: it was left behind when hosts changed, or written by a program " +
    "with other hosts, or another router. In a Redis Cluster it is one whose " +
    "slot is on its way to another host, or was left half way. Where servers " +
    "say that other hosts are in use, as reshard has them do, that is told, " +
    "with exit code 1 as well.",
  permissions: {
    connects: true,
    acl: ["+scan", "+dbsize"],
    mayAcl: ["+get", "~__rb__:ring"],
    clusterAcl: SCAN_ACL,
  },
  declare: (command) => {
    command
      .option(
        "--limit <n>",
        "how many keys to list; all are counted",
        wholeNumber("--limit", 0),
        20,
      )
      .option("--match <pattern>", "only keys that match, such as user:*");
  },
  async run(context, { options }) {
    const { cluster, shell } = context;
    const { limit, match } = options as unknown as CheckOptions;
    const ring = context.kind === "seeds" ? undefined : await ringOf(cluster);
    const isOther = ring !== undefined && ring.from !== "own" &&
      ring.to !== "own";
    // Where the cluster follows them, they have told it which one is in use.
    const router = cluster.getRouter();
    const shared = sharedHosts(cluster);
    const groups = new Map(
      shared.flatMap((group) => group.hostIds.map((hostId) => [hostId, group])),
    );
    const strays: Stray[] = [];
    const flows = new Map<string, Flow>();
    let misplaced = 0;
    const count = await walkKeys(cluster, (hostId, keys) => {
      for (const key of keys) {
        const belongsTo = router.getHostForKey(key);
        if (belongsTo === hostId) continue;
        // There it is as well.
        if (groups.get(hostId)?.hostIds.includes(belongsTo)) continue;
        misplaced++;
        if (strays.length < limit) strays.push({ key, hostId, belongsTo });
        const way = `${hostId} ${belongsTo}`;
        const flow = flows.get(way);
        if (flow === undefined) flows.set(way, { hostId, belongsTo, keys: 1 });
        else flow.keys++;
      }
    }, { match, progress: shell.err });
    shell.signal.throwIfAborted();

    const ways = [...flows.values()].sort((a, b) => b.keys - a.keys);
    const isWell = misplaced === 0 && !isOther && shared.length === 0;
    const exitCode = isWell ? EXIT.ok : EXIT.no;
    if (context.json) {
      printJson(context, {
        scanned: count,
        misplaced,
        ...ring === undefined ? {} : { ring },
        ...shared.length === 0 ? {} : { shared },
        flows: ways,
        keys: strays.map(({ key, ...rest }) => ({ ...jsonKey(key), ...rest })),
      });
      return exitCode;
    }
    const paint = paintOf(shell.out);
    const found = `${amount(count, "key")} on ${
      amount(cluster.hosts.size, "host")
    }, ${grouped(misplaced)} not where they belong`;
    const told = ring === undefined ? undefined : ringText(ring);
    print(context, [
      paint(found, misplaced === 0 ? "green" : "red"),
      ...told === undefined ? [] : [paint(told, isOther ? "red" : "yellow")],
      ...shared.map((group) => paint(sharedText(group), "red")),
    ]);
    const between = [
      {
        title: "IS ON",
        text: ({ hostId }: Omit<Stray, "key">) => hostName(cluster, hostId),
      },
      {
        title: "BELONGS TO",
        text: ({ belongsTo }: Omit<Stray, "key">) =>
          hostName(cluster, belongsTo),
      },
    ];
    const isUnclear = told === undefined && context.kind !== "seeds";
    if (isUnclear && looksLikeAnotherRouter(misplaced, count)) {
      print(context, [
        "So many, that programs may place keys in another way than this: do they",
        "have these hosts in this order, these labels and this router? See the",
        "options --router, --hash-tags and --config.",
      ]);
    }
    if (ways.length > 0) {
      const keys = { title: "KEYS", isNumber: true };
      const text = (flow: Flow) => grouped(flow.keys);
      print(context, [
        "",
        ...tableLines([...between, { ...keys, text }], ways, paint),
      ]);
    }
    if (strays.length > 0) {
      const text = ({ key }: Stray) => shownKey(key);
      print(context, [
        "",
        ...tableLines([...between, { title: "KEY", text }], strays, paint),
      ]);
    }
    const left = misplaced - strays.length;
    if (left > 0 && limit > 0) print(context, [`and ${grouped(left)} more`]);
    return exitCode;
  },
};

/** What servers say of the hosts in use, where this user may ask them. */
async function ringOf(cluster: Cluster): Promise<RingStatus | undefined> {
  try {
    return await ringStatus(cluster);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/**
 * Whether it is more likely that programs have another router than that keys were
 * left behind. With any other one half of them are elsewhere, or more.
 */
function looksLikeAnotherRouter(misplaced: number, count: number): boolean {
  return misplaced > 10 && misplaced > count * 0.4;
}
