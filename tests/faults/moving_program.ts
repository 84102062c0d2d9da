/**
 * A program that reads a key of a host for each line that it is told, and prints
 * what it got; run by the test of names that move. Its argument is the host.
 *
 * @module
 */

import { Cluster } from "../../mod.ts";

const cluster = new Cluster({ hosts: [JSON.parse(Deno.args[0])] });
const client = cluster.getRoutingClient();

for await (const _ of Deno.stdin.readable) {
  const dedicated = await cluster.connect(0);
  console.log(`${await client.get("who")} ${await dedicated.get("who")}`);
  dedicated.close();
}
await cluster.close();
