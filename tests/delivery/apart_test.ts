import { assertEquals } from "@std/assert";
import { PINNED, type Settler } from "../../src/delivery/command.ts";
import { specOf } from "../../src/commands/table.ts";
import type { Carrier } from "../../src/delivery/issuer.ts";
import type { Reply } from "../../src/values.ts";
import { ask } from "../../support/raw_client.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import { Bench, send } from "./dispatcher_fixture.ts";

Deno.test("sendApart() gives a command that blocks a connection to itself, and its time in addition", async () => {
  await using bench = await Bench.start();
  const dispatcher = bench.dispatcher({ timeout: 20_000 });
  const { pool } = bench.cluster.hosts.host(0);
  const blocked = send(dispatcher, ["BLPOP", "list", 0]);
  await eventually(() => pool.leased === 1);
  assertEquals(await send(dispatcher, ["RPUSH", "list", "x"]), 1);
  assertEquals(await bounded(blocked), ["list", "x"]);
  assertEquals(pool.size, 2);
});

/** Issues commands to host 0 through a carrier. */
function sendAll(
  carrier: Carrier,
  commands: [string, ...(string | number)[]][],
): Promise<Reply>[] {
  return commands.map(([name, ...args]) => {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const settler: Settler = { resolve, reject };
    carrier.send(0, specOf(name).form(), args, settler, PINNED);
    return promise;
  });
}

Deno.test("sequenceOf() keeps commands in order, behind what was issued before, although some of them block", async () => {
  await using bench = await Bench.start();
  const dispatcher = bench.dispatcher();
  const before = send(dispatcher, ["RPUSH", "list", "a"]);
  const replies = sendAll(dispatcher.sequence(0), [
    ["LLEN", "list"],
    ["BLPOP", "other", 0],
    ["RPUSH", "list", "b"],
  ]);
  assertEquals(await before, 1);
  assertEquals(await bounded(replies[0]), 1);
  // What comes later waits for nothing of it.
  assertEquals(await send(dispatcher, ["LLEN", "list"]), 1);
  await eventually(async () =>
    String(await ask(bench.server, "CLIENT", "LIST")).includes("cmd=blpop")
  );
  await ask(bench.server, "RPUSH", "other", "x");
  const all = await bounded(Promise.all(replies));
  assertEquals(all, [1, ["other", "x"], 2]);
});

Deno.test("sendApart() has SCRIPT KILL and its like overtake what they end", async () => {
  await using bench = await Bench.start();
  const dispatcher = bench.dispatcher();
  await ask(bench.server, "CONFIG", "SET", "busy-reply-threshold", 1);
  const endless = send(dispatcher, ["EVAL", "while true do end", 0])
    .catch((error) => String(error));
  await eventually(async () =>
    await send(dispatcher, ["SCRIPT", "KILL"]).catch(() => "") === "OK"
  );
  assertEquals((await bounded(endless) as string).includes("killed"), true);
});
