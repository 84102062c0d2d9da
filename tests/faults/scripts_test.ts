/**
 * What happens to scripts that a server does not have: fault 57. Doors: routing,
 * local and mapping clients, a fanout and `executeCommands`; servers that restart,
 * that flush their scripts, and scripts that say themselves that they are missing,
 * which must not make them run twice; RESP2 and RESP3.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import { Cluster, CommandError, Script } from "@rb/rb";
import { RedisServer } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";

const INCR = new Script("return redis.call('INCR', KEYS[1])");

/** Counts, then says what a server says that lacks a script. */
const LIAR = new Script(
  "redis.call('INCR', KEYS[1]) " +
    "return redis.error_reply('NOSCRIPT No matching script. Please use EVAL.')",
);

/** How often a server has run some commands. */
async function calls(
  server: RedisServer,
  ...names: string[]
): Promise<number[]> {
  const stats = String(await ask(server, "INFO", "commandstats"));
  return names.map((name) =>
    Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
  );
}

for (const protocol of [2, 3] as const) {
  Deno.test(`fault 57: a server that lost its scripts is given them again (RESP${protocol})`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({
      hosts: [server.host],
      poolOptions: { protocol },
    });
    const client = cluster.getRoutingClient();
    const local = cluster.getLocalClient(0);
    let expected = 0;
    const doors: [string, () => Promise<unknown>][] = [
      ["routing", () => client.run(INCR, ["n"])],
      ["local", () => local.run(INCR, ["n"])],
      ["map", async () => {
        const [one] = await client.map((map) => [map.run(INCR, ["n"])]);
        return one.value;
      }],
      ["fanout", async () => {
        const all = await client.all((fanout) => fanout.run(INCR, ["n"]));
        return all.get(0);
      }],
      ["executeCommands", async () => {
        const { n } = await client.executeCommands({ n: [[INCR, ["n"]]] });
        return n[0].value;
      }],
    ];
    for (const [door, run] of doors) {
      // Once with a connection that has seen it, once with a server that forgot.
      assertEquals(await run(), ++expected, door);
      await ask(server, "SCRIPT", "FLUSH");
      assertEquals(await run(), ++expected, door);
    }
    assertEquals(await client.get("n"), String(expected));
  });
}

Deno.test("fault 57: the source travels once over a connection", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = cluster.getRoutingClient();
  await Promise.all(Array.from({ length: 50 }, () => client.run(INCR, ["n"])));
  assertEquals(await client.run(INCR, ["n"]), 51);
  assertEquals(await calls(server, "eval", "evalsha"), [1, 50]);
});

Deno.test("fault 57: after a flush a whole map runs in its order", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = cluster.getRoutingClient();
  await client.map((map) => map.run(INCR, ["warm"]));
  await ask(server, "SCRIPT", "FLUSH");
  const promises = await client.map((map) =>
    Array.from({ length: 300 }, () => map.run<number>(INCR, ["n"]))
  );
  assertEquals(
    promises.map(({ value }) => value),
    Array.from({ length: 300 }, (_, index) => index + 1),
  );
});

Deno.test("fault 57: a server that restarts in the middle of a sequence", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = cluster.getRoutingClient();
  assertEquals(await client.run(INCR, ["n"]), 1);
  await server.restart();
  assertEquals(await client.run(INCR, ["n"]), 1);
});

Deno.test("fault 36: a script that says it is missing runs once", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = cluster.getRoutingClient();
  const map = cluster.getMappingClient({ settled: true });
  for (const [index, one] of [client, map, client].entries()) {
    const error = await Promise.resolve(one.run(LIAR, ["n"])).catch((reason) =>
      reason
    );
    assertEquals(error instanceof CommandError, true);
    assertMatch(error.message, /^NOSCRIPT /);
    assertEquals(await client.get("n"), String(index + 1));
  }
});

Deno.test("fault 57: what may not run behind a later write does not run", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const client = cluster.getRoutingClient();
  await client.run(INCR, ["n"]);
  await ask(server, "SCRIPT", "FLUSH");
  const [run, set] = await Promise.allSettled([
    client.run(INCR, ["n"]),
    client.set("n", "later"),
  ]);
  assertEquals([run.status, set.status], ["rejected", "fulfilled"]);
  assertEquals(await client.get("n"), "later");
});
