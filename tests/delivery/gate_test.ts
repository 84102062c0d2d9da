import { assertEquals, assertInstanceOf } from "@std/assert";
import { PoolTimeoutError } from "../../mod.ts";
import { type Entrant, Gate } from "../../src/delivery/gate.ts";
import { eventually, turn } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";
import { assertQuiet, Proxied, reasonOf } from "../faults/proxied.ts";

/** Enters as soon as it is called, and notes that. */
class Visitor implements Entrant {
  readonly name: string;
  heard = 0;
  readonly #gate: Gate;
  readonly #log: string[];

  constructor(name: string, gate: Gate, log: string[]) {
    this.name = name;
    this.#gate = gate;
    this.#log = log;
  }

  enter(): void {
    if (this.#gate.admits(this)) this.#log.push(this.name);
  }
}

/** A gate, visitors of the names given, and the order in which they enter. */
function setup(limit: number, names: string) {
  const gate = new Gate(limit);
  const log: string[] = [];
  const visitors = [...names].map((name) => new Visitor(name, gate, log));
  return { gate, log, visitors };
}

Deno.test("Gate lets in as many as its limit, the others in their order", () => {
  const { gate, log, visitors } = setup(2, "abcde");
  for (const visitor of visitors) visitor.enter();
  assertEquals(log, ["a", "b"]);
  const [a, b, c] = visitors;
  gate.leave(b);
  assertEquals(log, ["a", "b", "c"]);
  gate.leave(a);
  gate.leave(c);
  assertEquals(log.join(""), "abcde");
});

Deno.test("Gate counts one that is inside once, however often it asks", () => {
  const { gate, log, visitors: [a, b, c] } = setup(2, "abc");
  a.enter();
  a.enter();
  assertEquals(log, ["a", "a"]);
  b.enter();
  c.enter();
  c.enter();
  assertEquals(log, ["a", "a", "b"]);
  assertEquals([gate.admits(a), gate.admits(b)], [true, true]);
  gate.leave(a);
  assertEquals(log, ["a", "a", "b", "c"]);
  assertEquals(gate.admits(a), false);
  gate.leave(a);
});

Deno.test("Gate keeps no place for one that leaves before its turn", () => {
  const { gate, log, visitors: [a, b, c] } = setup(1, "abc");
  for (const visitor of [a, b, c]) visitor.enter();
  gate.leave(b);
  assertEquals(log, ["a"]);
  gate.leave(a);
  assertEquals(log, ["a", "c"]);
  gate.leave(c);
  assertEquals(log, ["a", "c"]);
  // Whoever was not inside makes room for nobody.
  b.enter();
  c.enter();
  gate.leave(a);
  assertEquals(log, ["a", "c", "b"]);
  gate.leave(c);
});

Deno.test("Gate calls those behind one that has no use for its turn", () => {
  const { gate, log, visitors: [a, b, c] } = setup(1, "abc");
  a.enter();
  b.enter();
  c.enter();
  b.enter = () => {};
  gate.leave(a);
  assertEquals(log, ["a", "c"]);
});

Deno.test("Gate lets one in again that has left", () => {
  const { gate, log, visitors: [a, b] } = setup(1, "ab");
  a.enter();
  b.enter();
  gate.leave(a);
  a.enter();
  gate.leave(b);
  gate.leave(a);
  assertEquals(log, ["a", "b", "a"]);
  b.enter();
  assertEquals(log, ["a", "b", "a", "b"]);
});

Deno.test("Gate takes the turn of one that hears nothing while others wait", async () => {
  using time = new FakeTime();
  const { gate, log, visitors: [a, b, c, d] } = setup(2, "abcd");
  for (const one of [a, b, c]) one.enter();
  for (let i = 0; i < 3; i++) {
    a.heard++;
    b.heard++;
    await time.advance(100);
    assertEquals(log.join(""), "ab");
  }
  a.heard++;
  await time.advance(100);
  assertEquals(log.join(""), "abc");
  // It has to wait in turn where it wants more.
  assertEquals([gate.admits(a), gate.admits(b)], [true, false]);
  d.enter();
  gate.leave(a);
  assertEquals(log.join(""), "abcb");
  gate.leave(c);
  assertEquals(log.join(""), "abcbd");
  assertEquals(time.delays, []);
});

Deno.test("Gate takes nobody's turn while nobody waits", async () => {
  using time = new FakeTime();
  const { log, visitors: [a, b] } = setup(1, "ab");
  a.enter();
  await time.advance(1_000);
  b.enter();
  await time.advance(99);
  assertEquals(log, ["a"]);
  await time.advance(1);
  assertEquals(log, ["a", "b"]);
  assertEquals(time.delays, []);
});

/** Takes its server a while. */
const BUSY = `
  local from = redis.call("TIME")
  repeat
    local to = redis.call("TIME")
  until (to[1] - from[1]) * 1000000 + to[2] - from[2] > 200000`;

/** Fails time and again, without being taken for down. */
const PERSISTENT = { maxRetries: 1_000, breaker: { threshold: 10_000 } };

for (const fault of ["cut", "refuse"] as const) {
  Deno.test(`Cluster.map() goes on to the next host while one pauses (${fault})`, async () => {
    await using host = await Proxied.start(3, { poolOptions: PERSISTENT });
    const { cluster, proxies } = host;
    const keys = [0, 1, 2].map((id) => host.keys(id, 1)[0]);
    if (fault === "cut") await cluster.map((map) => map.get(keys[0]));
    await proxies[0][fault]();
    proxies[0].reset();
    const order: string[] = [];
    await cluster.map((map) => {
      keys.forEach((key, id) => {
        map.get(key).done(
          () => order.push(`host ${id} answers`),
          () => order.push(`host ${id} fails`),
        );
      });
    }, { maxConcurrency: 1, timeout: 700, settled: true });
    assertEquals(order, ["host 1 answers", "host 2 answers", "host 0 fails"]);
    proxies[0].pass();
    await assertQuiet(cluster);
  });
}

Deno.test("Cluster.map() gives the place of a host that lost its connection to the next one", async () => {
  await using host = await Proxied.start(3, { poolOptions: PERSISTENT });
  const { cluster, proxies } = host;
  const keys = [0, 1, 2].map((id) => host.keys(id, 1)[0]);
  await cluster.map((map) => keys.map((key) => map.get(key)));
  proxies[0].cut();
  const order: number[] = [];
  const map = cluster.map((map) => {
    keys.forEach((key, id) => map.get(key).done(() => order.push(id)));
  }, { maxConcurrency: 1 });
  await eventually(() => proxies[0].stats.cut === 1);
  // It comes back to a server that says nothing.
  proxies[0].hold();
  await eventually(() => order.length === 2);
  proxies[0].pass();
  await map;
  assertEquals(order, [1, 2, 0]);
});

Deno.test("Cluster.map() does not keep a place for a host whose commands ran out of time", async () => {
  await using host = await Proxied.start(3, { timeout: 400 });
  const { cluster, proxies } = host;
  const keys = [0, 1, 2].map((id) => host.keys(id, 1)[0]);
  await cluster.map((map) => keys.map((key) => map.get(key)));
  proxies[0].hold();
  const map = cluster.getMappingClient({ maxConcurrency: 1, settled: true });
  const first = [map.get(keys[0]), map.get(keys[1])];
  await new Promise((wake) => setTimeout(wake, 200));
  // Both have time left when it is up for those before.
  const later = [map.get(keys[0]), map.get(keys[2])];
  await Promise.allSettled(first);
  assertEquals(later[0].isPending, true);
  proxies[0].pass();
  await map.join();
  // Those of the other hosts were not held up by it.
  assertEquals(first.map(({ isRejected }) => isRejected), [true, false]);
  assertEquals(later.map(({ isResolved }) => isResolved), [true, true]);
});

Deno.test("Cluster.map() does not keep a place for a host that had no connection in time", async () => {
  await using host = await Proxied.start(2, {
    poolOptions: { maxConnections: 1 },
    timeout: 30_000,
  });
  const [[stuck], [well]] = [host.keys(0, 1), host.keys(1, 1)];
  host.proxy.hold();
  const taken = host.cluster.map((map) => map.get(stuck));
  const pool = host.cluster.getPoolForHost(0);
  await eventually(() => pool.leased === 1);
  const client = host.cluster.getRoutingClient({ timeout: 100 });
  const map = client.getMappingClient({ maxConcurrency: 1 });
  const late = map.get(stuck);
  await eventually(() => pool.waiting === 1);
  // What waits behind it goes on waiting for the same connection.
  const patient = { timeout: 30_000 };
  const behind = client.sendCommand("GET", [stuck], patient);
  assertInstanceOf(await reasonOf(late), PoolTimeoutError);
  assertEquals(await map.get(well), null);
  assertEquals(pool.waiting, 1);
  host.proxy.pass();
  assertEquals(await behind, null);
  await taken;
  await assertQuiet(host.cluster);
});

Deno.test("Cluster.map() stays at a host as long as anything of it is under way there", async () => {
  await using host = await Proxied.start(2);
  const { cluster, proxies } = host;
  const keys = [0, 1].map((id) => host.keys(id, 1)[0]);
  await cluster.map((map) => keys.map((key) => map.get(key)));
  proxies[0].hold();
  const order: string[] = [];
  // However long it takes: it does not count as silent.
  using _ = new FakeTime();
  await cluster.map(async (map) => {
    map.get(keys[0]).done(() => order.push("first"));
    await turn();
    map.eval(BUSY, [keys[0]], []).done(() => order.push("busy"));
    map.get(keys[1]).done(() => order.push("other"));
    await turn();
    proxies[0].pass();
  }, { maxConcurrency: 1 });
  assertEquals(order, ["first", "busy", "other"]);
});
