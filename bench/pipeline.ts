/**
 * The whole way over four real servers, beside other clients on the same ones.
 * An iteration reads or writes all keys of its group.
 *
 * @module
 */

import { makeSections } from "../tools/compare/sections.ts";
import { setTheStage } from "../tools/compare/stage.ts";
import { firstOf } from "../tools/compare/workload.ts";

/** Fewer than in the comparison, which takes minutes. */
const KEYS = 10_000;
/** For those who wait for each reply. */
const FEW_KEYS = 1_000;

const stage = await setTheStage(KEYS);
const { cluster, clients, workloads } = stage;
await stage.fill();

for (const section of makeSections(clients, workloads)) {
  for (const { name, way, limit } of section.contenders) {
    // It has a clock of its own: see `sh tools/dev compare`.
    if (name.startsWith("redis-benchmark")) continue;
    const isSlow = limit !== undefined || section.name === "one";
    const workload = firstOf(section.workload, isSlow ? FEW_KEYS : KEYS);
    const count = workload.keys.length;
    Deno.bench({
      name: isSlow ? `${name} (${count} keys)` : name,
      group: `pipeline: ${section.title}`,
      baseline: name === section.contenders[0].name,
      fn: async () => {
        await way(workload);
      },
    });
  }
}

Deno.bench({
  name: "rb: all ping",
  group: "pipeline: one command to each host",
  baseline: true,
  fn: async () => {
    await cluster.all((client) => client.ping());
  },
});

Deno.bench({
  name: "rb: fanout to one key",
  group: "pipeline: one command to each host",
  fn: async () => {
    await cluster.fanout((client) =>
      client.targetKey(workloads.small.keys[0]).get(workloads.small.keys[0])
    );
  },
});

Deno.bench({
  name: "rb: all get, 1,000 keys from each host",
  group: "pipeline: 1,000 commands to each host",
  fn: async () => {
    const keys = workloads.small.keys.slice(0, 1_000);
    await cluster.all((client) => keys.map((key) => client.get(key)));
  },
});
