/**
 * One subject of the memory, in a process of its own: its name, the ports of
 * the servers and the amounts are arguments; the findings go to the output.
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { SUBJECTS } from "./subjects.ts";

const [name, ports, amounts] = Deno.args;
await using cluster = new Cluster({
  hosts: ports.split(",").map((port) => ({
    hostname: "127.0.0.1",
    port: Number(port),
  })),
  timeout: 120_000,
});
console.log(JSON.stringify(await SUBJECTS[name](cluster, JSON.parse(amounts))));
