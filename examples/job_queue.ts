/**
 * A queue of jobs over all hosts: each has a stream, and workers take jobs from
 * all of them. A host that is down keeps its jobs for later; new ones go to the
 * others. A job whose worker is gone goes to another one, so a job may be done
 * twice, and has to be such that this does no harm.
 *
 * @module
 */

import {
  type Cluster,
  CommandError,
  type RoutingClient,
  TransportError,
} from "@rb/rb";
import { openCluster } from "./open_cluster.ts";

const GROUP = "workers";

/** A job. */
export type Job = Record<string, string>;

/** What does a job; a job that it throws for is given to somebody else. */
export type Handler = (job: Job) => Promise<void>;

/** How workers behave. */
export interface WorkerOptions {
  /** Stops after what is being done. */
  signal: AbortSignal;
  /**
   * Milliseconds after which a job that is not done is taken over.
   *
   * @default {60000}
   */
  patience?: number;
  /**
   * Milliseconds to wait for new jobs before looking after old ones.
   *
   * @default {1000}
   */
  block?: number;
}

/** Jobs, in a stream on every host. */
export class JobQueue {
  readonly #cluster: Cluster;
  readonly #client: RoutingClient;
  /** The stream of each host. */
  readonly #streams: readonly [hostId: number, stream: string][];
  #next = 0;

  constructor(cluster: Cluster, name: string) {
    const router = cluster.getRouter();
    this.#cluster = cluster;
    this.#client = cluster.getRoutingClient();
    this.#streams = [...cluster.hosts.keys()]
      .map((hostId) => [hostId, router.keyFor(hostId, `jobs:${name}:`)]);
  }

  /** Makes the group of workers where it is not there yet. */
  async open(): Promise<void> {
    await Promise.all(
      this.#streams.map(([, stream]) => this.#openStream(stream)),
    );
  }

  /**
   * Adds a job to one of the streams in turn, or to the next one if its host
   * cannot be reached.
   *
   * @throws {TransportError} If no host takes it, or one may have taken it: then
   * it is for the caller to decide whether it may be there twice.
   */
  async add(job: Job): Promise<void> {
    for (let tries = 1;; tries++) {
      const [, stream] = this.#streams[this.#next++ % this.#streams.length];
      try {
        await this.#client.xadd(stream, "*", job);
        return;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        if (error.outcome !== "not-sent") throw error;
        if (tries === this.#streams.length) throw error;
      }
    }
  }

  /** Does jobs of all streams, those of each host by themselves. */
  async work(
    worker: string,
    handler: Handler,
    options: WorkerOptions,
  ): Promise<void> {
    await Promise.all(
      this.#streams.map(([hostId, stream]) =>
        this.#workOn(stream, hostId, { worker, handler, ...options })
      ),
    );
  }

  /** How many jobs there are that are not done. */
  async size(): Promise<number> {
    const sizes = await Promise.all(
      this.#streams.map(([, stream]) => this.#client.xlen(stream)),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  async #openStream(stream: string): Promise<void> {
    try {
      await this.#client.xgroupCreate(stream, GROUP, "0", true);
    } catch (error) {
      const isThere = error instanceof CommandError &&
        error.code === "BUSYGROUP";
      if (!isThere) throw error;
    }
  }

  async #workOn(
    stream: string,
    hostId: number,
    { worker, handler, signal, patience = 60_000, block = 1_000 }:
      & WorkerOptions
      & { worker: string; handler: Handler },
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        // A worker reads from a host over a connection of its own: it blocks.
        const [fresh] = await this.#client.xreadgroup([[stream, ">"]], {
          group: GROUP,
          consumer: worker,
          count: 10,
          block,
        });
        // What others have left behind, or this one, from before a failure.
        const left = await this.#client.xautoclaim(
          stream,
          GROUP,
          worker,
          patience,
          "0-0",
          { count: 10 },
        );
        const messages = [...fresh?.messages ?? [], ...left.messages];
        for (const { xid, fieldValues } of messages) {
          if (signal.aborted) return;
          if (!await isDone(handler, fieldValues)) continue;
          await this.#client.xack(stream, GROUP, xid);
          await this.#client.xdel(stream, xid);
        }
      } catch (error) {
        console.error(`Cannot get jobs of host ${hostId}:`, String(error));
        const hosts = [hostId];
        await this.#cluster.waitUntilUp({ hosts, signal }).catch(() => {});
        if (signal.aborted) return;
        // It may have come back without what it had.
        await this.#openStream(stream).catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

/** Whether a job was done; otherwise it is left for later. */
async function isDone(handler: Handler, job: Job): Promise<boolean> {
  try {
    await handler(job);
    return true;
  } catch (error) {
    console.error("A job is left for later:", error);
    return false;
  }
}

if (import.meta.main) {
  await using cluster = await openCluster();
  const queue = new JobQueue(cluster, "mail");
  await queue.open();
  const count = 1_000;
  for (let id = 0; id < count; id++) await queue.add({ id: String(id) });
  const done = new Set<string>();
  const stop = new AbortController();
  const handler = (job: Job) => {
    done.add(job.id);
    if (done.size === count) stop.abort();
    return Promise.resolve();
  };
  const options = { signal: stop.signal, block: 100 };
  const workers = ["ann", "bob"].map((name) =>
    queue.work(name, handler, options)
  );
  await Promise.all(workers);
  console.log(`${done.size} jobs done by ${workers.length} workers`);
}
