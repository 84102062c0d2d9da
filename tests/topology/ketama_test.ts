import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { Ketama } from "../../src/topology/mod.ts";

const ADDRESSES = [0, 1, 2, 3, 4, 5, 6, 8, 7]
  .map((digit) => `192.168.0.1:600${digit}`);
const ASKED = ["Apple", "Hello", "Data", "Computer"];

function count(ring: Ketama, keys: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < keys; i++) {
    const node = ring.getNode(`key:${i}`)!;
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return counts;
}

Deno.test("Ketama answers as the ring of Python rb does", () => {
  const ring = new Ketama(ADDRESSES);
  const nodes = () => ASKED.map((key) => ring.getNode(key)?.slice(-4));
  assertEquals(nodes(), ["6002", "6007", "6004", "6004"]);

  ring.removeNode("192.168.0.1:6007");
  assertEquals(nodes(), ["6002", "6000", "6004", "6004"]);

  ring.addNode("192.168.0.1:6007");
  assertEquals(nodes(), ["6002", "6007", "6004", "6004"]);
});

Deno.test("Ketama.removeNode() moves only the keys of that node", () => {
  const ring = new Ketama(ADDRESSES);
  const keys = Array.from({ length: 2_000 }, (_, i) => `key:${i}`);
  const before = keys.map((key) => ring.getNode(key));
  ring.removeNode(ADDRESSES[3]);
  keys.forEach((key, i) => {
    const after = ring.getNode(key);
    if (before[i] === ADDRESSES[3]) assert(after !== ADDRESSES[3]);
    else assertEquals(after, before[i]);
  });
});

Deno.test("Ketama.removeNode() leaves the ring alone for a strange node", () => {
  const ring = new Ketama(ADDRESSES);
  const before = count(ring, 500);
  ring.removeNode("nobody");
  assertEquals(count(ring, 500), before);
});

Deno.test("Ketama gives a node of twice the weight about twice the keys", () => {
  const ring = new Ketama(["a", "b", "c"], new Map([["c", 2]]));
  const counts = count(ring, 20_000);
  const share = counts.get("c")! / 20_000;
  assert(share > 0.4 && share < 0.6, `share ${share}`);
});

Deno.test("Ketama.addNode() changes the weight of a node it has", () => {
  const ring = new Ketama(["a", "b"]);
  ring.addNode("b", 0);
  assertEquals([...count(ring, 100).keys()], ["a"]);
});

Deno.test("Ketama.getIndex() counts the nodes in their order", () => {
  const ring = new Ketama(ADDRESSES);
  for (const key of ASKED) {
    assertEquals(ADDRESSES[ring.getIndex(key)], ring.getNode(key));
  }
});

Deno.test("Ketama without nodes has no node for a key", () => {
  const ring = new Ketama();
  assertEquals(ring.getNode("key"), undefined);
  assertEquals(ring.getIndex("key"), -1);
  ring.addNode("a");
  assertEquals(ring.getNode("key"), "a");
  ring.removeNode("a");
  assertEquals(ring.getNode("key"), undefined);
});

Deno.test("Ketama refuses weights that are no share", () => {
  for (const weight of [-1, NaN, Infinity]) {
    assertThrows(
      () => new Ketama(["a"], new Map([["a", weight]])),
      RangeError,
      `"${weight}"`,
    );
    assertThrows(() => new Ketama().addNode("a", weight), RangeError);
  }
});

/** The search as rb does it: past the last point that is not after the hash. */
Deno.test("Ketama finds the same point as a plain search", () => {
  for (const size of [1, 2, 3, 10, 100]) {
    const labels = Array.from({ length: size }, (_, i) => `node-${i}`);
    const ring = new Ketama(labels);
    const points = plainPoints(labels);
    for (let i = 0; i < 1_000; i++) {
      const hash = word(`key:${i}`, 0);
      const next = points.find(([point]) => point > hash) ?? points[0];
      assertEquals(ring.getIndex(`key:${i}`), next[1]);
    }
  }
});

function plainPoints(labels: string[]): [point: number, owner: number][] {
  const owners = new Map<number, number>();
  labels.forEach((label, owner) => {
    for (let i = 0; i < 40; i++) {
      for (let at = 0; at < 4; at++) {
        owners.set(word(`${label}-${i}-salt`, at), owner);
      }
    }
  });
  return [...owners].sort(([a], [b]) => a - b);
}

function word(text: string, at: number): number {
  return createHash("md5").update(text).digest().readUInt32LE(at * 4);
}

Deno.test("Ketama gives a key on a point to the next point, as Python rb does", () => {
  const labels = ["a", "b", "c"];
  const ring = new Ketama(labels);
  const points = plainPoints(labels);
  for (const label of labels) {
    for (let i = 0; i < 40; i++) {
      // The text of a digest has the first of its points for a hash.
      const key = `${label}-${i}-salt`;
      const hash = word(key, 0);
      assert(points.some(([point]) => point === hash));
      const next = points.find(([point]) => point > hash) ?? points[0];
      assertEquals(ring.getIndex(key), next[1], key);
    }
  }
});

/** Two labels that own the same point, one pair of a million or so. */
const SHARED = { labels: ["node-453", "node-1023"], point: 664_274_232 };

Deno.test("Ketama gives a point that two nodes own to the later one", () => {
  for (const labels of [SHARED.labels, SHARED.labels.toReversed()]) {
    const ring = new Ketama(labels);
    const arcs = [...ring.arcs()];
    assertEquals(arcs.length, 2 * 160 - 1 + 1, "one point fewer, and the end");
    assertEquals(arcs.filter(([end]) => end === SHARED.point), [
      [SHARED.point, 1],
    ]);
    const before = arcs.findLast(([end]) => end < SHARED.point)![0];
    let found = 0;
    for (let i = 0; found < 3; i++) {
      const hash = word(`key:${i}`, 0);
      if (hash < before || hash >= SHARED.point) continue;
      assertEquals(ring.getNode(`key:${i}`), labels[1]);
      found++;
    }
  }
});

Deno.test("Ketama rounds the digests of a node down", () => {
  // 40 digests for each node on average, so 1 / 1.9 of 80 and 0.9 / 1.9 of 80.
  const ring = new Ketama(["a", "b"], new Map([["b", 0.9]]));
  const counts = [0, 0];
  for (const [, owner] of [...ring.arcs()].slice(0, -1)) counts[owner]++;
  assertEquals(counts, [4 * 42, 4 * 37]);
});
