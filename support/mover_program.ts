/**
 * A program that moves keys, and prints a line for each step; it is told how as
 * JSON in its argument, and may be killed at any
 * time. Its last line is `over`, or begins with `failed`.
 *
 * @module
 */

import {
  Cluster,
  ConsistentHashingRouter,
  PartitionRouter,
  reshard,
} from "../mod.ts";
import type { MoverProgramOptions } from "./mover.ts";

const { hosts, isRing, rate, pageSize }: MoverProgramOptions = JSON.parse(
  Deno.args[0],
);
const router = isRing ? ConsistentHashingRouter : PartitionRouter;
const [before, after] = hosts.map((hosts) =>
  new Cluster({ hosts: hosts as string[], router })
);
const options = { rate, pageSize, grace: 500 };
try {
  for await (const { phase } of reshard(before, after, options)) {
    console.log(phase);
  }
  console.log("over");
} catch (error) {
  console.log(`failed: ${error}`);
}
