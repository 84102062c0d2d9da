import { assertEquals } from "@std/assert";
import { type Entrant, Gate } from "../../src/delivery/gate.ts";
import { turn } from "../faults/outcome.ts";
import { assertQuiet, Proxied } from "../faults/proxied.ts";

/** Enters as soon as it is called, and notes that. */
class Visitor implements Entrant {
  readonly name: string;
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
  gate.leave(a);
  assertEquals(log, ["a", "a", "b", "c"]);
  assertEquals(gate.admits(a), false);
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
  assertEquals(later.map(({ isPending }) => isPending), [true, true]);
  proxies[0].pass();
  await map.join();
  assertEquals(first.map(({ isRejected }) => isRejected), [true, true]);
  assertEquals(later.map(({ isResolved }) => isResolved), [true, true]);
});

Deno.test("Cluster.map() stays at a host as long as anything of it is under way there", async () => {
  await using host = await Proxied.start(2);
  const { cluster, proxies } = host;
  const keys = [0, 1].map((id) => host.keys(id, 1)[0]);
  await cluster.map((map) => keys.map((key) => map.get(key)));
  proxies[0].hold();
  const order: string[] = [];
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
