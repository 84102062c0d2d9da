// Commands that are held, since it is not known where their hosts are.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { specOf } from "../../src/commands/table.ts";
import { Dispatcher } from "../../src/delivery/dispatcher.ts";
import { Lanes } from "../../src/delivery/lane.ts";
import { RedisServer } from "../../src/testing.ts";
import type { Reply } from "../../src/values.ts";
import { ask } from "../../support/raw_client.ts";
import { ScriptedServer } from "../../support/scripted_server.ts";
import { bounded, eventually, isPending } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { MovableCluster, MovableTopology } from "../movable_topology.ts";

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

Deno.test("a map whose time is up hears of its commands that are held, and not of itself", async () => {
  await using silent = ScriptedServer.silent();
  const cluster = lostIn(silent);
  const client = cluster.getRoutingClient();
  for (let i = 0; i < 20; i++) {
    const error = await bounded(reasonOf(
      client.map(async (map) => {
        const held = map.get("key");
        await held;
      }, { timeout: 10 }),
    )) as Error;
    assertMatch(
      error.message,
      /^Cannot find the servers of the cluster for "GET"/,
    );
  }
  await cluster.close();
});

Deno.test("Dispatcher.passed() waits for what is held, and for where that goes", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  const topology = new MovableTopology(server.host);
  topology.isKnown = false;
  const cluster = new MovableCluster(topology);
  const dispatcher = new Dispatcher(cluster.hosts, {
    timeout: 25_000,
    autoBatch: false,
    idempotent: false,
    lanes: new Lanes(),
  });
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const settler = { resolve, reject };
  const form = specOf("BLPOP").form();
  dispatcher.send(0, form, ["list", 0], settler);
  const passed = dispatcher.passed();
  assert(await isPending(passed));
  topology.find();
  await eventually(() => cluster.hosts.host(0).queue.commands === 1);
  assert(await isPending(passed));
  await ask(server, "RPUSH", "list", "x");
  assertEquals(await bounded(promise), ["list", "x"]);
  await bounded(passed);
  await cluster[Symbol.asyncDispose]();
});
