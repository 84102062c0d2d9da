/*
 * A host is where the topology says that it is. Covered here: hosts that move
 * between real servers while clients write, with large maps under way, while
 * they are down, being dialed or held up; what is late at the former address; a
 * topology that finds out by itself, after a failover and after a loss; and what
 * is told of all that.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HostDownError, TransportError } from "../mod.ts";
import {
  connectionChannel,
  type ConnectionMessage,
} from "../src/delivery/diagnostics.ts";
import { RedisServer } from "../src/testing.ts";
import { CLOSED_PORT } from "../support/closed_port.ts";
import { Random } from "../support/random.ts";
import { oracle, type RawAddress } from "../support/raw_client.ts";
import { bounded, eventually, isPending } from "../support/waiting.ts";
import { Relay } from "./faults/relay.ts";
import { reasonOf } from "./faults/proxied.ts";
import { FakeTime } from "./fake_time.ts";
import { MovableCluster, MovableTopology } from "./movable_topology.ts";

const startServer = () => RedisServer.start({ transport: "tcp" });

const at = (port: number) => ({ hostname: "127.0.0.1", port });

async function numbers(server: RawAddress, key: string): Promise<number[]> {
  await using direct = oracle(server);
  const items = await direct.command("LRANGE", key, 0, -1);
  return (items as string[]).map(Number);
}

function assertRising(list: readonly number[]): void {
  const wrong = list.findIndex((value, i) => i > 0 && value <= list[i - 1]);
  assertEquals(wrong, -1, `${list.slice(wrong - 2, wrong + 2)}`);
}

/** Writers, each of which numbers what it writes, until they are told to end. */
class Writers {
  /** How many have written how much so far, together. */
  written = 0;
  #isOver = false;
  readonly #counts: Promise<number[]>;

  /**
   * @param count How many.
   * @param write Writes some numbers, each of which `next` gives.
   */
  constructor(
    count: number,
    write: (id: number, next: () => number) => Promise<unknown>,
  ) {
    const ids = Array.from({ length: count }, (_, id) => id);
    this.#counts = Promise.all(ids.map((id) => this.#run(id, write)));
    // Whoever ends them hears of it.
    this.#counts.catch(() => this.#isOver = true);
  }

  /** Waits until they have written that much more, or one has failed. */
  async more(count: number): Promise<void> {
    const before = this.written;
    await eventually(() => this.#isOver || this.written >= before + count);
  }

  /** Lets them end: how many numbers each has written. */
  async end(): Promise<number[]> {
    this.#isOver = true;
    return await bounded(this.#counts);
  }

  async #run(
    id: number,
    write: (id: number, next: () => number) => Promise<unknown>,
  ): Promise<number> {
    let number = 0;
    while (!this.#isOver) {
      const before = number;
      await write(id, () => ++number);
      this.written += number - before;
    }
    return number;
  }
}

Deno.test("a host moves to and fro under load: nothing is lost, runs twice or out of order", async () => {
  await using one = await startServer();
  await using other = await startServer();
  const places = [one.host, other.host, { path: one.path }];
  const topology = new MovableTopology(one.host);
  await using cluster = new MovableCluster(topology);
  const random = new Random(46);
  const clients = Array.from({ length: 6 }, () => cluster.client());
  const writers = new Writers(clients.length, (id, next) => {
    const key = `writer ${id}`;
    const sent: PromiseLike<unknown>[] = [];
    for (let i = 0; i < 20; i++) sent.push(clients[id].rpush(key, next()));
    const map = clients[id].getMappingClient();
    for (let i = 0; i < 20; i++) sent.push(map.rpush(key, next()));
    return Promise.all([...sent, map.join()]);
  });
  for (let move = 1; move <= 40; move++) {
    await writers.more(random.integer(0, 400));
    topology.move(places[move % places.length]);
  }
  for (const [id, count] of (await writers.end()).entries()) {
    const lists = [
      await numbers(one, `writer ${id}`),
      await numbers(other, `writer ${id}`),
    ];
    // At the one that has two addresses this holds across both of them.
    for (const list of lists) assertRising(list);
    const all = lists.flat().sort((a, b) => a - b);
    assertEquals(all, Array.from({ length: count }, (_, i) => i + 1));
    assert(lists.every((list) => list.length > 0), "it did not move");
  }
  assertEquals(cluster.hosts.stats().get(0)!.errors, {});
  assertEquals(cluster.events, []);
});

Deno.test("of a large map that is on its way only what was written ends at the former address", async () => {
  await using one = await startServer();
  await using other = await startServer();
  const topology = new MovableTopology(one.host);
  await using cluster = new MovableCluster(topology);
  const client = cluster.client();
  await client.get("key");
  // A connection that is idle for long is checked first, however fast this is.
  using _time = new FakeTime();
  const map = client.getMappingClient({ autoBatch: false });
  const count = 40_000;
  for (let i = 0; i < count; i++) {
    // Half of it has been issued, and the first of that has left.
    if (i === count / 2) topology.move(other.host);
    map.rpush("list", i);
  }
  await map.join();
  const [first, second] = [
    await numbers(one, "list"),
    await numbers(other, "list"),
  ];
  assert(first.length > 0 && first.length < count / 2, `${first.length}`);
  assertEquals(
    [...first, ...second],
    Array.from({ length: count }, (_, i) => i),
  );
});

Deno.test("a write that is held up on the way to the former address does not run behind the next one", async () => {
  await using one = await startServer();
  await using other = await startServer();
  await using relay = new Relay(one);
  const ways: Record<string, RawAddress[]> = {
    "the same server": [one.host],
    "another server and back": [other.host, at(relay.port)],
  };
  for (const [key, way] of Object.entries(ways)) {
    const topology = new MovableTopology(at(relay.port));
    await using cluster = new MovableCluster(topology);
    const client = cluster.client();
    await client.get("key");
    const link = relay.links.at(-1)!;
    link.hold();
    const late = client.sendCommand("RPUSH", [key, 1], { timeout: 50 });
    const error = await reasonOf(late);
    assert(error instanceof TransportError && error.outcome === "unknown");
    for (const [index, host] of way.entries()) {
      topology.move(host as { port: number });
      await bounded(client.rpush(key, index + 2));
    }
    link.release();
    await bounded(link.ended);
    assertEquals(await numbers(one, key), [way.length + 1]);
  }
});

Deno.test("what waits for a reply from the former address may have it, and what comes behind it waits", async () => {
  await using one = await startServer();
  await using other = await startServer();
  await using relay = new Relay(one);
  const topology = new MovableTopology(at(relay.port));
  await using cluster = new MovableCluster(topology);
  const client = cluster.client();
  await client.get("key");
  const [link] = relay.links;
  link.hold();
  const first = client.rpush("list", 1);
  await eventually(() => link.text.includes("RPUSH"));
  topology.move(other.host);
  const second = client.rpush("list", 2);
  // Others need not wait.
  assertEquals(await bounded(cluster.client().rpush("else", 1)), 1);
  assert(await isPending(second));
  link.release();
  assertEquals(await bounded(Promise.all([first, second])), [1, 1]);
  assertEquals(await numbers(one, "list"), [1]);
  assertEquals(await numbers(other, "list"), [2]);
  // Nothing but what was under way has gone there.
  assertEquals(relay.links.length, 1);
  assert(!link.text.includes("else"));
});

Deno.test("what is under way when pools are disconnected moves too, and goes first", async () => {
  await using one = await startServer();
  await using other = await startServer();
  await using relay = new Relay(one);
  const topology = new MovableTopology(at(relay.port));
  await using cluster = new MovableCluster(topology);
  const client = cluster.client();
  await client.get("key");
  const [link] = relay.links;
  link.hold();
  const sent = [client.rpush("list", 1)];
  await eventually(() => link.text.includes("RPUSH"));
  const disconnected = cluster.hosts.disconnect();
  topology.move(other.host);
  sent.push(client.rpush("list", 2));
  // Others need not wait.
  await bounded(cluster.client().get("key"));
  assert(await isPending(sent[1]));
  link.release();
  await bounded(Promise.all([...sent, disconnected]));
  assertEquals(await numbers(one, "list"), [1]);
  assertEquals(await numbers(other, "list"), [2]);
  assertEquals(relay.links.length, 1);
});

Deno.test("idle connections to the former address are closed", async () => {
  await using one = await startServer();
  await using other = await startServer();
  const topology = new MovableTopology(one.host);
  await using cluster = new MovableCluster(topology);
  const client = cluster.client();
  await client.set("key", "one");
  await using direct = oracle(one);
  const clients = async () =>
    String(await direct.command("CLIENT", "LIST")).trim().split("\n").length;
  assertEquals(await clients(), 2);
  topology.move(other.host);
  await eventually(async () => await clients() === 1);
  assertEquals(await client.get("key"), null);
  assertEquals(cluster.hosts.host(0).pool.size, 1);
});

Deno.test("a host that is down is up where it has moved to", async () => {
  await using server = await startServer();
  const topology = new MovableTopology(at(CLOSED_PORT));
  await using cluster = new MovableCluster(topology, {
    poolOptions: { maxRetries: 0, breaker: { threshold: 1, minDelay: 60_000 } },
  });
  const client = cluster.client();
  await assertRejects(
    () => client.get("key"),
    TransportError,
    `:${CLOSED_PORT}`,
  );
  await assertRejects(
    () => client.get("key"),
    HostDownError,
    `:${CLOSED_PORT}`,
  );
  topology.move(server.host);
  const { pool } = cluster.hosts.host(0);
  assertEquals([pool.down, pool.failures], [false, 0]);
  assertEquals(await client.get("key"), null);
  assertEquals(cluster.events, ["down", "up"]);
  await server.stop();
  await assertRejects(
    () => client.get("key"),
    TransportError,
    `:${server.port}`,
  );
  assertEquals(cluster.events, ["down", "up", "down"]);
  assert(String(cluster.errors[2]).includes(`:${server.port} is down`));
});

Deno.test("what waits while the former address is dialed goes to the new one at once", async () => {
  // It lets nobody in: its queue of new connections is full.
  using listener = Deno.listen({
    hostname: "127.0.0.1",
    port: 0,
    tcpBacklog: 1,
  });
  const { port } = listener.addr;
  using _one = await Deno.connect({ port });
  using _two = await Deno.connect({ port });
  await using server = await startServer();
  const topology = new MovableTopology(at(port));
  await using cluster = new MovableCluster(topology, {
    poolOptions: { dialTimeout: 60_000, maxConnections: 1 },
  });
  const pending = cluster.client().get("key");
  await eventually(() => cluster.hosts.host(0).pool.dialing === 1);
  topology.move(server.host);
  assertEquals(await bounded(pending), null);
  assertEquals(cluster.events, []);
});

Deno.test("messages, errors and statistics follow a host", async () => {
  await using one = await startServer();
  await using other = await startServer();
  const topology = new MovableTopology(one.host);
  await using cluster = new MovableCluster(topology);
  const messages: string[] = [];
  const note = (message: unknown) => {
    const { type, address } = message as ConnectionMessage;
    messages.push(`${type} ${address.split(":")[1]}`);
  };
  connectionChannel.subscribe(note);
  const client = cluster.client();
  await client.get("key");
  topology.move(other.host);
  await client.get("key");
  await eventually(() => messages.length === 3);
  connectionChannel.unsubscribe(note);
  const [opened, ...rest] = messages;
  assertEquals(opened, `open ${one.port}`);
  assertEquals(rest.sort(), [`close ${one.port}`, `open ${other.port}`]);
  assertEquals(cluster.hosts.host(0).address, `127.0.0.1:${other.port}`);
  const { replies, connections } = cluster.hosts.stats().get(0)!;
  assertEquals([replies, connections.opened, connections.open], [2, 2, 1]);
});

Deno.test("a failover: the topology is asked anew, and leads writers to the new primary", async () => {
  // It need not wait for further replicas.
  await using one = await RedisServer.start({
    transport: "tcp",
    config: { "repl-diskless-sync-delay": "0" },
  });
  await using other = await startServer();
  await using first = oracle(one);
  await using second = oracle(other);
  await second.command("REPLICAOF", one.hostname, one.port);
  await eventually(async () =>
    String(await first.command("INFO", "replication")).includes("state=online")
  );
  // A server that is a replica now says who is the primary.
  const topology = new MovableTopology(one.host, async (ask) => {
    const here = topology.hosts.get(0)!;
    const [reply] = await ask(here, [["ROLE"]]);
    const [role, hostname, port] = reply as string[];
    return role === "slave" ? { hostname, port: Number(port) } : one.host;
  });
  await using cluster = new MovableCluster(topology);
  const clients = Array.from({ length: 4 }, () => cluster.client());
  const writers = new Writers(
    clients.length,
    (id, next) =>
      Promise.all(
        [1, 2, 3].map(() => clients[id].rpush(`list ${id}`, next())),
      ),
  );
  await writers.more(200);
  await first.command("FAILOVER", "TO", other.hostname, other.port);
  await eventually(() => topology.hosts.get(0)!.port === other.port);
  await writers.more(200);
  for (const [id, count] of (await writers.end()).entries()) {
    assertEquals(
      await numbers(other, `list ${id}`),
      Array.from({ length: count }, (_, i) => i + 1),
    );
  }
  assertEquals(cluster.hosts.stats().get(0)!.errors, {});
});

Deno.test("a server that is gone: the topology is asked anew", async () => {
  await using one = await startServer();
  await using other = await startServer();
  const topology = new MovableTopology(
    one.host,
    () => Promise.resolve(other.host),
  );
  await using cluster = new MovableCluster(topology);
  const client = cluster.client();
  await client.get("key");
  assertEquals(topology.refreshes, 0);
  await one.stop();
  assertEquals(await bounded(client.incr("n")), 1);
  assertEquals(topology.refreshes, 1);
  assertEquals(await client.incr("n"), 2);
});

Deno.test("a topology that cannot find out leaves all as it was", async () => {
  await using server = await startServer();
  const topology = new MovableTopology(
    server.host,
    () => Promise.reject(new Error("There is nobody to ask")),
  );
  await using cluster = new MovableCluster(topology);
  const client = cluster.client();
  await client.get("key");
  await using direct = oracle(server);
  await direct.command("REPLICAOF", "127.0.0.1", 1);
  const pending = client.incr("n");
  await eventually(() => topology.refreshes > 1);
  await direct.command("REPLICAOF", "NO", "ONE");
  assertEquals(await bounded(pending), 1);
});

Deno.test("a host that leaves the topology is refused, and its connections are closed", async () => {
  await using server = await startServer();
  const topology = new MovableTopology(server.host);
  await using cluster = new MovableCluster(topology);
  const client = cluster.client();
  const pending = client.get("key");
  topology.remove();
  assertEquals(await pending, null);
  await assertRejects(
    () => client.get("key"),
    RangeError,
    "There is no host 0",
  );
  await using direct = oracle(server);
  await eventually(async () =>
    !String(await direct.command("CLIENT", "LIST")).trim().includes("\n")
  );
});
