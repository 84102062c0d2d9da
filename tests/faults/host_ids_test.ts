// Ids of hosts: whatever takes one has it judged in the same place, before
// anything is sent. Covered: fanout and all that comes from it, as a call, as a
// block and by options; waitUntilUp; local and dedicated clients; the hosts of a cluster; and
// what a router says. Refused are texts, fractions, what is no number, lists in
// lists and with holes, other collections, and hosts that there are none of; what
// is named twice is one host.

import {
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertMatch,
  assertThrows,
} from "@std/assert";
import {
  BaseRouter,
  Cluster,
  type HostInfo,
  type Key,
  type RbPromise,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { reasonOf } from "./proxied.ts";

/** What is no id, or that of no host. */
const WRONG: unknown[] = [
  "0",
  " 0",
  "",
  "all",
  NaN,
  -1,
  1.5,
  Infinity,
  2,
  0n,
  true,
  null,
  undefined,
  [0],
  { hostId: 0 },
  new Number(0),
];

/** What is no list of ids, beside lists with any of those. */
const NO_LISTS: unknown[] = [
  0,
  "0",
  "ALL",
  "",
  null,
  new Set([0]),
  new Map([[0, 0]]),
  new Uint8Array(1),
  { length: 1, 0: 0 },
  // deno-lint-ignore no-sparse-arrays -- that is what is tested
  [0, , 1],
];

/** Makes a call that the types forbid. */
function wrongly<T>(value: unknown): T {
  return value as T;
}

/** What a call throws, or rejects with. */
async function refusal(call: () => unknown): Promise<unknown> {
  try {
    return await reasonOf(call() as PromiseLike<unknown>);
  } catch (error) {
    return error;
  }
}

/** How to run something once on each of some hosts. */
const FANOUTS: Record<
  string,
  (cluster: Cluster, hosts: number[]) => unknown
> = {
  "fanout(hosts, callback)": (cluster, hosts) =>
    cluster.fanout(hosts, (some) => some.sendCommand("INCR", ["n"])),
  "fanout() of a client": (cluster, hosts) =>
    cluster.getRoutingClient().fanout(hosts, (some) => some.incr("n")),
  "fanout() that is settled": (cluster, hosts) =>
    cluster.fanout(hosts, (some) => some.incr("n"), { settled: true }),
  "fanout(callback) with hosts as an option": (cluster, hosts) =>
    cluster.fanout((some) => some.incr("n"), { hosts }),
  "fanout(hosts) as a block": (cluster, hosts) => {
    const some = cluster.fanout(hosts);
    some.incr("n");
    return some.join();
  },
  "fanout() as a block with hosts as an option": (cluster, hosts) => {
    const some = cluster.fanout({ hosts });
    some.incr("n");
    return some.join();
  },
  "getFanoutClient(hosts)": (cluster, hosts) => {
    const some = cluster.getFanoutClient(hosts);
    some.incr("n");
    return some.join();
  },
  "target(hosts)": (cluster, hosts) =>
    cluster.fanout((all) => all.target(hosts).incr("n")),
  "target(hosts) of records": (cluster, hosts) =>
    cluster.getRoutingClient({ replies: "records" })
      .fanout((all) => all.target(hosts).incr("n")),
};

/** A cluster of two hosts, and how often something ran on each. */
async function twoHosts() {
  const stack = new AsyncDisposableStack();
  const servers = [
    stack.use(await RedisServer.start()),
    stack.use(await RedisServer.start()),
  ];
  const hosts = servers.map(({ host }) => host);
  const cluster = stack.use(new Cluster({ hosts }));
  return {
    cluster,
    counts: () => Promise.all(hosts.map((host) => ask(host, "GET", "n"))),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

for (const [door, run] of Object.entries(FANOUTS)) {
  Deno.test(`fault 62: ${door} refuses wrong ids before anything is sent`, async () => {
    await using two = await twoHosts();
    const { cluster, counts } = two;
    const lists = [...NO_LISTS, ...WRONG.map((id) => [0, id])];
    for (const list of lists) {
      const error = await refusal(() => run(cluster, wrongly(list)));
      const shown = Deno.inspect(list);
      assertInstanceOf(error, Error, shown);
      assertMatch(error.name, /^(?:Type|Range)Error$/, shown);
      assertMatch(error.message, /\b[Hh]osts?\b|of the fanout/, shown);
    }
    assertEquals(await counts(), [null, null]);
  });

  Deno.test(`fault 62: ${door} runs once on a host that is named twice`, async () => {
    await using two = await twoHosts();
    await run(two.cluster, [1, 1, -0, 0, 1]);
    assertEquals(await two.counts(), ["1", "1"]);
  });
}

Deno.test("fault 62: getLocalClient(), connect() and getPoolForHost() refuse wrong ids", async () => {
  await using two = await twoHosts();
  const { cluster } = two;
  // A host with that id is used already, so nothing is made for it.
  await cluster.all((all) => all.ping());
  const doors = [
    (id: number) => cluster.getLocalClient(id),
    (id: number) => cluster.getLocalClient(id, { replies: "records" }),
    (id: number) => cluster.getPoolForHost(id),
    (id: number) => cluster.connect(id),
  ];
  for (const open of doors) {
    for (const id of WRONG) {
      const error = await refusal(() => open(wrongly(id)));
      assertInstanceOf(error, typeof id === "number" ? RangeError : TypeError);
      assertMatch(error.message, /^(?:A host id is|There is no host 2: )/);
    }
  }
  const info: HostInfo = cluster.hosts.get(1)!;
  assertEquals(cluster.getPoolForHost(info), cluster.getPoolForHost(1));
});

Deno.test("fault 62: waitUntilUp() refuses wrong ids, and waits once for one that is named twice", async () => {
  await using two = await twoHosts();
  const { cluster } = two;
  const lists = [...NO_LISTS, ...WRONG.map((id) => [0, id])]
    .filter((list) => list !== undefined);
  for (const list of lists) {
    const error = await refusal(() =>
      cluster.waitUntilUp({ hosts: wrongly(list) })
    );
    const shown = Deno.inspect(list);
    assertInstanceOf(error, Error, shown);
    assertMatch(error.name, /^(?:Type|Range)Error$/, shown);
    assertMatch(error.message, /\b[Hh]osts?\b/, shown);
  }
  await cluster.waitUntilUp({ hosts: [1, 1, -0, 0] });
});

Deno.test("fault 62: removeHost(), addHost() and share() refuse what is no id", async () => {
  await using cluster = new Cluster({ hosts: [{}, {}] });
  const spread = cluster.distribution([]);
  for (const id of WRONG) {
    assertThrows(() => spread.share(wrongly(id)), Error, "host");
    if (id === 2) continue;
    assertThrows(
      () => cluster.removeHost(wrongly(id)),
      typeof id === "number" ? RangeError : TypeError,
      "A host id is an integer from 0",
    );
    if (id !== undefined) {
      assertThrows(() => cluster.addHost(wrongly(id), {}), Error);
    }
  }
  assertFalse(cluster.removeHost(2));
  assertEquals([...cluster.hosts.keys()], [0, 1]);
});

Deno.test("fault 62: scan() and ping() take no hosts", async () => {
  await using cluster = new Cluster({ hosts: [{}] });
  const options = wrongly<{ timeout: 1 }>({ hosts: ["0"] });
  assertThrows(() => cluster.scan(options), TypeError, 'option "hosts"');
  const error = await refusal(() => cluster.ping(options));
  assertInstanceOf(error, TypeError);
});

Deno.test("fault 62: what a router says is judged, whatever was sent before", async () => {
  await using server = await RedisServer.start();
  let says: unknown = 0;
  class Own extends BaseRouter {
    override getHostForKey(_key: Key): number {
      return wrongly(says);
    }
  }
  await using cluster = new Cluster({ hosts: [server.host], router: Own });
  const client = cluster.getRoutingClient();
  for (const id of WRONG) {
    says = 0;
    const first = client.incr("n");
    const promises: RbPromise<number>[] = [];
    const map = cluster.map((map) => {
      promises.push(map.incr("n"));
      says = id;
      promises.push(map.incr("n"));
    }, { settled: true });
    const second = refusal(() => client.incr("n"));
    await first;
    await map;
    assertInstanceOf(await second, Error, Deno.inspect(id));
    assertEquals(promises.map(({ isResolved }) => isResolved), [true, false]);
  }
  assertEquals(await ask(server.host, "GET", "n"), `${2 * WRONG.length}`);
});
