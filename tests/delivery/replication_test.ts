import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  type ClientOptions,
  Cluster,
  type ClusterOptions,
  CommandError,
  ConnectionError,
  ReplicationError,
  Script,
  TransportError,
} from "../../mod.ts";
import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import {
  allowReplication,
  denyReplication,
} from "../../support/replication.ts";
import { bounded, eventually, isPending } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";

/** A primary behind a proxy, and its replica. */
class Pair implements AsyncDisposable {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly proxy: FaultProxy;
  readonly #clusters: Cluster[] = [];

  private constructor(
    primary: RedisServer,
    replica: RedisServer,
    proxy: FaultProxy,
  ) {
    this.primary = primary;
    this.replica = replica;
    this.proxy = proxy;
  }

  static async start(): Promise<Pair> {
    const config = ["repl-diskless-sync-delay 0"];
    const primary = await RedisServer.start({ transport: "tcp", config });
    const replicaof = `replicaof ${primary.hostname} ${primary.port}`;
    const replica = await RedisServer.start({
      transport: "tcp",
      config: [replicaof],
    });
    await eventually(async () => await ask(primary, "WAIT", "1", "1") === 1);
    return new Pair(primary, replica, await FaultProxy.start(primary.host));
  }

  client(options: ClientOptions = {}, own: Partial<ClusterOptions> = {}) {
    const cluster = new Cluster({
      hosts: [this.proxy.host],
      timeout: 60_000,
      ...own,
    });
    this.#clusters.push(cluster);
    return { cluster, client: cluster.getRoutingClient(options) };
  }

  /** The replica hears of nothing any more. */
  async detach(): Promise<void> {
    await denyReplication(this.primary);
    await ask(this.primary, "CLIENT", "KILL", "TYPE", "replica");
  }

  /** It does again. */
  async attach(): Promise<void> {
    await allowReplication(this.primary);
  }

  /** How often the primary was asked to wait. */
  async waits(): Promise<number> {
    const stats = String(await ask(this.primary, "INFO", "commandstats"));
    return Number(/cmdstat_wait:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cluster of this.#clusters) await cluster.close();
    await this.proxy.close();
    await this.replica.stop();
    await this.primary.stop();
  }
}

Deno.test("replicated: a write has reached replicas when it resolves; one WAIT follows a batch", async () => {
  await using pair = await Pair.start();
  const { client, cluster } = pair.client({ replicated: 1 });
  const before = await pair.waits();
  assertEquals(await client.set("key", "1"), "OK");
  assertEquals(await ask(pair.replica, "GET", "key"), "1");
  assertEquals(await pair.waits(), before + 1);
  const names = Array.from({ length: 500 }, (_, i) => `key:${i}`);
  const values = await Promise.all(
    names.flatMap((name, i) => [client.set(name, i), client.get(name)]),
  );
  assertEquals(values.slice(0, 4), ["OK", "0", "OK", "1"]);
  assertEquals(await pair.waits(), before + 2);
  assertEquals(await ask(pair.replica, "GET", "key:499"), "499");
  const promises = await client.map((map) =>
    names.map((name) => map.incr(name))
  );
  assertEquals(promises.map(({ value }) => value), names.map((_, i) => i + 1));
  assertEquals(await pair.waits(), before + 3);
  assertEquals(await ask(pair.replica, "GET", "key:499"), "500");
  await client.map((map) => {
    for (const name of names) map.set(name, "merged");
  });
  assertEquals(await ask(pair.replica, "GET", "key:499"), "merged");
  assertEquals(await pair.waits(), before + 4);
  // What only reads waits for nobody, nor does who does not want it.
  await client.get("key");
  await client.map((map) => [map.set("key", "2")], { replicated: 0 });
  await cluster.getRoutingClient().set("key", "3");
  assertEquals(await pair.waits(), before + 4);
});

Deno.test("replicated: too few replicas are an error that says what is known", async () => {
  await using pair = await Pair.start();
  const { client, cluster } = pair.client({ replicated: 2, timeout: 8_000 });
  const error = await bounded(reasonOf(client.set("key", "1")));
  assertInstanceOf(error, ReplicationError);
  assertInstanceOf(error, TransportError);
  const { wanted, acknowledged, outcome, hostId, command, name } = error;
  assertEquals(
    { wanted, acknowledged, outcome, hostId, command, name },
    {
      wanted: 2,
      acknowledged: 1,
      outcome: "unknown",
      hostId: 0,
      command: "SET",
      name: "ReplicationError",
    },
  );
  assertEquals(
    error.message.replace(/ at \S+,/, ","),
    '"SET" ran on host 0, but 1 of 2 replicas are known to have it; read it ' +
      "back, or write it again",
  );
  // It is not taken back.
  assertEquals(await ask(pair.primary, "GET", "key"), "1");
  assertEquals(cluster.stats().get(0)!.errors, { ReplicationError: 1 });
  // An error of the server is that, and nothing is waited for longer.
  await cluster.getRoutingClient().rpush("list", "a");
  const wrong = await bounded(reasonOf(client.incr("list")));
  assertInstanceOf(wrong, CommandError);
  assertEquals(wrong.code, "WRONGTYPE");
});

Deno.test("replicated: a replica that hears of nothing fails writes of a map, and delays no other client", async () => {
  await using pair = await Pair.start();
  const { client, cluster } = pair.client({}, {
    replicated: 1,
    timeout: 8_000,
  });
  const other = cluster.getRoutingClient({ replicated: 0 });
  await client.set("key", "1");
  await pair.detach();
  const mapped = reasonOf(
    client.map((map) => [map.set("a", "1"), map.get("key"), map.incr("b")]),
  );
  // Behind it, in the order of issue.
  const alone = reasonOf(client.set("c", "1"));
  await eventually(async () =>
    await ask(pair.primary, "EXISTS", "a", "b") === 2
  );
  assertEquals(await bounded(other.set("key", "2")), "OK");
  assertEquals(await bounded(other.get("a")), "1");
  assert(await isPending(mapped));
  const error = await bounded(mapped);
  assertInstanceOf(error, AggregateError);
  assertEquals(
    error.errors.map((one) => [one.name, one.command, one.acknowledged]),
    [["ReplicationError", "SET", 0], ["ReplicationError", "INCR", 0]],
  );
  assertInstanceOf(await bounded(alone), ReplicationError);
});

Deno.test("replicated: whoever gives up a write that has run hears the reason", async () => {
  await using pair = await Pair.start();
  const controller = new AbortController();
  const { signal } = controller;
  const { client } = pair.client({ replicated: 1, signal });
  await client.set("key", "0");
  await pair.detach();
  const writing = reasonOf(client.set("key", "1"));
  await eventually(async () => await ask(pair.primary, "GET", "key") === "1");
  const reason = new Error("Enough");
  controller.abort(reason);
  assertEquals(await bounded(writing), reason);
});

Deno.test("replicated: a connection that is lost ahead of the answer leaves it unknown", async () => {
  await using pair = await Pair.start();
  const { client } = pair.client({ replicated: 1 });
  await client.set("key", "0");
  await pair.detach();
  const writing = reasonOf(client.set("key", "1"));
  const reading = client.get("key");
  await eventually(async () => await ask(pair.primary, "GET", "key") === "1");
  // The reply to SET has come, the one to WAIT has not.
  assertEquals(await bounded(reading), "1");
  pair.proxy.reset();
  const error = await bounded(writing);
  assertInstanceOf(error, ReplicationError);
  assertEquals([error.acknowledged, error.outcome], [0, "unknown"]);
  assertInstanceOf(error.cause, ConnectionError);
  assertEquals(await ask(pair.primary, "GET", "key"), "1");
  await pair.attach();
  pair.proxy.pass();
  // What follows is confirmed by itself.
  assertEquals(await bounded(client.incr("key")), 2);
  assertEquals(await ask(pair.replica, "GET", "key"), "2");
});

Deno.test("replicated: what is sent again is confirmed where it runs", async () => {
  await using pair = await Pair.start();
  const { client } = pair.client({ replicated: 1 });
  await client.set("key", "0");
  // Not run, and said so.
  pair.proxy.answer("READONLY You can't write against a read only replica.", {
    commands: ["INCR"],
  });
  const writing = client.incr("key");
  const others = client.set("other", "1");
  await eventually(() => pair.proxy.stats.answered > 0);
  pair.proxy.pass();
  assertEquals(await bounded(writing), 1);
  assertEquals(await bounded(others), "OK");
  assertEquals(await ask(pair.replica, "GET", "key"), "1");
  assertEquals(await ask(pair.replica, "GET", "other"), "1");
});

Deno.test("replicated: scripts, transactions and commands that block are confirmed as well", async () => {
  await using pair = await Pair.start();
  const { client, cluster } = pair.client({}, { replicated: 1 });
  const script = new Script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
  assertEquals(await client.run(script, ["script"], [5]), 5);
  assertEquals(await ask(pair.replica, "GET", "script"), "5");
  const { tx } = await client.executeCommands(
    { tx: [["SET", "tx", "1"], ["INCR", "tx"]] },
    { atomic: true },
  );
  assertEquals(tx.map(({ value }) => value), ["OK", 2]);
  assertEquals(await ask(pair.replica, "GET", "tx"), "2");
  const before = await pair.waits();
  const popping = client.blmove("from", "to", "LEFT", "RIGHT", 0);
  await eventually(async () =>
    String(await ask(pair.primary, "CLIENT", "LIST")).includes("cmd=blmove")
  );
  await cluster.getRoutingClient({ replicated: 0 }).rpush("from", "a");
  assertEquals(await bounded(popping), "a");
  assertEquals(await ask(pair.replica, "LRANGE", "to", "0", "-1"), ["a"]);
  assertEquals(await pair.waits(), before + 1);
  await client.rpush("from", "b");
  const { to } = await client.executeCommands({
    to: [["BLMOVE", "from", "to", "LEFT", "RIGHT", 1], ["LLEN", "to"]],
  });
  assertEquals(to.map(({ value }) => value), ["b", 2]);
  assertEquals(await ask(pair.replica, "LLEN", "to"), 2);
  // By the doors to one host as well.
  await cluster.getLocalClient(0).set("local", "1");
  assertEquals(await ask(pair.replica, "GET", "local"), "1");
  await cluster.all((all) => all.set("all", "1"));
  assertEquals(await ask(pair.replica, "GET", "all"), "1");
});

Deno.test("replicated: a user who may not WAIT is told why", async () => {
  await using pair = await Pair.start();
  await ask(pair.primary, "ACL", "SETUSER", "default", "-wait");
  const { client } = pair.client({ replicated: 1 });
  const error = await bounded(reasonOf(client.set("key", "1")));
  assertInstanceOf(error, ReplicationError);
  assertInstanceOf(error.cause, CommandError);
  assertEquals(error.cause.code, "NOPERM");
});
