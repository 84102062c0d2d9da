/**
 * One suite for Deno, Node.js and Bun: a program that prints a line for each
 * check and ends with a failure if one fails. `sh tools/dev runtimes` runs it,
 * with the addresses of its servers in `RB_STAGE`.
 *
 * It ends by itself, although the clusters of its end are still open.
 *
 * @module
 */

import process from "node:process";
import { inspect } from "node:util";
import { Cluster } from "@rb/rb";
import { commandChecks } from "./commands.ts";
import { linkChecks } from "./links.ts";
import { printingChecks } from "./printing.ts";
import type { Stage } from "./stage.ts";

const stage: Stage = JSON.parse(process.env.RB_STAGE ?? "{}");
const checks = { ...commandChecks, ...linkChecks, ...printingChecks };

for (const [name, check] of Object.entries(checks)) {
  const start = performance.now();
  try {
    await check(stage);
    console.log(`ok ${name} (${Math.round(performance.now() - start)} ms)`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAILED ${name}\n${inspect(error)}`);
  }
}

// None of these is closed. The last one has gone on to probe its host. A timer
// that kept the program alive would do so for longer than anybody waits.
const { hosts, tls, guarded, unix, closed } = stage;
const cluster = new Cluster({
  hosts: [...hosts, tls, guarded, unix],
  timeout: 60_000,
  poolOptions: { idleTimeout: 60_000 },
});
await cluster.all((client) => client.ping());
await cluster.map((map) => map.get("key:1"));
await cluster.connect(0);
const down = new Cluster({
  hosts: [closed],
  poolOptions: { breaker: { threshold: 1 } },
});
await down.getRoutingClient().get("key").catch(() => {});
console.log("idle");
