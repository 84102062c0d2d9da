/*
 * Writes whose connection was given up, and that arrive at the server long after
 * what followed them: the server is told to end their connection first. Covered
 * here: commands whose time was up, connections that were lost, a server that
 * cannot be told at once, another server with the same numbers, and what has to
 * be told nothing.
 */

import { assert, assertEquals } from "@std/assert";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import { assertQuiet, connected, Proxied, reasonOf, told } from "./proxied.ts";
import { Relayed } from "./relayed.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { clusterAt } from "./single_host.ts";

Deno.test("fault 39: a write whose time is up does not run behind the next one", async () => {
  await using setup = await Relayed.start({ clientsBefore: 12 });
  const { cluster, relay } = setup;
  const client = await connected(cluster);
  const [old] = relay.links;
  old.hold();
  const late = client.sendCommand("RPUSH", ["list", 1], { timeout: 50 });
  assertEquals(told(await reasonOf(late)).outcome, "unknown");
  assertEquals(await bounded(client.rpush("list", 2)), 1);
  old.release();
  await bounded(old.ended);
  assertEquals(await setup.list(), ["2"]);
  assertEquals(setup.order(1, "RPUSH", "KILL"), ["KILL", "RPUSH"]);
  await assertQuiet(cluster);
});

Deno.test("fault 39: a write whose connection was lost does not run behind the next one", async () => {
  await using setup = await Relayed.start({ clientsBefore: 12 });
  const { relay } = setup;
  const client = await connected(setup.cluster);
  const [old] = relay.links;
  old.hold();
  const late = reasonOf(client.rpush("list", 1));
  await eventually(() => old.text.includes("RPUSH"));
  old.hangUp();
  assertEquals(told(await late).outcome, "unknown");
  assertEquals(await bounded(client.rpush("list", 2)), 1);
  old.release();
  await bounded(old.ended);
  assertEquals(await setup.list(), ["2"]);
});

Deno.test("fault 39: a server that was not told is told by the connection after", async () => {
  await using setup = await Relayed.start({ clientsBefore: 12 });
  const { cluster, relay } = setup;
  const client = await connected(cluster);
  relay.links[0].hold();
  const short = { timeout: 50 };
  const late = [reasonOf(client.sendCommand("RPUSH", ["list", 1], short))];
  await late[0];
  // What tells it is held in turn, with a read that nobody waits for.
  relay.holdsNew = true;
  late.push(reasonOf(client.sendCommand("GET", ["list"], short)));
  await late[1];
  // Nobody waits for the end of that either.
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  relay.holdsNew = false;
  assert(relay.links[1].text.includes("KILL"));
  assertEquals(await bounded(client.rpush("list", 3)), 1);
  for (const link of relay.links.slice(0, 2)) {
    link.release();
    await bounded(link.ended);
  }
  assertEquals(await setup.list(), ["3"]);
  // It has been told, so the next connection tells nothing.
  relay.links[2].hangUp();
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  assertEquals(await bounded(client.rpush("list", 4)), 2);
  assertEquals(setup.order(3, "RPUSH", "KILL"), ["RPUSH"]);
});

Deno.test("fault 39: another server, where somebody else has that number, ends nobody", async () => {
  await using setup = await Relayed.start({ clientsBefore: 12 });
  await using other = await RedisServer.start({ transport: "tcp" });
  const { cluster, relay } = setup;
  const client = await connected(cluster);
  const [old] = relay.links;
  const info = await setup.oracle.command("CLIENT", "LIST") as string;
  const numbers = info.split("\n").map((line) => Number(line.slice(3, 6)));
  await using clients = new AsyncDisposableStack();
  for (let number = 0; number <= Math.max(...numbers); number++) {
    const one = clients.use(oracle(other));
    await one.command("PING");
  }
  // Otherwise it is asked first whether it is still there, and nothing is sent.
  await client.get("other");
  old.hold();
  const late = client.sendCommand("RPUSH", ["list", 1], { timeout: 50 });
  assertEquals(told(await reasonOf(late)).outcome, "unknown");
  await using watch = oracle(other);
  const count = async () =>
    (await watch.command("CLIENT", "LIST") as string).trim().split("\n").length;
  const before = await count();
  relay.leadTo(other);
  assertEquals(await bounded(client.rpush("list", 2)), 1);
  assert(relay.links[1].text.includes("KILL"));
  assertEquals(await count(), before + 1);
});

Deno.test("fault 39: nobody else is ended, although all come from one unix socket", async () => {
  await using host = await Proxied.start(1, { timeout: 20_000 });
  const client = await connected(host.cluster);
  const number = await host.oracle.command("CLIENT", "ID");
  host.proxy.cut();
  assertEquals(told(await reasonOf(client.incr("n"))).outcome, "unknown");
  host.proxy.pass();
  assertEquals(await client.incr("n"), 2);
  assertEquals(await host.oracle.command("CLIENT", "ID"), number);
});

Deno.test("fault 39: nobody is ended who only reads", async () => {
  await using setup = await Relayed.start({ clientsBefore: 12 });
  const { relay } = setup;
  const client = await connected(setup.cluster);
  relay.links[0].hold();
  await reasonOf(client.sendCommand("GET", ["list"], { timeout: 50 }));
  assertEquals(await bounded(client.rpush("list", 2)), 1);
  assertEquals(setup.order(1, "RPUSH", "KILL"), ["RPUSH"]);
});

Deno.test("fault 39: what may still run keeps an earlier write from going again", async () => {
  await using setup = await Relayed.start({ clientsBefore: 12 });
  const { cluster, relay } = setup;
  const client = await connected(cluster);
  const [link] = relay.links;
  link.mute();
  const may = { idempotent: true };
  const first = [
    reasonOf(client.sendCommand("SET", ["a", 1], may)),
    client.sendCommand("SET", ["b", 1], may),
  ] as const;
  const second = client.sendCommand("SET", ["a", 2], { timeout: 50 });
  assertEquals(told(await reasonOf(second)).name, "TimeoutError");
  assertEquals(await setup.oracle.command("GET", "a"), "2");
  link.hangUp();
  assertEquals(told(await first[0]).outcome, "unknown");
  assertEquals(await bounded(first[1]), "OK");
  assertEquals(await setup.oracle.command("GET", "a"), "2");
  const { errors } = cluster.stats().get(0)!;
  assertEquals(errors, { ConnectionError: 1, TimeoutError: 1 });
});

Deno.test("fault 39: nobody is ended whom the server turned away", async () => {
  const info = "id=7 addr=127.0.0.1:5 laddr=127.0.0.1:6379";
  await using server = new ScriptedServer(async (link, index) => {
    await link.readAll();
    if (index === 0) {
      await link.write(`$${info.length}\r\n${info}\r\n`);
      return await link.write("-ERR max number of clients reached\r\n");
    }
    // The next connection has to show that it works, before it is asked.
    await link.write("+PONG\r\n");
    await link.readAll();
    await link.write("-ERR unknown subcommand\r\n:1\r\n");
    await link.hangup();
  });
  await using cluster = clusterAt(server.port, { timeout: 20_000 });
  const client = cluster.getRoutingClient();
  assertEquals(await bounded(client.rpush("list", 1)), 1);
  assertEquals(server.accepted.length, 2);
  assert(!server.accepted[1].text.includes("KILL"));
});
