/**
 * Clients of a Redis Cluster, over three primaries.
 *
 * @module
 */

import type { Cluster } from "@rb/rb";
import { RedisClusterSetup, type RedisServer } from "@rb/rb/testing";
import { Cluster as IoredisCluster } from "ioredis";
import { createCluster } from "redis";
import { CLUSTER_NAMES, MOVING_SLOTS } from "./cluster_names.ts";
import type { Outcome, Way } from "./contender.ts";
import { openRb } from "./rb.ts";
import type { Contender, Section } from "./sections.ts";
import type { Workload } from "./workload.ts";

const PRIMARIES = 3;

/** The sections over a Redis Cluster, which starts when the first one begins. */
export function clusterSections(workload: Workload): Section[] {
  const stage = new ClusterStage(workload);
  const { map, calls, moving, ioredis, automatic, nodeRedis } = CLUSTER_NAMES;
  const { length } = workload.keys;
  const size = length.toLocaleString("en-US");
  const common = {
    group: "cluster",
    writes: false,
    workload,
    open: () => stage.open(),
  } as const;
  const contender = (
    name: string,
    way: (open: OpenCluster) => Way,
  ): Contender => ({ name, way: (workload) => way(stage.current)(workload) });
  return [
    {
      ...common,
      name: "cluster get",
      title: `GET over a Redis Cluster of ${PRIMARIES} primaries, ${size} keys`,
      rounds: 15,
      warmups: 2,
      baseline: automatic,
      contenders: [
        contender(map, ({ rb }) => rb.ways["map get"]),
        contender(calls, ({ rb }) => rb.ways["Promise.all get"]),
        contender(ioredis, (open) => together(open.ioredis)),
        contender(automatic, (open) => together(open.automatic)),
        contender(nodeRedis, (open) => together(open.nodeRedis)),
      ],
    },
    {
      ...common,
      name: "cluster moving",
      title: `GET while ${MOVING_SLOTS} slots move, ${size} keys`,
      rounds: 5,
      warmups: 1,
      baseline: map,
      contenders: [
        contender(map, ({ rb }) => rb.ways["map get"]),
        contender(moving, (open) => whileSlotsMove(open)),
      ],
    },
  ];
}

/** A client that has GET, and finds the node of a key itself. */
interface Getter {
  get(key: string): Promise<unknown>;
}

/** A Redis Cluster, and everybody connected to it. */
interface OpenCluster {
  readonly setup: RedisClusterSetup;
  readonly cluster: Cluster;
  readonly rb: ReturnType<typeof openRb>;
  readonly ioredis: Getter;
  readonly automatic: Getter;
  readonly nodeRedis: Getter;
}

class ClusterStage {
  readonly #workload: Workload;
  #current: OpenCluster | undefined = undefined;

  /** @param workload What is put into the servers. */
  constructor(workload: Workload) {
    this.#workload = workload;
  }

  /** What is open. */
  get current(): OpenCluster {
    if (this.#current === undefined) throw new Error("Nothing is open");
    return this.#current;
  }

  /** Starts the servers, connects everybody, and writes the values. */
  async open(): Promise<AsyncDisposable> {
    await using opening = new AsyncDisposableStack();
    const setup = opening.use(
      await RedisClusterSetup.start({ primaries: PRIMARIES, replicas: 0 }),
    );
    const cluster = opening.use(setup.makeCluster({ timeout: 60_000 }));
    const { keys, values } = this.#workload;
    await cluster.map((client) =>
      keys.map((key, at) => client.set(key, values[at]))
    );
    this.#current = {
      setup,
      cluster,
      rb: openRb(cluster),
      ioredis: opening.use(await openIoredis(setup, false)),
      automatic: opening.use(await openIoredis(setup, true)),
      nodeRedis: opening.use(await openNodeRedis(setup)),
    };
    opening.defer(() => this.#current = undefined);
    const open = opening.move();
    return { [Symbol.asyncDispose]: () => open.disposeAsync() };
  }
}

async function openIoredis(
  { seeds }: RedisClusterSetup,
  enableAutoPipelining: boolean,
): Promise<Getter & AsyncDisposable> {
  const nodes = seeds.map(({ hostname, port }) => ({ host: hostname, port }));
  const client = new IoredisCluster(nodes, {
    lazyConnect: true,
    enableAutoPipelining,
  });
  // Its commands fail as well.
  client.on("error", () => {});
  await client.connect();
  return {
    get: (key) => client.get(key),
    [Symbol.asyncDispose]: async () => void await client.quit(),
  };
}

async function openNodeRedis(
  { seeds }: RedisClusterSetup,
): Promise<Getter & AsyncDisposable> {
  const client = createCluster({
    rootNodes: seeds.map(({ hostname, port }) => ({
      socket: { host: hostname, port },
    })),
    // On a busy machine its default is over before it has sent the first command.
    commandOptions: { timeout: 60_000 },
  });
  client.on("error", () => {});
  await client.connect();
  return {
    get: (key) => client.get(key),
    [Symbol.asyncDispose]: async () => void await client.close(),
  };
}

function together(client: Getter): Way {
  return async ({ keys }): Promise<Outcome> => {
    const values = await Promise.all(keys.map((key) => client.get(key)));
    return { values: () => values };
  };
}

/** Maps one after the other while slots move to another primary, or back. */
function whileSlotsMove({ setup, cluster }: OpenCluster): Way {
  return async ({ keys, values }): Promise<Outcome> => {
    const [first, second] = await Promise.all(
      [0, 1].map((n) => setup.primary(n)),
    );
    // The first primary has them, unless they were moved before.
    const isThere = await setup.owner(0) === first;
    const [from, to] = isThere ? [first, second] : [second, first];
    let isOver = false;
    const moving = reshard(setup, from, to).finally(() => isOver = true);
    // Whoever maps meanwhile hears of it at the end.
    moving.catch(() => {});
    const start = performance.now();
    let count = 0;
    while (!isOver) {
      const found = await cluster.map((client) =>
        keys.map((key) => client.get(key))
      );
      found.forEach(({ value }, at) => {
        if (value === values[at]) return;
        throw new Error(`A map has a wrong value for "${keys[at]}"`);
      });
      count += keys.length;
    }
    const seconds = (performance.now() - start) / 1_000;
    await moving;
    return { rate: count / seconds };
  };
}

/** Moves the lowest slots of a primary, by a process of its own. */
async function reshard(
  setup: RedisClusterSetup,
  from: RedisServer,
  to: RedisServer,
): Promise<void> {
  const { success, stdout } = await new Deno.Command("redis-cli", {
    args: [
      ...["--cluster", "reshard", from.address, "--cluster-yes"],
      ...["--cluster-from", setup.idOf(from)],
      ...["--cluster-to", setup.idOf(to)],
      ...["--cluster-slots", String(MOVING_SLOTS)],
    ],
    stderr: "null",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stdout).trim().split("\n").at(-1);
  throw new Error(`redis-cli cannot move ${MOVING_SLOTS} slots: ${said}`);
}
