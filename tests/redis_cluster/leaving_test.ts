// Commands that wait at a node whose slots are with another one meanwhile.

import { assertEquals } from "@std/assert";
import { slotOf } from "../../src/topology/slots.ts";
import { bounded, eventually, turn } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { type Play, ScriptedNodes } from "./scripted_nodes.ts";
import { keysOf } from "./support.ts";

/** Keys of one slot of the first node. */
function keysOfFirst<K extends string>(...names: K[]): string[] {
  let [tag] = keysOf(1);
  while (slotOf(tag) > 8191) [tag] = keysOf(1);
  return names.map((name) => `{${tag}}${name}`);
}

/** Takes every command: a GET reads "1", all else is answered with a number. */
const takingAll: Play = async (text, link) => {
  for (const [, name] of text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
    await link.write(name === "GET" ? "$1\r\n1\r\n" : ":1\r\n");
  }
};

Deno.test("what waits behind the last commands at a node that dies follows its slot as soon as these have ended", async () => {
  const [list, other, asked] = keysOfFirst("list", "other", "asked");
  const isOver = Promise.withResolvers<void>();
  let text = "";
  let strays = 0;
  await using nodes: ScriptedNodes = new ScriptedNodes(async (more, link) => {
    text += more;
    if (more.includes("asked")) {
      return link.write(`-MOVED ${slotOf(asked)} ${nodes.placeOf(1)}\r\n`);
    }
    if (more.includes("STRLEN")) strays++;
    await isOver.promise;
    throw new Error("It dies");
  }, takingAll);
  const cluster = nodes.makeCluster({ timeout: 100_000 });
  await cluster.ready();
  const [one, two] = [cluster.getRoutingClient(), cluster.getRoutingClient()];
  // Both are on one connection, which is not used again once the first gives up.
  const controller = new AbortController();
  const givenUp = reasonOf(
    cluster.getRoutingClient({ signal: controller.signal }).get(other),
  );
  const reading = two.get(other);
  const writing = reasonOf(one.rpush(list, 1));
  await eventually(() => text.includes("RPUSH"));
  controller.abort("enough");
  assertEquals(await givenUp, "enough");
  const waiting = one.strlen(list);
  await turn();
  // Another one hears that the slot has moved, over a connection of its own.
  const [moved] = await cluster.map((map) => [map.get(asked)], {
    autoBatch: false,
  });
  assertEquals(moved.value, "1");
  isOver.resolve();
  assertEquals((await writing as Error).name, "ConnectionError");
  assertEquals(await bounded(Promise.all([reading, waiting])), ["1", 1]);
  assertEquals(strays, 0);
  await cluster.close();
});

Deno.test("what blocks, and waits for a connection to a node, follows its slot", async () => {
  const [list, other, asked] = keysOfFirst("list", "other", "asked");
  const isOver = Promise.withResolvers<void>();
  let blocked = 0;
  await using nodes: ScriptedNodes = new ScriptedNodes(async (text, link) => {
    if (text.includes("asked")) {
      return link.write(`-MOVED ${slotOf(asked)} ${nodes.placeOf(1)}\r\n`);
    }
    blocked++;
    await isOver.promise;
    await link.write("*-1\r\n");
  }, takingAll);
  const cluster = nodes.makeCluster({
    timeout: 100_000,
    poolOptions: { maxConnections: 2 },
  });
  await cluster.ready();
  const client = cluster.getRoutingClient();
  const first = client.blpop(0, other).catch(() => {});
  await eventually(() => blocked === 1);
  const second = client.blpop(0, list);
  await turn();
  assertEquals(await cluster.getRoutingClient().get(asked), "1");
  assertEquals(await bounded(second) as unknown, 1);
  isOver.resolve();
  await bounded(first);
  await cluster.close();
});
