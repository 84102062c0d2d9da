import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BadHostSetupError, CommandError } from "../../src/errors.ts";
import {
  ConsistentHashingRouter,
  type Failover,
  type NamedHost,
  PartitionRouter,
  type RouterHost,
  SentinelTopology,
} from "../../src/topology/mod.ts";
import type { Reply } from "../../src/values.ts";

/** What a sentinel says of names: the epoch, and the ports of the servers. */
type Knowledge = Record<
  string,
  readonly [epoch: number, primary: number, ...replicas: number[]]
>;

/** Sentinels whose knowledge is that of a test; one without any is gone. */
class Bench {
  readonly topology: SentinelTopology<NamedHost, RouterHost>;
  readonly sentinels: (Knowledge | Error)[];
  readonly events: string[] = [];
  /** The addresses that its owner objects to. */
  readonly refused = new Set<string>();

  constructor(sentinels: (Knowledge | Error)[], names = ["a", "b"]) {
    this.sentinels = sentinels;
    this.topology = new SentinelTopology({
      sentinels: sentinels.map((_, index) => hostOf(index, `s${index}`)),
      makeRouter: (cluster) => new PartitionRouter(cluster),
      makeHost: (host, { hostname, port }) => {
        const address = `${hostname}:${port}`;
        if (this.refused.has(address)) throw new Error(`No ${address}`);
        return { ...host, address };
      },
    });
    names.forEach((name, id) => this.topology.add(named(id, name)));
    this.topology.watch({
      hostChanged: (id, failover) => this.#note(`host ${id}`, failover),
      changed: () => this.events.push("changed"),
    });
  }

  refresh(): Promise<void> {
    return this.topology.refresh(({ hostId }, commands) => {
      const known = this.sentinels[hostId];
      if (known instanceof Error) return Promise.reject(known);
      return Promise.resolve(commands.map(([, word, name]): Reply => {
        const view = known[String(name)];
        if (word === "REPLICAS") {
          const [, , ...ports] = view ?? [];
          return ports.map((port) => ["ip", "h", "port", String(port)]);
        }
        if (view === undefined) {
          return word === "MASTER"
            ? new CommandError("ERR No such master with that name")
            : null;
        }
        const [epoch, port] = view;
        return word === "MASTER"
          ? ["config-epoch", String(epoch)]
          : ["h", String(port)];
      }));
    });
  }

  get addresses(): string[] {
    return [...this.topology.hosts.values()].map(({ address }) => address!);
  }

  /** What has happened since it was asked before. */
  news(): string[] {
    return this.events.splice(0);
  }

  #note(what: string, failover: Failover | undefined): void {
    const { from, to } = failover ?? {};
    this.events.push(failover ? `${what}: ${from} -> ${to}` : what);
  }
}

function hostOf(hostId: number, address?: string): RouterHost {
  return { hostId, weight: 1, ringLabel: String(hostId), address };
}

function named(hostId: number, primaryName: string): NamedHost {
  return { hostId, weight: 1, ringLabel: primaryName, primaryName };
}

Deno.test("SentinelTopology routes before anybody was asked, and knows where afterwards", async () => {
  const { topology } = new Bench([{ a: [0, 1], b: [0, 2] }]);
  const group = topology.groupOf("key");
  assert(!topology.isKnown);
  assertEquals(topology.hostOf(group), -1);
  const { router } = topology;
  const bench = new Bench([{ a: [0, 1], b: [0, 2] }]);
  await bench.refresh();
  assert(bench.topology.isKnown);
  assertEquals(bench.topology.hostOf(group), group);
  assertEquals(bench.topology.router.getHostForKey("key"), group);
  assertEquals(router.getHostForKey("key"), group);
  assertEquals(bench.addresses, ["h:1", "h:2"]);
  assertEquals(bench.news(), ["changed"]);
  // Nothing new is no news.
  await bench.refresh();
  assertEquals(bench.news(), []);
});

Deno.test("SentinelTopology believes the highest epoch, whoever is asked first", async () => {
  const old: Knowledge = { a: [1, 1], b: [2, 2] };
  const bench = new Bench([old, { a: [3, 11], b: [2, 2] }, old]);
  await bench.refresh();
  assertEquals(bench.addresses, ["h:1".replace("1", "11"), "h:2"]);
  // Those that slept are alone now, and are not believed.
  bench.sentinels[1] = new Error("gone");
  bench.news();
  await bench.refresh();
  assertEquals(bench.addresses, ["h:11", "h:2"]);
  assertEquals(bench.news(), []);
  bench.sentinels[0] = { a: [4, 1], b: [2, 2] };
  const { router } = bench.topology;
  await bench.refresh();
  assertEquals(bench.news(), ["host 0: h:11 -> h:1", "changed"]);
  // A failover moves no key, and makes no router.
  assertEquals(bench.topology.router, router);
  assertEquals(bench.topology.describe().epoch, 4);
});

Deno.test("SentinelTopology has the replicas of all sentinels that know the same primary", async () => {
  const bench = new Bench([
    { a: [1, 1, 4] },
    { a: [1, 1, 5, 4] },
    { a: [0, 2, 6] },
  ], ["a"]);
  const replicas = () =>
    bench.topology.replicasOf(0).map(({ address }) => address);
  await bench.refresh();
  assertEquals(replicas(), ["h:4", "h:5"]);
  assertEquals(bench.news(), ["changed"]);
  // It makes no difference who of them answers first, or not at all.
  bench.sentinels.reverse();
  await bench.refresh();
  assertEquals(replicas(), ["h:4", "h:5"]);
  assertEquals(bench.news(), []);
});

Deno.test("SentinelTopology believes lower epochs if all say so: they were set up anew", async () => {
  const bench = new Bench([{ a: [9, 1] }, { a: [9, 1] }], ["a"]);
  await bench.refresh();
  bench.sentinels[0] = { a: [0, 2] };
  await bench.refresh();
  assertEquals(bench.addresses, ["h:1"]);
  bench.sentinels[1] = { a: [0, 2] };
  await bench.refresh();
  assertEquals(bench.addresses, ["h:2"]);
  // With the same epoch they have to agree.
  bench.sentinels[0] = { a: [0, 3] };
  await bench.refresh();
  assertEquals(bench.addresses, ["h:2"]);
});

Deno.test("SentinelTopology.refresh() tells what will not pass by itself", async () => {
  const gone = new Error("gone");
  await assertRejects(() => new Bench([gone, gone]).refresh(), Error, "gone");
  const denied = new Error("denied", { cause: new CommandError("NOAUTH No") });
  await assertRejects(
    () => new Bench([gone, denied]).refresh(),
    Error,
    "denied",
  );
  await assertRejects(
    () => new Bench([{ a: [0, 1] }, gone]).refresh(),
    BadHostSetupError,
    'host 1: no sentinel that answers watches over the "primaryName" "b"',
  );
  const mistake = new BadHostSetupError("It is no sentinel");
  const bench = new Bench([{ a: [0, 1], b: [0, 2] }, mistake]);
  await assertRejects(() => bench.refresh(), BadHostSetupError, "no sentinel");
  // Once all is known, it is no reason to stop.
  bench.sentinels[1] = { a: [0, 1], b: [0, 2] };
  await bench.refresh();
  bench.sentinels[1] = mistake;
  await bench.refresh();
  assertEquals(bench.addresses, ["h:1", "h:2"]);
});

Deno.test("SentinelTopology: hosts are added and removed by their owner", async () => {
  const bench = new Bench([{ a: [0, 1], b: [0, 2] }], ["a"]);
  const { topology } = bench;
  await bench.refresh();
  assertThrows(() => topology.add(named(0, "b")), TypeError, "share the id 0");
  topology.add(named(1, "b"));
  assert(!topology.isKnown);
  assertEquals([topology.hostOf(0), topology.hostOf(1)], [0, -1]);
  await bench.refresh();
  assertEquals(bench.addresses, ["h:1", "h:2"]);
  assertEquals([topology.hostOf(0), topology.hostOf(1)], [0, 1]);
  // Where a primary is that is known already needs nobody to be asked.
  topology.add(named(2, "a"));
  assert(topology.isKnown);
  bench.news();
  assert(topology.remove(1));
  assert(!topology.remove(1));
  assertEquals(bench.news(), ["host 1"]);
});

Deno.test("SentinelTopology places keys by label and weight, as the router does", async () => {
  const named = [{ weight: 1, label: "x" }, { weight: 2, label: "y" }].map(
    ({ weight, label }, hostId) => ({
      hostId,
      weight,
      label,
      ringLabel: label,
      primaryName: `p${hostId}`,
    }),
  );
  const topology = new SentinelTopology<NamedHost, RouterHost>({
    sentinels: [hostOf(0)],
    makeRouter: (cluster) => new ConsistentHashingRouter(cluster),
    makeHost: (host, { port }) => ({ ...host, address: `h:${port}` }),
  });
  for (const host of named) topology.add(host);
  const plain = new ConsistentHashingRouter({
    hosts: new Map(named.map((host) => [host.hostId, host])),
  });
  const keys = Array.from({ length: 200 }, (_, i) => `key ${i}`);
  const placed = () => keys.map((key) => topology.groupOf(key));
  const expected = keys.map((key) => plain.getHostForKey(key));
  assertEquals(placed(), expected);
  await topology.refresh((_, commands) =>
    Promise.resolve(
      commands.map(([, word]): Reply =>
        word === "MASTER" ? [] : word === "REPLICAS" ? [] : ["h", "1"]
      ),
    )
  );
  assertEquals(placed(), expected);
});

Deno.test("SentinelTopology stays as it was when its owner objects to an address", async () => {
  const bench = new Bench([{ a: [1, 1], b: [1, 2] }]);
  const { topology } = bench;
  bench.refused.add("h:2");
  await assertRejects(() => bench.refresh(), Error, "No h:2");
  assertEquals([topology.isKnown, bench.addresses], [false, []]);
  bench.refused.clear();
  await bench.refresh();
  assertEquals(bench.addresses, ["h:1", "h:2"]);
  bench.news();
  bench.refused.add("h:3");
  bench.sentinels[0] = { a: [2, 3], b: [1, 2] };
  await assertRejects(() => bench.refresh(), Error, "No h:3");
  assertEquals([bench.addresses, bench.news()], [["h:1", "h:2"], []]);
  // What it did not take is news the next time.
  bench.refused.clear();
  await bench.refresh();
  assertEquals(bench.news(), ["host 0: h:1 -> h:3", "changed"]);
});

Deno.test("SentinelTopology knows all when the one that nobody knows is removed", async () => {
  const bench = new Bench([{ a: [1, 1] }]);
  const { topology } = bench;
  await assertRejects(() => bench.refresh(), BadHostSetupError);
  assertEquals([topology.isKnown, bench.news()], [false, ["changed"]]);
  topology.remove(1);
  assertEquals([topology.isKnown, bench.news()], [true, ["host 1", "changed"]]);
  topology.remove(0);
  assertEquals(bench.news(), ["host 0"]);
});
