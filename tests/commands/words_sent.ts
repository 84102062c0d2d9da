/**
 * What methods send, for commands that no server here knows.
 *
 * @module
 */

import { Cluster, type LocalClient } from "@rb/rb";
import { ScriptedServer } from "../../support/scripted_server.ts";

/**
 * The words that calls send, one line for each call.
 *
 * @param calls What to call, one after the other.
 * @param reply What a server answers each, as it travels.
 */
export async function wordsSent(
  calls: readonly ((client: LocalClient) => PromiseLike<unknown>)[],
  reply = "*0\r\n",
): Promise<string[]> {
  const lines: string[] = [];
  await using server = new ScriptedServer(async (link) => {
    for (;;) {
      const text = await link.read();
      if (text === undefined) return;
      // `*2`, `$3`, `GET`, `$1`, `k`: every other one from the third on.
      const parts = text.split("\r\n");
      lines.push(
        parts.filter((_, at) => at > 0 && at % 2 === 0).join(" ").trim(),
      );
      await link.write(reply);
    }
  });
  await using cluster = new Cluster({
    hosts: [{ hostname: server.hostname, port: server.port }],
  });
  const client = cluster.getLocalClient(0);
  for (const call of calls) await call(client);
  return lines;
}
