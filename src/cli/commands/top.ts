/**
 * `top`: what the hosts have to do, live.
 *
 * @module
 */

import {
  type CommandSpec,
  type Context,
  print,
  printJson,
  wholeNumber,
} from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { type HostLoad, loads, look, type Sight } from "../host_load.ts";
import { topLines } from "../load_table.ts";
import { Screen } from "../screen.ts";
import { Interruption } from "../shell.ts";
import { sleep } from "../sleep.ts";
import { paintOf } from "../style.ts";

interface TopOptions {
  /** Seconds between two looks. */
  interval: number;
  /** After how many it ends. */
  samples: number;
  /** Milliseconds that a host has for an answer. */
  timeout: number;
}

/** What the hosts have to do, live. */
export const TOP: CommandSpec = {
  name: "top",
  summary: "show what each host has to do, live, until Ctrl-C",
  description: "On a terminal it is drawn again and again; elsewhere each " +
    "look is printed, with --json one line for each. All numbers of an " +
    "interval begin with the second look. Commands, memory, clients and hits " +
    "are those of the server, keys those of the database. A host is hot if " +
    "it has 1.5 times as many commands as the mean of all hosts, and 100 a " +
    "second at least. A host has the time of an interval for an answer, " +
    "unless --timeout is given.",
  permissions: { connects: true, acl: ["+info", "+ping"] },
  declare: (command) => {
    command
      .option(
        "--interval <seconds>",
        "how long to wait in between",
        wholeNumber("--interval", 1),
        1,
      )
      .option(
        "--samples <n>",
        "end after so many (default: never)",
        wholeNumber("--samples", 1),
      );
  },
  async run(context, { options }) {
    const { interval = 1, samples = Infinity, timeout = 1_000 * interval } =
      options as Partial<TopOptions>;
    const view = context.json
      ? jsonView(context)
      : context.shell.out.isTerminal
      ? liveView(context)
      : textView(context);
    try {
      await watch(context, { interval, samples, timeout }, view);
    } catch (error) {
      // That is how one leaves it.
      if (!isLeaving(error)) throw error;
    } finally {
      view.close();
    }
    return EXIT.ok;
  },
};

/** Where looks are shown. */
interface View {
  /** Shows what is known before the first interval is over. */
  begin(): void;
  show(hosts: readonly HostLoad[]): void;
  close(): void;
}

/** Looks at the hosts again and again. */
async function watch(
  { cluster, shell: { out, signal } }: Context,
  { interval, samples, timeout }: TopOptions,
  view: View,
): Promise<void> {
  view.begin();
  let before: Map<number, Sight> = await look(cluster, timeout);
  for (let count = 0; count < samples; count++) {
    await sleep(1_000 * interval, signal);
    const after = await look(cluster, timeout);
    signal.throwIfAborted();
    view.show(loads(cluster, before, after));
    await out.drained();
    before = after;
  }
}

function isLeaving(error: unknown): boolean {
  return error instanceof Interruption &&
    (error.signal === "SIGINT" || error.signal === "SIGTSTP");
}

function jsonView(context: Context): View {
  return {
    begin: () => {},
    show: (hosts) =>
      printJson(context, { time: new Date().toISOString(), hosts }),
    close: () => {},
  };
}

/** Tables with a line between them. */
function textView(context: Context): View {
  const paint = paintOf(context.shell.out);
  let gap: string[] = [];
  return {
    begin: () => {},
    show: (hosts) => {
      print(context, [...gap, ...topLines(hosts, { paint })]);
      gap = [""];
    },
    close: () => {},
  };
}

/** Draws on the whole terminal, and leaves the last look behind. */
function liveView(context: Context): View {
  const { out } = context.shell;
  const paint = paintOf(out);
  const screen = new Screen(out);
  let last: readonly HostLoad[] | undefined;
  return {
    begin: () =>
      screen.draw([
        `Measures ${context.cluster.hosts.size} hosts …`,
        "",
        paint("Ctrl-C ends it", "dim"),
      ]),
    show: (hosts) => {
      last = hosts;
      const time = new Date().toLocaleTimeString("en-GB");
      screen.draw([
        `${time}  ${paint("Ctrl-C ends it", "dim")}`,
        "",
        // The two lines above, and one that stays free.
        ...topLines(hosts, {
          paint,
          maxLines: out.rows - 3,
          width: out.columns,
        }),
      ]);
    },
    close: () => {
      screen.close();
      if (last === undefined) return;
      print(context, topLines(last, { paint, width: out.columns }));
    },
  };
}
