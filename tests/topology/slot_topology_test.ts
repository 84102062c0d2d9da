import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CommandError, NotReadyError } from "../../src/errors.ts";
import { SlotTopology } from "../../src/topology/slot_topology.ts";
import type { RouterHost } from "../../src/topology/router.ts";
import { addressOf } from "../../src/topology/cluster_view.ts";
import type { Reply } from "../../src/values.ts";

interface Place extends RouterHost {
  readonly address: string;
}

/** The node `a` is at 10.0.0.1:7000, `b` at 10.0.0.2:7000, and so on. */
function hostnameOf(id: string): string {
  return `10.0.0.${id.charCodeAt(0) - 96}`;
}

type Range = [first: number, last: number, nodes: string];

/** What the nodes say, and what is told of it. */
class Bench {
  readonly topology: SlotTopology<Place>;
  readonly events: string[] = [];
  /** Who was asked, in order. */
  readonly asked: string[] = [];
  /** The ranges with a primary and its replicas, by whom is asked. */
  views: Record<string, Range[]> = {};
  epochs: Record<string, number> = {};
  /** The replicas that no node thinks fit, with their primaries. */
  unfit: Record<string, string> = {};
  /** The addresses that its owner objects to. */
  readonly refused = new Set<string>();

  constructor(seeds = ["a"]) {
    const makeHost = (
      hostId: number,
      place: { hostname: string; port: number },
    ) => {
      const address = addressOf(place);
      if (this.refused.has(address)) throw new Error(`No ${address}`);
      return { hostId, weight: 1, ringLabel: "", address };
    };
    this.topology = new SlotTopology<Place>({
      seeds: seeds.map((id) => {
        const place = { hostname: hostnameOf(id), port: 7000 };
        return [place, makeHost(0, place)] as const;
      }),
      makeHost,
    });
    this.topology.watch({
      hostChanged: (id, failover) =>
        void this.events.push(
          `host ${id}${failover ? ` ${failover.from} > ${failover.to}` : ""}`,
        ),
      groupsLeft: (id, slots) =>
        void this.events.push(`left ${id}: ${[...slots].join(" ")}`),
      changed: () => void this.events.push("changed"),
    });
  }

  /** All nodes say the same. */
  say(...ranges: Range[]): void {
    this.views = Object.fromEntries(
      [..."abcdefgh"].map((id) => [id, ranges]),
    );
  }

  /** Refreshes; says what was told. */
  async refresh(): Promise<string[]> {
    this.events.length = 0;
    await this.topology.refresh(({ address }) => {
      this.asked.push(address);
      const id = String.fromCharCode(96 + Number(/\.(\d+):/.exec(address)![1]));
      const ranges = this.views[id];
      if (ranges === undefined) {
        return Promise.reject(new Error(`${id} is gone`));
      }
      return Promise.resolve(this.#replies(ranges));
    });
    return [...this.events];
  }

  #replies(ranges: Range[]): Reply[] {
    const slots = ranges.map(([first, last, nodes]) => [
      first,
      last,
      ...[...nodes].map((id) => [hostnameOf(id), 7000, id]),
    ]);
    const primaries = new Set(ranges.map(([, , [id]]) => id));
    for (const id of Object.keys(this.epochs)) primaries.add(id);
    const lines = [...primaries].map((id) =>
      `${id} ${hostnameOf(id)}:7000@17000 master - 0 0 ${
        this.epochs[id] ?? 1
      } connected`
    );
    for (const [id, primary] of Object.entries(this.unfit)) {
      lines.push(
        `${id} ${
          hostnameOf(id)
        }:7000@17000 slave,fail ${primary} 0 0 1 connected`,
      );
    }
    return [slots as Reply, lines.join("\n"), "cluster_state:ok"];
  }
}

Deno.test("SlotTopology knows nothing at first, and says so", async () => {
  const bench = new Bench();
  const { topology } = bench;
  assertEquals(topology.isKnown, false);
  assertEquals(topology.hostOf(topology.groupOf("key")), -1);
  assertThrows(() => topology.router, NotReadyError, "cluster.ready()");
  bench.say([0, 16383, "a"]);
  assertEquals(await bench.refresh(), ["changed"]);
  assertEquals(topology.isKnown, true);
  assertEquals(topology.hostOf(5), 0);
});

Deno.test("SlotTopology numbers shards by their first slots, and keeps the numbers", async () => {
  const bench = new Bench();
  const { topology } = bench;
  bench.say([100, 16383, "ab"], [0, 99, "cd"]);
  bench.views.a.sort(([one], [other]) => one - other);
  await bench.refresh();
  assertEquals([0, 100].map((slot) => topology.hostOf(slot)), [0, 1]);
  assertEquals(topology.hosts.get(1)!.address, "10.0.0.1:7000");
  // The first slots go to a new shard, which gets a new number.
  bench.say([0, 9, "e"], [10, 99, "cd"], [100, 16383, "ab"]);
  assertEquals(await bench.refresh(), [
    "left 0: 0 1 2 3 4 5 6 7 8 9",
    "changed",
  ]);
  assertEquals([0, 10, 100].map((slot) => topology.hostOf(slot)), [2, 0, 1]);
});

Deno.test("SlotTopology stays as it was when its owner objects to an address", async () => {
  const bench = new Bench();
  const { topology } = bench;
  bench.refused.add("10.0.0.2:7000");
  bench.say([0, 99, "a"], [100, 16383, "b"]);
  await assertRejects(() => bench.refresh(), Error, "No 10.0.0.2:7000");
  assertEquals([topology.isKnown, topology.hostOf(5)], [false, -1]);
  bench.refused.clear();
  assertEquals(await bench.refresh(), ["changed"]);
  assertEquals([...topology.hosts.keys()], [0, 1]);
  bench.refused.add("10.0.0.3:7000");
  bench.say([0, 9, "a"], [10, 99, "c"], [100, 16383, "b"]);
  await assertRejects(() => bench.refresh(), Error, "No 10.0.0.3:7000");
  assertEquals([topology.hostOf(50), bench.events], [0, []]);
});

Deno.test("SlotTopology keeps a host whose replica takes over, and says who was there", async () => {
  const bench = new Bench();
  const { topology } = bench;
  bench.say([0, 99, "ac"], [100, 16383, "b"]);
  await bench.refresh();
  bench.say([0, 99, "ca"], [100, 16383, "b"]);
  assertEquals(await bench.refresh(), [
    "host 0 10.0.0.1:7000 > 10.0.0.3:7000",
    "changed",
  ]);
  const { hosts } = topology.describe();
  assertEquals(hosts.get(0), {
    primary: { nodeId: "c", address: "10.0.0.3:7000" },
    replicas: [{ nodeId: "a", address: "10.0.0.1:7000" }],
    slots: [[0, 99]],
  });
  assertEquals(await bench.refresh(), []);
});

Deno.test("SlotTopology keeps a replica that is not fit for as long as it is one", async () => {
  const bench = new Bench();
  const { topology } = bench;
  const replicas = () =>
    topology.replicasOf(0).map(({ address }) => address).sort();
  // Where it is, nodes tell of those only that they think fit.
  bench.unfit = { e: "a" };
  bench.say([0, 99, "acd"], [100, 16383, "b"]);
  await bench.refresh();
  assertEquals(replicas(), ["10.0.0.3:7000", "10.0.0.4:7000"]);
  bench.unfit = { d: "a" };
  bench.say([0, 99, "ac"], [100, 16383, "b"]);
  assertEquals(await bench.refresh(), []);
  assertEquals(replicas(), ["10.0.0.3:7000", "10.0.0.4:7000"]);
  // It may be found fit again, and take over although it was not.
  bench.unfit = { c: "d" };
  bench.say([0, 99, "d"], [100, 16383, "b"]);
  assertEquals(await bench.refresh(), [
    "host 0 10.0.0.1:7000 > 10.0.0.4:7000",
    "changed",
  ]);
  assertEquals(replicas(), ["10.0.0.3:7000"]);
  bench.unfit = {};
  assertEquals(await bench.refresh(), ["changed"]);
  assertEquals(replicas(), []);
});

Deno.test("SlotTopology keeps a host whose slots all go to a node that nobody has heard of", async () => {
  const bench = new Bench();
  bench.epochs = { a: 1, b: 2 };
  bench.say([0, 99, "a"], [100, 16383, "b"]);
  await bench.refresh();
  bench.epochs = { a: 1, b: 2, c: 3 };
  bench.say([0, 99, "c"], [100, 16383, "b"]);
  assertEquals(await bench.refresh(), [
    "host 0 10.0.0.1:7000 > 10.0.0.3:7000",
    "changed",
  ]);
});

Deno.test("SlotTopology keeps a shard without slots for as long as its primary is known", async () => {
  const bench = new Bench();
  const { topology } = bench;
  bench.epochs = { a: 1, b: 2 };
  bench.say([0, 99, "a"], [100, 16383, "b"]);
  await bench.refresh();
  bench.say([0, 16383, "b"]);
  await bench.refresh();
  assertEquals([...topology.hosts.keys()], [0, 1]);
  assertEquals(topology.describe().hosts.get(0)!.slots, []);
  bench.epochs = { b: 2 };
  assertEquals(await bench.refresh(), ["host 0", "changed"]);
  assertEquals([...topology.hosts.keys()], [1]);
});

Deno.test("SlotTopology asks two nodes, each time others first, and seeds last", async () => {
  const bench = new Bench(["h"]);
  bench.say([0, 99, "ac"], [100, 16383, "b"]);
  await bench.refresh();
  assertEquals(bench.asked.splice(0), ["10.0.0.8:7000"]);
  await bench.refresh();
  await bench.refresh();
  const [one, two, three, four] = bench.asked.splice(0);
  assertEquals([one, two], [four, three]);
  // With all primaries gone, a replica answers, or else a seed.
  delete bench.views.a;
  delete bench.views.b;
  await bench.refresh();
  assertEquals(bench.asked.splice(2), ["10.0.0.3:7000", "10.0.0.8:7000"]);
});

Deno.test("SlotTopology does not go back because of a node that slept, asked alone", async () => {
  const bench = new Bench();
  const { topology } = bench;
  bench.epochs = { a: 1, b: 7 };
  bench.say([0, 16383, "b"]);
  await bench.refresh();
  bench.epochs = { a: 9, b: 7 };
  bench.say([0, 99, "a"], [100, 16383, "b"]);
  await bench.refresh();
  assertEquals(topology.hostOf(5), 1);
  // It knows of nothing that happened since.
  bench.epochs = { a: 1, b: 7 };
  bench.views = { b: [[0, 16383, "b"]] };
  assertEquals(await bench.refresh(), []);
  assertEquals(topology.hostOf(5), 1);
});

Deno.test("SlotTopology.redirect() believes MOVED, and says what has left", async () => {
  const bench = new Bench();
  const { topology } = bench;
  bench.say([0, 99, "ac"], [100, 16383, "b"]);
  await bench.refresh();
  bench.events.length = 0;
  const moved = (slot: number, to: string) =>
    new CommandError(`MOVED ${slot} ${to}`);
  assertEquals(topology.redirect(0, moved(5, "10.0.0.2:7000")), {
    group: 5,
    to: 1,
    asking: false,
  });
  assertEquals(topology.hostOf(5), 1);
  assertEquals(bench.events, ["left 0: 5", "changed"]);
  // Who says so late is not followed again.
  assertEquals(topology.redirect(0, moved(5, "10.0.0.1:7000"))?.to, 1);
  // It names itself, or its replica: the same host, wherever that is.
  assertEquals(topology.redirect(0, moved(6, "10.0.0.1:7000"))?.to, 0);
  assertEquals(topology.redirect(0, moved(6, "10.0.0.3:7000"))?.to, 0);
  // Without a host name it is where the others are.
  assertEquals(topology.redirect(1, moved(100, ":7000"))?.to, 1);
  assertEquals(topology.redirect(0, moved(6, "10.0.0.5:7000")), {
    group: 6,
    to: undefined,
    asking: false,
  });
  assertEquals(topology.redirect(0, new CommandError("MOVED x")), undefined);
  assertEquals(topology.redirect(0, new CommandError("ERR no")), undefined);
});

Deno.test("SlotTopology.redirect() follows ASK for one time, and asks a node that it heard of first", async () => {
  const bench = new Bench();
  const { topology } = bench;
  bench.say([0, 99, "ac"], [100, 16383, "b"]);
  await bench.refresh();
  const ask = new CommandError("ASK 5 10.0.0.2:7000");
  assertEquals(topology.redirect(0, ask), { group: 5, to: 1, asking: true });
  assertEquals(topology.hostOf(5), 0);
  const far = new CommandError("ASK 5 10.0.0.6:7000");
  assertEquals(topology.redirect(0, far)?.to, undefined);
  bench.asked.length = 0;
  await bench.refresh();
  assertEquals(bench.asked[0], "10.0.0.6:7000");
});

Deno.test("SlotTopology.router is a snapshot", async () => {
  const bench = new Bench();
  const { topology } = bench;
  const slot = topology.groupOf("key");
  bench.say([0, 16383, "a"]);
  await bench.refresh();
  const { router } = topology;
  assertEquals(topology.router, router);
  bench.say([0, slot - 1, "a"], [slot, slot, "b"], [slot + 1, 16383, "a"]);
  await bench.refresh();
  assertEquals(router.getHostForKey("key"), 0);
  assertEquals(topology.router.getHostForKey("key"), 1);
});
