// The order of one client, where nodes send its commands back one by one.

import { assertEquals } from "@std/assert";
import { slotOf } from "../../src/topology/slots.ts";
import { bounded, eventually, turn } from "../../support/waiting.ts";
import { keysOf, redirectsOf } from "./support.ts";
import { type Play, ScriptedNodes } from "./scripted_nodes.ts";

/** A tag whose slot the first node has. */
function tagOfFirst(): string {
  let [tag] = keysOf(1);
  while (slotOf(tag) > 8191) [tag] = keysOf(1);
  return tag;
}

/** Answers every command, and notes the keys with what is pushed to them. */
function taking(pushed: string[]): Play {
  return async (text, link) => {
    for (
      const [, key, value] of text.matchAll(
        /RPUSH\r\n\S+\s+(\S+)\s+\S+\s+(\S+)/g,
      )
    ) {
      pushed.push(`${key.replace(/.*}/, "")} ${value}`);
    }
    for (const [name] of text.matchAll(/RPUSH|GET|ASKING/g)) {
      await link.write(name === "RPUSH" ? ":1\r\n" : "+OK\r\n");
    }
  };
}

Deno.test("fault 39: what waits for room comes behind what its client has on the way, also where another client hears first that the slot moves", async () => {
  const tag = tagOfFirst();
  const [other, list] = ["other", "list"].map((name) => `{${tag}}${name}`);
  const slot = slotOf(tag);
  const isOver = Promise.withResolvers<void>();
  let hasList = false;
  const pushed: string[] = [];
  await using nodes: ScriptedNodes = new ScriptedNodes(async (text, link) => {
    const moved = `-MOVED ${slot} ${nodes.placeOf(1)}\r\n`;
    if (text.includes("list")) {
      hasList = true;
      await isOver.promise;
      return link.write(moved);
    }
    if (!link.text.includes("RPUSH") || !link.text.includes("GET")) return;
    await link.write(`-ASK ${slot} ${nodes.placeOf(1)}\r\n${moved}`);
  }, taking(pushed));
  const cluster = nodes.makeCluster({
    timeout: 20_000,
    poolOptions: { maxQueueCommands: 3 },
  });
  await cluster.ready();
  const [one, two] = [cluster.getRoutingClient(), cluster.getRoutingClient()];
  const all = cluster.map(async (map) => {
    map.rpush(list, 1);
    await turn();
    await eventually(() => hasList);
    const answers = [one.rpush(other, 1), two.get(other)];
    map.rpush(list, 2);
    await Promise.all(answers);
    isOver.resolve();
  });
  await bounded(all);
  assertEquals(pushed, ["other 1", "list 1", "list 2"]);
  await cluster.close();
});

Deno.test("fault 39: what waits at a node goes behind what that has sent back meanwhile", async () => {
  const tag = tagOfFirst();
  const [list, other, gone] = ["list", "other", "gone"]
    .map((name) => `{${tag}}${name}`);
  const isOver = Promise.withResolvers<void>();
  const pushed: string[] = [];
  const take = taking(pushed);
  let seen = 0;
  await using nodes: ScriptedNodes = new ScriptedNodes(async (text, link) => {
    if (++seen > 1) return await take(text, link);
    // It is answered behind the one that comes next, and that one later still.
    const next = await link.read() ?? "";
    seen++;
    const ask = `-ASK ${slotOf(tag)} ${nodes.placeOf(1)}\r\n`;
    await link.write(`-TRYAGAIN Half of it is here\r\n${ask}`);
    await isOver.promise;
    await take(next, link);
  }, taking([]));
  const cluster = nodes.makeCluster({ timeout: 20_000 });
  await cluster.ready();
  const client = cluster.getRoutingClient();
  const answers: Promise<unknown>[] = [client.rpush(list, 1), client.get(gone)];
  await eventually(() => seen === 1);
  answers.push(client.get(other));
  await eventually(() => redirectsOf(cluster) === 1);
  answers.push(client.rpush(list, 2));
  await turn();
  isOver.resolve();
  await bounded(Promise.all(answers));
  assertEquals(pushed, ["list 1", "list 2"]);
  await cluster.close();
});

Deno.test("fault 39: what is under way while pools are disconnected goes first, wherever it is sent", async () => {
  const tag = tagOfFirst();
  const [other, list] = ["other", "list"].map((name) => `{${tag}}${name}`);
  const isOver = Promise.withResolvers<void>();
  let hasList = false;
  const pushed: string[] = [];
  await using nodes: ScriptedNodes = new ScriptedNodes(async (text, link) => {
    if (text.includes("list")) {
      hasList = true;
      await isOver.promise;
    }
    await link.write(`-MOVED ${slotOf(tag)} ${nodes.placeOf(1)}\r\n`);
  }, taking(pushed));
  const cluster = nodes.makeCluster({ timeout: 20_000 });
  await cluster.ready();
  const [one, two] = [cluster.getRoutingClient(), cluster.getRoutingClient()];
  const answers: Promise<unknown>[] = [one.rpush(list, 1)];
  await eventually(() => hasList);
  const disconnected = cluster.disconnectPools();
  // The other client hears that the slot has moved.
  await two.get(other);
  answers.push(one.rpush(list, 2));
  await turn();
  isOver.resolve();
  await bounded(Promise.all([disconnected, ...answers]));
  assertEquals(pushed, ["list 1", "list 2"]);
  await cluster.close();
});
