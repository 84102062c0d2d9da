/**
 * A program that moves keys, slowly, and prints a line for each step; run by the
 * tests with the options of the hosts before and after as arguments, and killed by
 * them.
 *
 * @module
 */

import {
  Cluster,
  ConsistentHashingRouter as router,
  reshard,
} from "../../mod.ts";

const [before, after] = Deno.args.map((hosts) =>
  new Cluster({ hosts: JSON.parse(hosts), router })
);
const options = { rate: 400, pageSize: 5, grace: 500 };
for await (const { phase } of reshard(before, after, options)) {
  console.log(phase);
}
console.log("over");
