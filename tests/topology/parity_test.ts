import { assertEquals } from "@std/assert";
import {
  ConsistentHashingRouter,
  PartitionRouter,
  type PythonHost,
  pythonRbLabel,
  type RouterHost,
} from "../../src/topology/mod.ts";
import type { Key } from "../../src/values.ts";
import recorded from "./rb_routing.json" with { type: "json" };

/** What Python rb answered for hosts and keys; bytes stand there as hex. */
interface Case {
  router: string;
  hosts: Record<string, Omit<PythonHost, "host_id">>;
  keys: [string | number | { hex: string }, number][];
}

const CASES = recorded.cases as unknown as Case[];
const ROUTERS = { PartitionRouter, ConsistentHashingRouter };

Deno.test("rb_routing.json holds 4,800 answers of Python rb", () => {
  assertEquals(CASES.flatMap(({ keys }) => keys).length, 4_800);
});

for (const [name, Router] of Object.entries(ROUTERS)) {
  Deno.test(`${name} picks the host that Python rb picks`, () => {
    let compared = 0;
    for (const { hosts, keys } of CASES.filter((it) => it.router === name)) {
      const router = new Router({ hosts: describe(hosts) });
      for (const [recordedKey, host] of keys) {
        const key = asKey(recordedKey);
        const context = `${JSON.stringify(recordedKey)} of ${
          Object.keys(hosts).length
        } hosts`;
        assertEquals(router.getHostForKey(key), host, context);
        assertEquals(router.getHostForCommand("GET", [key]), host, context);
        compared++;
      }
    }
    assertEquals(compared, 2_400);
  });
}

function describe(hosts: Case["hosts"]): Map<number, RouterHost> {
  return new Map(
    Object.entries(hosts).map(([id, options]) => {
      const hostId = Number(id);
      const ringLabel = pythonRbLabel({ ...options, host_id: hostId });
      return [hostId, { hostId, weight: 1, ringLabel }];
    }),
  );
}

function asKey(key: Case["keys"][0][0]): Key {
  if (typeof key !== "object") return key;
  const pairs = key.hex.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}
