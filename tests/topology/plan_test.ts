import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Cluster } from "../../src/cluster.ts";
import type { ClusterOptions, HostsOption } from "../../src/cluster_options.ts";
import { BadHostSetupError } from "../../src/errors.ts";
import type { HostOptions } from "../../src/host_info.ts";
import {
  BaseRouter,
  ConsistentHashingRouter,
  PartitionRouter,
  type Plan,
  plan,
} from "../../src/topology/mod.ts";
import { md5Word } from "../../src/topology/md5.ts";
import type { Key } from "../../src/values.ts";

const KEYS = Array.from({ length: 100_000 }, (_, i) => `user:${i}:name`);

/** Four standard errors of a share of so many keys. */
const TOLERANCE = 4 * Math.sqrt(0.25 / KEYS.length);

const A = { hostname: "10.0.0.1", label: "a" };
const B = { hostname: "10.0.0.2", label: "b" };
const C = { hostname: "10.0.0.3", label: "c" };
const D = { hostname: "10.0.0.4", label: "d" };

function ring(hosts: HostsOption, options?: Partial<ClusterOptions>): Cluster {
  return new Cluster({ hosts, router: ConsistentHashingRouter, ...options });
}

function partition(hosts: HostsOption): Cluster {
  return new Cluster({ hosts, router: PartitionRouter });
}

/** What a host is, whatever its id. */
function nameOf(cluster: Cluster, hostId: number): string {
  const { label, address } = cluster.hosts.get(hostId)!;
  return label ?? address;
}

/** Compares a plan with what becomes of each of 100,000 keys. */
function assertPlanned(before: Cluster, after: Cluster): Plan {
  const planned = plan(before, after, KEYS);
  const counts = new Map<string, number>();
  let moved = 0;
  for (const key of KEYS) {
    const from = before.getRouter().getHostForKey(key);
    const to = after.getRouter().getHostForKey(key);
    if (nameOf(before, from) === nameOf(after, to)) {
      assertFalse(planned.keys.has(key), key);
      continue;
    }
    moved++;
    assertEquals(planned.keys.get(key), { from, to });
    counts.set(`${from}>${to}`, (counts.get(`${from}>${to}`) ?? 0) + 1);
  }
  assertAlmostEquals(planned.share, moved / KEYS.length, TOLERANCE);
  assertEquals(planned.keys.size, moved);
  assertEquals(planned.moves.length, counts.size);
  for (const { from, to, share } of planned.moves) {
    const counted = (counts.get(`${from}>${to}`) ?? 0) / KEYS.length;
    assertAlmostEquals(share, counted, TOLERANCE);
  }
  const shares = planned.moves.map(({ share }) => share);
  assertEquals(shares, shares.toSorted((a, b) => b - a));
  const sum = shares.reduce((sum, share) => sum + share, 0);
  assertAlmostEquals(sum, planned.share, 1e-9);
  return planned;
}

Deno.test("plan() of rings agrees with every key when a host comes", () => {
  const planned = assertPlanned(ring([A, B, C]), ring([A, B, C, D]));
  assert(planned.exact);
  assert(planned.moves.every(({ to }) => to === 3));
  assertEquals(planned.moves.length, 3);
});

Deno.test("plan() of rings agrees with every key when the last host goes", () => {
  const planned = assertPlanned(ring([A, B, C, D]), ring([A, B, C]));
  assert(planned.exact);
  assert(planned.moves.every(({ from }) => from === 3));
});

Deno.test("plan() of rings moves only the keys of a host that goes, though ids change", () => {
  const planned = assertPlanned(ring([A, B, C, D]), ring([A, C, D]));
  assert(planned.moves.every(({ from }) => from === 1));
  assertEquals(planned.moves.map(({ to }) => to).sort(), [0, 1, 2]);
});

Deno.test("plan() of rings agrees with every key when a weight changes", () => {
  const planned = assertPlanned(
    ring([A, B, C]),
    ring([A, B, { ...C, weight: 3 }]),
  );
  assert(planned.exact);
  assert(planned.share > 0.2 && planned.share < 0.4, `${planned.share}`);
});

Deno.test("plan() of rings is exact to the last hash", () => {
  const { moves } = plan(ring([A]), ring([A, B]));
  const router = ring([A, B]).getRouter() as ConsistentHashingRouter;
  let size = 0;
  let start = 0;
  for (const [end, hostId] of router.arcs()) {
    if (hostId === 1) size += end - start;
    start = end;
  }
  assertEquals(moves, [{ from: 0, to: 1, share: size / 2 ** 32 }]);
});

Deno.test("ConsistentHashingRouter.arcs() owns hashes as the router does", () => {
  const router = ring([A, B, C]).getRouter() as ConsistentHashingRouter;
  const arcs = [...router.arcs()];
  assertEquals(arcs.at(-1)?.[0], 2 ** 32);
  for (const key of KEYS.slice(0, 2_000)) {
    const hash = md5Word(key);
    const arc = arcs.find(([end]) => hash < end);
    assertEquals(arc?.[1], router.getHostForKey(key));
  }
});

Deno.test("plan() of partitions estimates what every key shows", () => {
  for (
    const [before, after] of [
      [[A, B, C], [A, B, C, D]],
      [[A, B, C, D], [A, B, C]],
      [[A, B, C, D], [A, B]],
      [[A, B, C], [A, C]],
    ]
  ) {
    assertFalse(assertPlanned(partition(before), partition(after)).exact);
  }
});

Deno.test("plan() from one router to another estimates", () => {
  const planned = assertPlanned(partition([A, B]), ring([A, B]));
  assertFalse(planned.exact);
  assertAlmostEquals(planned.share, 0.5, 0.05);
});

Deno.test("plan() says the same in every run", () => {
  const [one, other] = [0, 1].map(() =>
    plan(partition([A, B]), partition([A, B, C]))
  );
  assertEquals(one, other);
});

Deno.test("plan() estimates for a router of one's own, and for a subclass", () => {
  class FirstRouter extends BaseRouter {
    override getHostForKey(_key: Key): number {
      return 0;
    }
  }
  class StubbornRouter extends ConsistentHashingRouter {
    override getHostForKey(key: Key): number {
      return key === "pinned" ? 0 : super.getHostForKey(key);
    }
  }
  const first = new Cluster({ hosts: [A, B], router: FirstRouter });
  const away = new Cluster({ hosts: [C, D], router: FirstRouter });
  assertEquals(plan(first, away), {
    share: 1,
    exact: false,
    moves: [{ from: 0, to: 0, share: 1 }],
    keys: new Map(),
  });
  const stubborn = new Cluster({ hosts: [A, B], router: StubbornRouter });
  assertFalse(plan(stubborn, ring([A, B])).exact);
});

Deno.test("plan() estimates between rings that do not agree on hash tags", () => {
  const plain = ring([A, B]);
  const tagged = ring([A, B], { routerOptions: { hashTags: true } });
  assertEquals(plan(plain, tagged).exact, false);
  assertEquals(plan(plain, tagged).share, 0);
  assertEquals(plan(tagged, tagged).exact, true);
  const keys = Array.from({ length: 100 }, (_, i) => `{tag}:${i}`);
  assert(plan(plain, tagged, keys).keys.size > 0);
});

Deno.test("plan() moves nothing when nothing changes", () => {
  for (const make of [ring, partition]) {
    const { share, moves, keys } = plan(make([A, B, C]), make([A, B, C]), KEYS);
    assertEquals([share, moves, keys.size], [0, [], 0]);
  }
});

Deno.test("plan() moves nothing when a labelled host has a new address", () => {
  const moved = { ...B, hostname: "10.9.9.9", port: 7_000, password: "new" };
  for (const make of [ring, partition]) {
    const { share, moves, keys } = plan(make([A, B]), make([A, moved]), KEYS);
    assertEquals([share, moves, keys.size], [0, [], 0]);
  }
});

Deno.test("plan() moves keys when a host without a label has a new address", () => {
  const hosts: HostOptions[] = [{ port: 1 }, { port: 2 }, { port: 3 }];
  const other = [{ port: 1 }, { port: 2 }, { port: 4 }];
  const planned = assertPlanned(ring(hosts), ring(other));
  assert(planned.share > 0.3);
  // Between partitions, all that the one server had is now looked for at the other.
  const { moves } = assertPlanned(partition(hosts), partition(other));
  assertEquals(moves.map(({ from, to }) => [from, to]), [[2, 2]]);
});

Deno.test("plan() takes routers, and a router keeps the hosts it was built for", () => {
  const cluster = ring([A, B]);
  const before = cluster.getRouter();
  cluster.removeHost(1);
  cluster.addHost(1, C);
  const { moves, exact } = plan(before, cluster.getRouter());
  assert(exact);
  assertEquals(moves[0].from === 1 && moves[0].to === 1, true);
  assertEquals(before.cluster.hosts.get(1)?.label, "b");
});

Deno.test("plan() takes keys in every form, and empty ones", () => {
  const before = partition([A, B, C]);
  const after = partition([A, B, C, D]);
  const bytes = new Uint8Array([0xff, 0x00]);
  const keys = ["", "0", 12345, 10n ** 30n, bytes];
  const { keys: moving } = plan(before, after, keys);
  for (const key of keys) {
    const from = before.getRouter().getHostForKey(key);
    const to = after.getRouter().getHostForKey(key);
    assertEquals(moving.get(key), from === to ? undefined : { from, to });
  }
  assert(moving.size > 0);
});

Deno.test("plan() orders moves of the same share by their hosts", () => {
  class Turning extends BaseRouter {
    #calls = 0;
    override getHostForKey(): number {
      return 3 - this.#calls++ % 4;
    }
  }
  const before = new Cluster({ hosts: [A, B, A, B], router: Turning });
  const after = new Cluster({ hosts: [C, D, C, D], router: Turning });
  assertEquals(
    plan(before, after).moves,
    [0, 1, 2, 3].map((id) => ({ from: id, to: id, share: 0.25 })),
  );
});

Deno.test("plan() of no keys looks at none", () => {
  assertEquals(plan(ring([A]), ring([A, B]), []).keys, new Map());
  assertEquals(plan(ring([A]), ring([A, B])).keys, new Map());
});

Deno.test("plan() reads its keys once, one at a time", () => {
  function* generated(): Iterable<string> {
    yield "user:1";
    yield "user:2";
  }
  const { keys } = plan(partition([A, B]), partition([C, D]), generated());
  assertEquals([...keys.keys()], ["user:1", "user:2"]);
});

Deno.test("plan() refuses what is no key and hosts that do not fit", () => {
  const cluster = partition([A, B]);
  assertThrows(
    () => plan(cluster, cluster, [undefined as unknown as string]),
    TypeError,
    'Cannot use "undefined" as a key',
  );
  const gap = new Cluster({ hosts: { 0: A, 2: B } });
  assertThrows(() => plan(cluster, gap), BadHostSetupError);
});

Deno.test("plan() opens nothing and shows no password", () => {
  const before = partition([{ ...A, password: "secret-1" }]);
  const after = partition([{ ...C, password: "secret-2" }]);
  const planned = plan(before, after, ["key"]);
  assertFalse(/secret/.test(Deno.inspect(planned, { depth: 9 })));
  assertStrictEquals(before.getPoolForHost(0).size, 0);
});
