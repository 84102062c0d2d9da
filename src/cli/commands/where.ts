/**
 * `where`: on which host a key lives.
 *
 * @module
 */

import {
  type CommandSpec,
  type Context,
  placeOf,
  print,
  printJson,
} from "../command.ts";
import { EXIT, UsageError } from "../exit_codes.ts";
import { jsonKey, shownKey } from "../key_text.ts";
import { readLines } from "../lines.ts";
import { paintOf } from "../style.ts";
import { tableLines } from "../table.ts";

/** How many keys of standard input make one table. */
const PAGE_SIZE = 1_000;

/** A key and its host. */
interface Place {
  readonly key: string;
  readonly hostId: number;
  readonly address: string;
}

/** On which host a key lives; no server with a fixed address is asked. */
export const WHERE: CommandSpec = {
  name: "where",
  summary: "tell on which host a key lives",
  description: "Keys are taken as text. With - they are read from standard " +
    "input, one a line. Hosts are not asked; nodes of a Redis Cluster and " +
    "sentinels are, as they know where hosts are.",
  permissions: { connects: false, finds: true, acl: [] },
  declare: (command) => command.argument("<key...>", "keys, or - for a list"),
  async run(context, { args }) {
    if (args.length !== 1 || args[0] !== "-") {
      show(context, args, true);
      return EXIT.ok;
    }
    let isFirst = true;
    let page: string[] = [];
    for await (const key of readLines(context.shell.input())) {
      page.push(key);
      if (page.length < PAGE_SIZE) continue;
      show(context, page, isFirst);
      await context.shell.out.drained();
      context.shell.signal.throwIfAborted();
      isFirst = false;
      page = [];
    }
    if (page.length === 0 && isFirst) {
      throw new UsageError("There is no key on standard input");
    }
    if (page.length > 0) show(context, page, isFirst);
    return EXIT.ok;
  },
};

function show(
  context: Context,
  keys: readonly string[],
  hasTitles: boolean,
): void {
  const { cluster, json, shell } = context;
  const router = cluster.getRouter();
  const places = keys.map((key): Place => {
    const hostId = router.getHostForKey(key);
    return { key, hostId, address: placeOf(cluster, hostId) };
  });
  if (json) {
    for (const { key, ...rest } of places) {
      printJson(context, { ...jsonKey(key), ...rest });
    }
    return;
  }
  const lines = tableLines(
    [
      {
        title: "HOST",
        isNumber: true,
        text: ({ hostId }: Place) => `${hostId}`,
      },
      { title: "ADDRESS", text: ({ address }) => address },
      { title: "KEY", text: ({ key }) => shownKey(key) },
    ],
    places,
    paintOf(shell.out),
  );
  print(context, hasTitles ? lines : lines.slice(1));
}
