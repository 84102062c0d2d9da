// Commands that are held, since it is not known where their hosts are.

import { assertEquals } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { ScriptedServer } from "../../support/scripted_server.ts";
import { bounded } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";

/** A cluster whose only seed says nothing, and that has all the time it takes. */
function lostIn({ port }: ScriptedServer): Cluster {
  return new Cluster({
    seeds: [{ hostname: "127.0.0.1", port }],
    timeout: 100_000,
  });
}

Deno.test("a command that is held is given up at once when its client is, also beside one that was refused", async () => {
  await using silent = ScriptedServer.silent();
  const cluster = lostIn(silent);
  const controller = new AbortController();
  const client = cluster.getRoutingClient({ signal: controller.signal });
  const refused = reasonOf(client.set("key", undefined as never));
  const held = reasonOf(client.get("key"));
  assertEquals((await refused as Error).name, "TypeError");
  controller.abort("enough");
  assertEquals(await bounded(held), "enough");
  await cluster.close();
});
