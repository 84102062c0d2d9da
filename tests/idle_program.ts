/**
 * A program that uses a cluster and never closes it; run by the test of idle
 * clusters. Its arguments are a socket and what to do.
 *
 * @module
 */

import { Cluster } from "../src/cluster.ts";
import { ConnectionError } from "../src/errors.ts";

const [path, what] = Deno.args;
// Much longer than the test waits for the end of the program.
const cluster = new Cluster({ hosts: { 0: { path } }, timeout: 600_000 });
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
  case "waiting":
    // Nothing else keeps the program alive.
    await cluster.waitUntilUp();
    console.log("up");
    break;
  case "unawaited":
    // What is under way keeps the program alive until it is answered.
    client.incr("counter").then(console.log);
    break;
  case "dedicated":
    console.log(await (await cluster.connect(0)).incr("counter"));
    break;
  case "subscribed": {
    const client = await cluster.connect(0);
    console.log((await client.subscribe("news")).isClosed);
    break;
  }
  case "subscription": {
    const subscription = await (await cluster.connect(0)).subscribe("news");
    const messages = subscription.receive();
    const next = messages.next();
    await cluster.getLocalClient(0).publish("news", "a message");
    console.log((await next).value.message);
    // It stays subscribed, but nobody reads from it any more.
    await messages.return?.();
    break;
  }
  case "scan":
    for await (const [, key] of cluster.scan()) console.log(key);
    break;
  case "given up": {
    // The clock of a command that nobody waits for does not tick on.
    const map = cluster.getMappingClient({ timeout: 60_000 });
    const given = map.blpop(30, "list");
    map.cancel("given up");
    await given.catch(console.log);
    break;
  }
}
