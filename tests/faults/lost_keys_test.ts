/*
 * Which keys two commands have in common decides whether the first one may go
 * again, after both were lost: only if the second did not write to one of them.
 * Keys are compared as the server sees them.
 */

import { assertEquals } from "@std/assert";
import { TransportError } from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { bounded, eventually } from "../../support/waiting.ts";

type Command = [name: string, ...args: (string | number | Uint8Array)[]];

const A = new TextEncoder().encode("a");

/** The first command, the one behind it, and whether the first goes again. */
const PAIRS: [Command, Command, boolean][] = [
  [["SET", "a", 1], ["SET", "a", 2], false],
  [["SET", "a", 1], ["SET", A, 2], false],
  [["SET", A, 1], ["SET", "a", 2], false],
  [["SET", "7", 1], ["SET", 7, 2], false],
  [["SET", "b", 1], ["MSET", "a", 2, "b", 2], false],
  [["MSET", "a", 1, "b", 1], ["SET", "b", 2], false],
  [["MSET", "a", 1, "b", 1], ["SET", "a", 2], false],
  [["SCRIPT", "FLUSH"], ["SET", "a", 2], false],
  [["SET", "a", 1], ["FLUSHDB"], false],
  [["SET", "a", 1], ["NO.SUCH.COMMAND", "b"], false],
  [["SET", "a", 1], ["SET", "b", 2], true],
  [["SET", "a", 1], ["GET", "a"], true],
  [["MSET", "a", 1, "b", 1], ["MSET", "c", 2, "d", 2], true],
];

for (const [first, second, goesAgain] of PAIRS) {
  const name = [first, second].map((words) =>
    words.map((word) => word instanceof Uint8Array ? "bytes" : word).join(" ")
  ).join(", ");
  Deno.test(`fault 39: after the loss of ${name}, the first goes ${goesAgain ? "again" : "nowhere"}`, async () => {
    await using host = await Proxied.start(1, { timeout: 20_000 });
    const client = host.cluster.getLocalClient(0);
    await client.get("connection");
    host.proxy.cut();
    const [sent, behind] = [first, second].map(([name, ...args], i) =>
      client.sendCommand(name, args, { idempotent: i === 0 }).then(
        () => "OK",
        (error) => error instanceof TransportError ? error.outcome : error,
      )
    );
    await eventually(() => host.proxy.stats.cut === 1);
    host.proxy.pass();
    assertEquals(await bounded(sent), goesAgain ? "OK" : "unknown");
    const isRead = second[0] === "GET";
    assertEquals(await bounded(behind), isRead ? "OK" : "unknown");
  });
}
