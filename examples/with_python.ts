/**
 * Shares servers with Python rb: what one language writes, the other one finds.
 *
 * It writes some keys, shows on which host Python looks for each of them, and
 * prints the Python program that reads them there. The servers are those of
 * `REDIS_HOSTS`, or some of its own.
 *
 * @module
 */

import {
  Cluster,
  ConsistentHashingRouter,
  type HostInfo,
  PartitionRouter,
  plan,
} from "@rb/rb";
import { openCluster } from "./open_cluster.ts";
import { heading, row, success } from "./terminal.ts";

const KEYS = ["user:1", "user:2", "user:3", "session:7f3a", "grüße", "42"];

// The names of the routers are the same in both languages, and so are their
// answers. Hash tags stay off: Python does not know them.
await using cluster = await openCluster({ router: ConsistentHashingRouter });
await cluster.map((client) =>
  KEYS.map((key) => client.set(key, "written by Deno"))
);

heading("The host of each key, as Python computes it");
const ring = cluster.getRouter();
const partition = new PartitionRouter(cluster);
const found = await hostsThatHave(KEYS);
row("", "by partition", "by ring", "found on");
KEYS.forEach((key, index) => {
  const wanted = ring.getHostForKey(key);
  if (found[index] !== wanted) throw new Error(`"${key}" is somewhere else`);
  row(key, ...[partition.getHostForKey(key), wanted, wanted].map(String));
});
success("Every key is where the router of this cluster, the ring, says.");

// With the ConsistentHashingRouter the place of a host on the ring comes from a
// text, and Python rb takes this one: everything it knows of the host. So the
// options of a host have to be the same in both languages, down to "localhost"
// or "127.0.0.1" and to the password.
heading("What places host 0 on the ring");
console.log(`  ${labelOf(cluster.hosts.get(0)!)}`);

heading("The same in Python");
console.log(pythonProgram([...cluster.hosts.values()]));

// A label of your own takes the place of that text, and then an address may
// change without a key that moves. Python rb has no labels: set them when the
// last Python program is gone, and expect most keys to move that once.
heading("What labels would move");
const labelled = new Cluster({
  hosts: [...cluster.hosts.values()].map(({ hostId, hostname, port }) => ({
    hostId,
    hostname,
    port,
    label: `cache-${hostId}`,
  })),
  router: ConsistentHashingRouter,
});
const { share } = plan(ring, labelled, KEYS);
console.log(`  ${(100 * share).toFixed(1)} % of all keys\n`);

/** For each key, the host that has it. */
async function hostsThatHave(keys: string[]): Promise<(number | undefined)[]> {
  const counts = await cluster.all((client) =>
    Promise.all(keys.map((key) => client.exists(key)))
  );
  return counts.map((byHost) =>
    [...byHost].find(([_hostId, count]) => count === 1)?.[0]
  );
}

/** The label of a host; a password in it is left out here. */
function labelOf({ ringLabel }: HostInfo): string {
  return ringLabel.replace(/ password=(?!None)\S+/, " password=…");
}

function pythonProgram(hosts: HostInfo[]): string {
  const entries = hosts.map(({ hostId, hostname, port, db }) =>
    `      ${hostId}: {"host": "${hostname}", "port": ${port}, "db": ${db}},`
  );
  return `  import rb

  KEYS = [${KEYS.map((key) => JSON.stringify(key)).join(", ")}]
  cluster = rb.Cluster(
      router_cls=rb.ConsistentHashingRouter,
      hosts={
${entries.map((line) => `    ${line}`).join("\n")}
      },
  )
  with cluster.map() as client:
      values = [client.get(key) for key in KEYS]
  print([promise.value for promise in values])`;
}
