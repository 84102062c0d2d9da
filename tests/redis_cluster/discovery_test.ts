// Where nodes are, by the word of nodes that may be wrong, or far away.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type Cluster, type NodeAddress, TimeoutError } from "../../mod.ts";
import { slotOf } from "../../src/topology/slots.ts";
import {
  FaultProxy,
  RedisClusterSetup,
  type RedisServer,
} from "../../src/testing.ts";
import { RawClient } from "../../support/raw_client.ts";
import { ScriptedServer } from "../../support/scripted_server.ts";
import { since } from "../../support/since.ts";
import { bounded, eventually, turn } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { inSlotsOf, keysOf, redirectsOf } from "./support.ts";

/** Writes and reads keys of all shards. */
async function exercise(cluster: Cluster): Promise<void> {
  const client = cluster.getRoutingClient();
  const keys = keysOf(60);
  await Promise.all(keys.map((key) => client.set(key, key)));
  assertEquals(await bounded(client.mget(...keys)), keys);
}

/** What a node says of its cluster now, as it travels. */
async function sayingOf({ path }: RedisServer): Promise<string> {
  using client = await RawClient.connect({ path });
  await client.send("CLUSTER SLOTS", "CLUSTER NODES", "CLUSTER INFO");
  let text = "";
  while (!text.includes("cluster_state") || !text.endsWith("\r\n\r\n")) {
    const more = await client.read();
    assert(more !== null, "the node hung up");
    text += more;
  }
  return text;
}

/** How many connections of others there are to all nodes. */
async function connectionsTo(setup: RedisClusterSetup): Promise<number> {
  const counts = await Promise.all(setup.nodes.map(async (node) => {
    const list = String(
      await setup.ask(node, "CLIENT", "LIST", "TYPE", "normal"),
    );
    // Whoever asks comes over the unix socket.
    return list.trim().split("\n").filter((line) =>
      !line.includes("redis.sock")
    )
      .length;
  }));
  return counts.reduce((sum, count) => sum + count, 0);
}

Deno.test("Redis Cluster: finding the nodes", async (t) => {
  await using setup = await RedisClusterSetup.start();
  const [one, two] = setup.nodes;
  const toAll = (...words: string[]) =>
    Promise.all(
      setup.nodes.map((node) => setup.ask(node, "CONFIG", "SET", ...words)),
    );

  await t.step(
    "topology() has a time limit and a signal, also where no node answers",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      await cluster.ready();
      for (const node of setup.nodes) node.pause();
      const { signal } = new AbortController();
      const late = await reasonOf(cluster.topology({ timeout: 20, signal }));
      assertInstanceOf(late, TimeoutError);
      assertEquals(late.message, "Cannot find out in time where the hosts are");
      const controller = new AbortController();
      const asked = reasonOf(cluster.topology({ signal: controller.signal }));
      await turn();
      controller.abort("enough");
      assertEquals(await bounded(asked), "enough");
      for (const node of setup.nodes) node.resume();
    },
  );

  await t.step(
    "an addressMap that knows not all nodes is told at once, to everybody",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 25_000,
        addressMap: (address) => {
          if (address.port === two.port) throw new Error("a new one");
          return address;
        },
      });
      const client = cluster.getRoutingClient();
      const [here] = await inSlotsOf(setup, 0, 1);
      const [there] = await inSlotsOf(setup, 1, 1);
      const waiting = [client.get(here), client.get(there), cluster.ready()];
      for (const promise of waiting) {
        const reason = await bounded(reasonOf(promise));
        assert(String(reason).includes(`"addressMap" has no`), String(reason));
      }
    },
  );

  await t.step(
    "case 8: a node that sends a command to where it is itself is asked again, over another connection",
    async () => {
      await using proxy = await FaultProxy.start(one);
      await using cluster = setup.makeCluster({
        timeout: 25_000,
        addressMap: (address) => through(proxy, one, address),
      });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      await client.set(key, "1");
      const { accepted } = proxy.stats;
      proxy.answer(`MOVED ${slotOf(key)} ${one.address}`, {
        commands: ["INCR"],
        times: 2,
      });
      assertEquals(await bounded(client.incr(key)), 2);
      assert(proxy.stats.accepted > accepted, "no other connection");
    },
  );

  await t.step(
    "case 22: a node that slept through a failover is not believed, although it is asked first",
    async () => {
      const node = await setup.primary(1);
      const [key] = await inSlotsOf(setup, 1, 1);
      const said = await sayingOf(node);
      const next = await setup.failover(1);
      await setup.ask(next, "SET", key, "new");
      await using slept = ScriptedServer.replying(said);
      const { hostname, port } = slept;
      await using cluster = setup.makeCluster({
        timeout: 25_000,
        seeds: [{ hostname, port }, ...setup.seeds],
      });
      await cluster.ready();
      assertEquals(slept.accepted.length, 1);
      const hosts = [...cluster.hosts.values()].map(({ port }) => port);
      assert(hosts.includes(next.port) && !hosts.includes(node.port));
      assertEquals(await cluster.getRoutingClient().get(key), "new");
      assertEquals(redirectsOf(cluster), 0);
      await setup.settled();
    },
  );

  await t.step({
    ...since(7),
    name:
      "case 23: nodes without an endpoint are where they were asked, since Redis 7",
    fn: async () => {
      await toAll("cluster-preferred-endpoint-type", "unknown-endpoint");
      const { port } = one;
      await using cluster = setup.makeCluster({
        timeout: 25_000,
        seeds: [{ hostname: "localhost", port }],
      });
      await exercise(cluster);
      const { hosts } = await cluster.topology();
      for (const { primary } of hosts.values()) {
        assert(primary.address.startsWith("localhost:"), primary.address);
      }
      // `MOVED 1234 :7001` says nothing of a host either.
      const [key] = await inSlotsOf(setup, 0, 1);
      const client = cluster.getRoutingClient();
      await client.set(key, "1");
      await setup.moveSlot(slotOf(key), 2);
      assertEquals(await client.incr(key), 2);
      assertEquals(redirectsOf(cluster), 1);
      await setup.moveSlot(slotOf(key), 0);
    },
  });

  await t.step({
    ...since(7),
    name:
      "case 24: a node without a host name is at its address, since Redis 7",
    fn: async () => {
      await toAll("cluster-preferred-endpoint-type", "hostname");
      await setup.ask(
        two,
        "CONFIG",
        "SET",
        "cluster-announce-hostname",
        "localhost",
      );
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      await exercise(cluster);
      const [key] = await inSlotsOf(setup, 2, 1);
      const client = cluster.getRoutingClient();
      await client.set(key, "1");
      await setup.moveSlot(slotOf(key), 0);
      assertEquals(await client.incr(key), 2);
      await setup.moveSlot(slotOf(key), 2);
      await toAll("cluster-preferred-endpoint-type", "ip");
      await setup.ask(two, "CONFIG", "SET", "cluster-announce-hostname", "");
    },
  });

  await t.step({
    ...since(7),
    name:
      "case 25: addresses that cannot be reached are mapped, in MOVED and ASK too, since Redis 7",
    fn: async () => {
      // Names that lead nowhere from here, as nodes behind NAT announce them.
      await toAll("cluster-announce-hostname", "nodes.invalid");
      await toAll("cluster-preferred-endpoint-type", "hostname");
      await eventually(async () => {
        const views = await Promise.all(
          setup.nodes.map((node) => setup.ask(node, "CLUSTER", "SLOTS")),
        );
        return views.every((view) => !JSON.stringify(view).includes('"?"'));
      });
      const mapped: string[] = [];
      await using cluster = setup.makeCluster({
        timeout: 25_000,
        addressMap: ({ hostname, port }) => {
          mapped.push(hostname);
          return { hostname: "127.0.0.1", port };
        },
      });
      await exercise(cluster);
      assertEquals(new Set(mapped), new Set(["nodes.invalid"]));
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      await client.set(key, "1");
      const slot = slotOf(key);
      await setup.beginMove(slot, 2);
      const [from, to] = [await setup.primary(0), await setup.primary(2)];
      await setup.moveKeys([key], { from, to });
      assertEquals(await bounded(client.incr(key)), 2);
      await setup.endMove(slot, 2);
      assertEquals(await bounded(client.incr(key)), 3);
      assertEquals(redirectsOf(cluster), 2);
      await toAll("cluster-preferred-endpoint-type", "ip");
      await setup.moveSlot(slot, 0);
    },
  });

  // Older nodes tell others of new ports, and go on calling themselves by the old.
  await t.step({
    ...since(7),
    name:
      "case 19: all nodes come back at new addresses, and the seeds lead there, since Redis 7",
    fn: async () => {
      const doors = await Promise.all(
        setup.nodes.map((node) => FaultProxy.start(node)),
      );
      const entrance = await FaultProxy.start(one);
      try {
        await announce(setup, doors);
        await using cluster = setup.makeCluster({
          timeout: 25_000,
          seeds: [{ hostname: "127.0.0.1", port: entrance.port }],
        });
        await exercise(cluster);
        const moved = await Promise.all(
          setup.nodes.map((node) => FaultProxy.start(node)),
        );
        await announce(setup, moved);
        await Promise.all(doors.splice(0).map((door) => door.close()));
        doors.push(...moved);
        // What is on its way when a connection breaks may have run.
        await eventually(() =>
          [...cluster.hosts.keys()].every((id) =>
            cluster.getPoolForHost(id).size === 0
          )
        );
        await exercise(cluster);
        const { hosts } = await cluster.topology();
        const ports = new Set(moved.map(({ port }) => `127.0.0.1:${port}`));
        for (const { primary } of hosts.values()) {
          assert(ports.has(primary.address));
        }
        assertEquals([...hosts.keys()], [0, 1, 2]);
      } finally {
        await Promise.all([entrance, ...doors].map((door) => door.close()));
      }
    },
  });
});

// Apart: newer nodes tell each other for a minute to forget it, so that it is not
// to be relied on afterwards.
Deno.test("Redis Cluster: case 20: refreshes leave no connections behind, and a node may be forgotten", async () => {
  await using setup = await RedisClusterSetup.start();
  await using cluster = setup.makeCluster({ timeout: 25_000 });
  await exercise(cluster);
  const replica = setup.shards[2].servers[1];
  const before = await connectionsTo(setup);
  for (let i = 0; i < 50; i++) {
    if (i % 5 === 0) {
      await Promise.all(
        setup.nodes.filter((node) => node !== replica).map((node) =>
          setup.ask(node, "CLUSTER", "FORGET", setup.idOf(replica))
        ),
      );
    }
    await cluster.topology();
    if (i % 5 === 4) {
      const { hostname, port } = replica;
      const id = setup.idOf(replica);
      await eventually(async () => {
        const known = await Promise.all(setup.nodes.map(async (node) => {
          const view = await setup.ask(node, "CLUSTER", "NODES");
          if (String(view).includes(id)) return true;
          // Once may not be enough, where the others tell it to forget.
          await setup.ask(node, "CLUSTER", "MEET", hostname, port);
          return false;
        }));
        return known.every((isKnown) => isKnown);
      });
    }
  }
  await eventually(async () => await connectionsTo(setup) <= before);
  await exercise(cluster);
});

/** Has nodes announce the ports of proxies in front of them. */
async function announce(
  setup: RedisClusterSetup,
  doors: readonly FaultProxy[],
): Promise<void> {
  await Promise.all(setup.nodes.map((node, index) => {
    const { port } = doors[index];
    const words = ["cluster-announce-port", port] as const;
    // Otherwise others would look for its bus 10,000 above.
    const bus = ["cluster-announce-bus-port", node.port + 10_000] as const;
    return setup.ask(node, "CONFIG", "SET", ...words, ...bus);
  }));
  await eventually(async () => {
    const views = await Promise.all(
      setup.nodes.map((node) => setup.ask(node, "CLUSTER", "SLOTS")),
    );
    return views.map((view) => JSON.stringify(view)).every((view) =>
      doors.every(({ port }) => view.includes(`,${port},`))
    );
  });
}

/** The address of a node that is reached through a proxy. */
function through(
  proxy: FaultProxy,
  node: RedisServer,
  address: NodeAddress,
): NodeAddress {
  return address.port === node.port
    ? { hostname: "127.0.0.1", port: proxy.port }
    : address;
}
