// What ends a scan, and what does not disturb it.

import { assertEquals, assertInstanceOf } from "@std/assert";
import { Cluster, ProtocolError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { eventually } from "../faults/outcome.ts";
import { Proxied, reasonOf, told } from "../faults/proxied.ts";
import { ScriptedServer } from "../faults/scripted_server.ts";
import { clusterAt } from "../faults/single_host.ts";

Deno.test("Cluster.scan() fails with the first error of several, after the keys it has", async () => {
  await using host = await Proxied.start(3, {
    poolOptions: { maxRetries: 0 },
  });
  const { cluster, proxies, oracles } = host;
  await oracles[2].command("MSET", "a", 1, "b", 2);
  for (const proxy of proxies.slice(0, 2)) proxy.hold();
  const keys = cluster.scan();
  assertEquals((await keys.next()).value?.[0], 2);
  // One after the other, while the consumer looks elsewhere.
  for (const id of [1, 0]) {
    proxies[id].reset();
    await eventually(() => {
      const { errors } = cluster.stats().get(id)!;
      return errors.ConnectionError === 1 || errors.ProtocolError === 1;
    });
  }
  assertEquals((await keys.next()).value?.[0], 2);
  const { hostId, command } = told(await reasonOf(keys.next()));
  assertEquals([hostId, command], [1, "SCAN"]);
  assertEquals((await keys.next()).done, true);
  for (const proxy of proxies) proxy.pass();
});

Deno.test("Cluster.scan() goes on at every cursor, as text and as bytes", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const names = Array.from({ length: 50 }, (_, i) => `key:${i}`);
  await cluster.map((map) => names.map((name) => map.set(name, name)));
  const decoder = new TextDecoder();
  for (const count of [1, 3, 1_000]) {
    const texts = new Set<string>();
    for await (const [, key] of cluster.scan({ count })) texts.add(key);
    const bytes = new Set<string>();
    for await (
      const [, key] of cluster.scan({ count, returnUint8Arrays: true })
    ) bytes.add(decoder.decode(key));
    for (const seen of [texts, bytes]) {
      assertEquals([...seen].sort(), names.toSorted(), `${count}`);
    }
  }
});

for (
  const reply of [
    "*2\r\n$1\r\n0\r\n*1\r\n:5\r\n",
    "*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n*0\r\n",
    "*2\r\n$1\r\n0\r\n$1\r\na\r\n",
    "*2\r\n:0\r\n*1\r\n$1\r\na\r\n",
    "*1\r\n$1\r\n0\r\n",
    "+OK\r\n",
  ]
) {
  Deno.test(`Cluster.scan() refuses ${JSON.stringify(reply)} of a server`, async () => {
    await using server = ScriptedServer.replying(reply);
    await using cluster = clusterAt(server.port);
    const error = await reasonOf(cluster.scan().next());
    assertInstanceOf(error, ProtocolError);
    assertEquals([error.hostId, error.command], [0, "SCAN"]);
  });
}

/** Questions to all hosts, with a reply that answers each. */
const QUESTIONS: Record<
  string,
  [reply: string, ask: (cluster: Cluster) => Promise<unknown>]
> = {
  "ping()": ["+PONG\r\n", (cluster) => cluster.ping()],
  "dbsize()": [":1\r\n", (cluster) => cluster.dbsize()],
  "flush()": ["+OK\r\n", (cluster) => cluster.flush({ sure: true })],
  "scan()": [
    "*2\r\n$1\r\n0\r\n*1\r\n$1\r\na\r\n",
    (cluster) => cluster.scan().next(),
  ],
  "a map": [":1\r\n", (cluster) => cluster.map((map) => map.strlen("key"))],
  "a fanout": [":1\r\n", (cluster) => cluster.all((all) => all.dbsize())],
};

for (const [what, [reply, ask]] of Object.entries(QUESTIONS)) {
  Deno.test(`${what} does not wait behind the commands of others`, async () => {
    // The connection that came first says nothing.
    await using server = new ScriptedServer(async (link, index) => {
      if (index === 0) return await link.hangup();
      while (await link.read() !== undefined) await link.write(reply);
    });
    await using cluster = clusterAt(server.port);
    const controller = new AbortController();
    const { signal } = controller;
    const held = reasonOf(cluster.getRoutingClient({ signal }).get("key"));
    await eventually(() => cluster.getPoolForHost(0).leased === 1);
    await ask(cluster);
    controller.abort("seen enough");
    assertEquals(await held, "seen enough");
  });
}
