/**
 * A program that uses a cluster and never closes it; run by the test of idle
 * clusters. Its arguments are a socket and what to do.
 *
 * @module
 */

import { Cluster } from "../src/cluster.ts";
import { ConnectionError } from "../src/errors.ts";

const [path, what] = Deno.args;
const cluster = new Cluster({ hosts: { 0: { path } } });
const client = cluster.getRoutingClient();

switch (what) {
  case "nothing":
    break;
  case "command":
    console.log(await client.incr("counter"));
    break;
  case "map":
    console.log(await cluster.map((map) => map.incr("counter")));
    break;
  case "batches":
    for await (
      const [, value] of cluster.mapBatches(
        ["counter"],
        (map, key) => map.incr(key),
      )
    ) console.log(value);
    break;
  case "block":
    console.log(await client.blpop(0.2, "list"));
    break;
  case "many":
    console.log(
      (await Promise.all(
        Array.from({ length: 1_000 }, () => client.incr("counter")),
      )).length,
    );
    break;
  case "connect":
    await cluster.connect(0);
    console.log("connected");
    break;
  case "sweep": {
    // Its clock goes off long after a test would have given up.
    const poolOptions = { idleTimeout: 60_000 };
    const other = new Cluster({ hosts: { 0: { path } }, poolOptions });
    console.log(await other.getRoutingClient().incr("counter"));
    break;
  }
  case "dead":
    await client.incr("counter").catch((error) =>
      console.log(error instanceof ConnectionError)
    );
    break;
  case "unawaited":
    // What is under way keeps the program alive until it is answered.
    client.incr("counter").then(console.log);
    break;
}
