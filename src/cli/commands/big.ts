/**
 * `big`: the keys that take the most memory.
 *
 * @module
 */

import type { LocalClient } from "../../../mod.ts";
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
import { Largest } from "../largest.ts";
import { paintOf } from "../style.ts";
import { tableLines } from "../table.ts";
import { amount, bytes, NOTHING } from "../units.ts";

/** The options of the command line. */
interface BigOptions {
  top: number;
  match?: string;
  type?: string;
  samples?: number;
}

/** Who is asked about a key. */
type Asked = Pick<LocalClient, "sendCommand">;

/** A key that takes much memory. */
interface BigKey {
  readonly id: string;
  readonly hostId: number;
  readonly key: Uint8Array;
  readonly size: number;
}

/** The keys that take the most memory. */
export const BIG: CommandSpec = {
  name: "big",
  summary: "find the keys that take the most memory",
  description:
    "Goes through all keys with SCAN and asks for the MEMORY USAGE " +
    "of each, many at a time. It keeps no more than the largest ones. What " +
    "comes or goes meanwhile may be missed.",
  permissions: {
    connects: true,
    acl: ["~*", "+scan", "+memory|usage", "+type", "+dbsize"],
    clusterAcl: SCAN_ACL,
  },
  declare: (command) => {
    command
      .option("--top <n>", "how many to show", wholeNumber("--top", 1), 10)
      .option("--match <pattern>", "only keys that match, such as user:*")
      .option("--type <type>", "only values of a type, such as hash")
      .option(
        "--samples <n>",
        "how many elements of a value to look at; 0 for all (default: 5)",
        wholeNumber("--samples", 0),
      );
  },
  async run(context, { options }) {
    const { cluster, kind, shell } = context;
    // In a Redis Cluster a key may have moved meanwhile. Elsewhere a host may have
    // keys of other hosts, which take memory as well.
    const routing = cluster.getRoutingClient();
    const clientOf = (hostId: number): Asked =>
      kind === "seeds" ? routing : cluster.getLocalClient(hostId);
    const { top, match, type, samples } = options as unknown as BigOptions;
    const largest = new Largest<BigKey>(top);
    const more = samples === undefined ? [] : ["SAMPLES", samples];
    let memory = 0;
    const count = await walkKeys(cluster, async (hostId, keys) => {
      const client = clientOf(hostId);
      const sizes = await Promise.all(
        keys.map((key) =>
          client.sendCommand("MEMORY", ["USAGE", key, ...more])
        ),
      );
      sizes.forEach((reply, index) => {
        // It is gone.
        if (reply === null) return;
        const size = Number(reply);
        memory += size;
        if (!largest.takes(size)) return;
        const key = keys[index];
        largest.add({ id: `${hostId} ${idOf(key)}`, hostId, key, size });
      });
    }, { match, type, progress: shell.err });
    shell.signal.throwIfAborted();

    const found = largest.sorted();
    const types = await Promise.all(
      found.map(({ hostId, key }) => typeOf(clientOf(hostId), key)),
    );
    const keys = found.map(({ hostId, key, size }, index) => ({
      hostId,
      key,
      bytes: size,
      type: types[index],
    }));
    if (context.json) {
      printJson(context, {
        scanned: count,
        bytes: memory,
        keys: keys.map(({ key, ...rest }) => ({ ...jsonKey(key), ...rest })),
      });
      return EXIT.ok;
    }
    print(context, [
      `${amount(count, "key")} with ${bytes(memory)} on ` +
      amount(cluster.hosts.size, "host"),
    ]);
    if (keys.length === 0) return EXIT.ok;
    print(context, [
      "",
      ...tableLines(
        [
          {
            title: "MEMORY",
            isNumber: true,
            text: (key: typeof keys[number]) => bytes(key.bytes),
          },
          { title: "TYPE", text: ({ type }) => type ?? NOTHING },
          { title: "HOST", text: ({ hostId }) => hostName(cluster, hostId) },
          { title: "KEY", text: ({ key }) => shownKey(key) },
        ],
        keys,
        paintOf(shell.out),
      ),
    ]);
    return EXIT.ok;
  },
};

/** The type of a value; nothing for one that is gone. */
async function typeOf(
  client: Asked,
  key: Uint8Array,
): Promise<string | undefined> {
  const type = await client.sendCommand("TYPE", [key]);
  return type === "none" ? undefined : String(type);
}

/** Text that is the same for the same bytes only. */
function idOf(key: Uint8Array): string {
  return key.join();
}
