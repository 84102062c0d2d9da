/**
 * The loop of `loop.ts`, in a process of its own, which it may freeze. The name
 * and the port of the host are arguments; each report is a line of the output.
 *
 * @module
 */

import { Cluster } from "@rb/rb";

/** What the loop tells. */
export interface LoopReport {
  /** The host answers, or answers again after it was down. */
  readonly kind: "ready" | "seen";
  /** When that was, in milliseconds since 1970: processes share no other clock. */
  readonly seen: number;
  /** How often a timer of 10 ms has run while the host was down, */
  readonly ticks: number;
  /** and the longest time in between, in milliseconds. */
  readonly longestGap: number;
  /** How often the host was asked meanwhile. */
  readonly asked: number;
}

const INTERVAL = 10;

function tell(report: Omit<LoopReport, "seen">): void {
  console.log(JSON.stringify({ ...report, seen: Date.now() }));
}

async function run(hostname: string, port: number): Promise<void> {
  await using cluster = new Cluster({ hosts: [{ hostname, port }] });
  const client = cluster.getRoutingClient();
  const ask = () => client.get("k").then(() => true, () => false);
  await ask();
  tell({ kind: "ready", ticks: 0, longestGap: 0, asked: 0 });
  while (await ask());
  let ticks = 0;
  let asked = 0;
  let longestGap = 0;
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    longestGap = Math.max(longestGap, now - last);
    last = now;
  };
  const timer = setInterval(() => {
    tick();
    ticks++;
  }, INTERVAL);
  while (!await ask()) asked++;
  // What would have gone off meanwhile counts as well.
  tick();
  clearInterval(timer);
  tell({ kind: "seen", ticks, longestGap, asked });
}

if (import.meta.main) await run(Deno.args[0], Number(Deno.args[1]));
