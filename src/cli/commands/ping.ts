/**
 * `ping`: which hosts answer, and how fast.
 *
 * @module
 */

import { CommandError, type LocalClient } from "../../../mod.ts";
import { type CommandSpec, placeOf, print, printJson } from "../command.ts";
import { EXIT, messageOf } from "../exit_codes.ts";
import { pingTime } from "../latency.ts";
import { paintOf } from "../style.ts";
import { tableLines } from "../table.ts";
import { milliseconds, NOTHING } from "../units.ts";

/** What became of the question to a host. */
interface Answer {
  readonly hostId: number;
  readonly address: string;
  readonly milliseconds?: number;
  readonly error?: string;
}

/** Errors by which a server says that it lets this user do nothing. */
const STRANGER: ReadonlySet<string> = new Set(["NOAUTH", "NOPERM"]);

/**
 * How often a host is asked. The shortest time counts, since whatever this
 * program has to do makes the others longer.
 */
const ROUNDS = 5;

/** Which hosts answer, and how fast. */
export const PING: CommandSpec = {
  name: "ping",
  summary: "ask each host for an answer; exit 1 if one of them gives none",
  description: "The time is the shortest one of five PINGs over an open " +
    "connection, from here and back. An error is an answer too: a server that loads its data, " +
    "or is busy with a script, is there; one that lets this user do nothing is not.",
  permissions: { connects: true, acl: ["+ping"] },
  declare: () => {},
  async run(context) {
    const { cluster, shell: { out, signal } } = context;
    // This opens the connections, which is no part of what is measured.
    const outcomes = await cluster.ping({ settled: true });
    let isWell = true;
    const answers = await Promise.all(
      [...outcomes].map(async ([hostId, outcome]): Promise<Answer> => {
        const address = placeOf(cluster, hostId);
        try {
          if (outcome.status === "rejected") throw outcome.reason;
          const client = cluster.getLocalClient(hostId);
          const refusal = await refusalOf(client);
          if (refusal !== undefined) {
            isWell &&= !STRANGER.has(refusal.code);
            return { hostId, address, error: refusal.message };
          }
          let shortest = Infinity;
          for (let round = 0; round < ROUNDS; round++) {
            shortest = Math.min(shortest, await pingTime(client));
          }
          return { hostId, address, milliseconds: shortest };
        } catch (error) {
          isWell = false;
          return { hostId, address, error: messageOf(error) };
        }
      }),
    );
    signal.throwIfAborted();
    if (context.json) printJson(context, { hosts: answers });
    else {
      print(
        context,
        tableLines(
          [
            {
              title: "HOST",
              isNumber: true,
              text: ({ hostId }: Answer) => `${hostId}`,
            },
            { title: "ADDRESS", text: ({ address }) => address },
            {
              title: "TIME",
              isNumber: true,
              text: (answer) =>
                answer.milliseconds === undefined
                  ? NOTHING
                  : milliseconds(answer.milliseconds),
            },
            {
              title: "ANSWER",
              text: ({ error }) => error ?? "ok",
              tone: ({ error }) => error === undefined ? "green" : "red",
            },
          ],
          answers,
          paintOf(out),
        ),
      );
    }
    return isWell ? EXIT.ok : EXIT.no;
  },
};

/** The error by which a server answers to a PING, if it does so. */
async function refusalOf(
  client: Pick<LocalClient, "ping">,
): Promise<CommandError | undefined> {
  try {
    await client.ping();
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
}
