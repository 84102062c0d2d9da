/**
 * Two of three servers are away for a while: one is gone, one stopped. How soon
 * is each used again?
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { type RedisServer, TestSetup } from "@rb/rb/testing";
import { sleep } from "../../support/waiting.ts";
import type { Figure, Trouble } from "./figure.ts";

/** Callers of each server. */
const CALLERS = 10;
/** A caller waits so long between two requests, in milliseconds. */
const PAUSE = 20;
/** So long it may take until the last caller is answered again, in seconds. */
const MOST = 5;
/** So long is waited for that. */
const PATIENCE = 60_000;

/** Ways to be away and to come back. */
const WAYS: {
  title: string;
  leave(server: RedisServer): unknown;
  back(server: RedisServer): unknown;
}[] = [
  {
    title: "was killed and started again",
    leave: (server) => server.kill(),
    back: (server) => server.restart(),
  },
  {
    title: "was stopped and goes on",
    leave: (server) => server.pause(),
    back: (server) => server.resume(),
  },
];

/**
 * Takes servers away from under a service, and brings them back.
 *
 * @param seconds How long they are away.
 */
export async function outage(seconds: number): Promise<Trouble> {
  await using setup = await TestSetup.start({ servers: 3, databasesEach: 1 });
  await using cluster = new Cluster({
    hosts: setup.servers.map(({ host }) => host),
  });
  const figures = await Promise.all(WAYS.map(async (way, hostId) => {
    const server = setup.servers[hostId];
    const callers = Array.from(
      { length: CALLERS },
      () => new Caller(cluster, hostId),
    );
    await Promise.all(callers.map((caller) => caller.answered(PATIENCE)));
    await way.leave(server);
    await sleep(seconds * 1_000);
    await way.back(server);
    const back = performance.now();
    const ends = await Promise.all(
      callers.map((caller) => caller.answered(PATIENCE)),
    );
    await Promise.all(callers.map((caller) => caller.end()));
    const last = ends.includes(undefined) ? NaN : performance.now() - back;
    return {
      meaning: `until the last of ${CALLERS} callers is answered by a ` +
        `server that ${way.title}`,
      value: last / 1_000,
      unit: "s",
      bound: { most: MOST },
    } satisfies Figure;
  }));
  return { title: `an outage of ${seconds} s`, figures };
}

/** Asks one host again and again, whatever happens. */
class Caller {
  readonly #cluster: Cluster;
  readonly #hostId: number;
  readonly #ended: Promise<void>;
  #waiting: PromiseWithResolvers<true> | undefined = undefined;
  #isOver = false;

  constructor(cluster: Cluster, hostId: number) {
    this.#cluster = cluster;
    this.#hostId = hostId;
    this.#ended = this.#run();
  }

  /**
   * Waits until a request that is issued from now on is answered.
   *
   * @param patience Milliseconds to wait at most.
   * @returns Nothing when it never was.
   */
  async answered(patience: number): Promise<true | undefined> {
    this.#waiting = Promise.withResolvers<true>();
    const { promise } = this.#waiting;
    const timer = Promise.withResolvers<undefined>();
    const id = setTimeout(() => timer.resolve(undefined), patience);
    const result = await Promise.race([promise, timer.promise]);
    clearTimeout(id);
    return result;
  }

  /** Ends it with its last request. */
  end(): Promise<void> {
    this.#isOver = true;
    return this.#ended;
  }

  async #run(): Promise<void> {
    const client = this.#cluster.getLocalClient(this.#hostId);
    while (!this.#isOver) {
      const waiting = this.#waiting;
      await client.incr("n").then(() => waiting?.resolve(true), () => {});
      await sleep(PAUSE);
    }
  }
}
