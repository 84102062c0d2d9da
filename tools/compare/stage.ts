/**
 * The servers of the comparison and what is in them.
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { TestSetup } from "@rb/rb/testing";
import {
  COMMANDS_DATABASE,
  type OpenClients,
  openClients,
  WHOLE_DATABASE,
} from "./clients.ts";
import type { ServerAddress } from "./contender.ts";
import type { Workloads } from "./sections.ts";
import { makeWorkload, type Workload } from "./workload.ts";

/** Everything that has to be there before the first round. */
export interface Stage extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly clients: OpenClients;
  readonly servers: readonly ServerAddress[];
  /** The workloads of the sections of clients. */
  readonly workloads: Workloads;
  /** The workload of the sections of commands, which fill the servers. */
  readonly commands: Workload;
  /** Fills the servers with what the sections of clients read. */
  fill(): Promise<void>;
}

const SERVERS = 4;

/** So many commands are issued at a time while the servers are filled. */
const CHUNK = 5_000;

/**
 * Starts four servers on ports of 127.0.0.1 and connects everybody.
 *
 * @param count How many keys the small workloads have.
 */
export async function setTheStage(count: number): Promise<Stage> {
  await using opening = new AsyncDisposableStack();
  const setup = opening.use(
    await TestSetup.start({
      servers: SERVERS,
      databasesEach: Math.max(WHOLE_DATABASE, COMMANDS_DATABASE) + 1,
      transport: "tcp",
    }),
  );
  const servers = setup.servers.map(({ hostname, port }) => ({
    hostname,
    port,
  }));
  const cluster = opening.use(new Cluster({ hosts: servers, timeout: 60_000 }));
  const workloads = makeWorkloads(cluster, count);
  const clients = opening.use(await openClients(cluster, servers));
  const open = opening.move();
  return {
    cluster,
    clients,
    servers,
    workloads,
    commands: makeWorkload(cluster.getRouter(), {
      // Most of them take several times as long as a GET.
      count: Math.ceil(count / 2.5),
      prefix: "cmd",
      valueSize: 16,
    }),
    fill: async () => {
      await fill(cluster, workloads);
      await using whole = new Cluster({
        hosts: [{ ...servers[0], db: WHOLE_DATABASE }],
      });
      await write(whole, workloads.small);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

function makeWorkloads(cluster: Cluster, count: number): Workloads {
  const router = cluster.getRouter();
  const make = (prefix: string, count: number, valueSize: number) =>
    makeWorkload(router, { count, prefix, valueSize });
  // As many bytes in all as a machine has at hand for a moment.
  const kibibytes = Math.ceil(count / 2.5);
  const larges = Math.ceil(count / 50);
  return {
    // redis-benchmark has keys with this prefix.
    small: make("key", count, 16),
    hashes: make("hsh", count, 16),
    written: make("put", count, 16),
    kibibyte: make("one", kibibytes, 1_024),
    kibibyteWritten: make("two", kibibytes, 1_024),
    large: make("big", larges, 65_536),
    largeWritten: make("fat", larges, 65_536),
  };
}

async function fill(cluster: Cluster, workloads: Workloads): Promise<void> {
  const { hashes, ...texts } = workloads;
  for (const workload of Object.values(texts)) await write(cluster, workload);
  const { keys, values } = hashes;
  await inChunks(
    keys.length,
    (places) =>
      cluster.map((client) =>
        places.map((at) => client.hset(keys[at], "field", values[at]))
      ),
  );
}

function write(cluster: Cluster, { keys, values }: Workload): Promise<void> {
  return inChunks(
    keys.length,
    (places) =>
      cluster.map((client) =>
        places.map((at) => client.set(keys[at], values[at]))
      ),
  );
}

async function inChunks(
  count: number,
  work: (places: number[]) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) {
    const size = Math.min(CHUNK, count - from);
    await work(Array.from({ length: size }, (_, index) => from + index));
  }
}
