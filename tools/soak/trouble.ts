/**
 * What goes wrong, and when: one fault at a time for each server.
 *
 * @module
 */

import type { FaultProxy, RedisServer } from "../../src/testing.ts";
import type { Oracle } from "../../support/raw_client.ts";
import type { Random } from "../../support/random.ts";
import type { World } from "./world.ts";

/** A server with its proxy, its oracle, and its replica if it has one. */
interface Site {
  readonly server: RedisServer;
  readonly proxy: FaultProxy;
  readonly oracle: Oracle;
  readonly replica: RedisServer | undefined;
  readonly random: Random;
}

/** Ends a fault that a switch of the proxy does not end. */
type Undo = () => unknown;

/** Starts a fault; it ends when `time` is over, and all is passed again. */
type Fault = (
  site: Site,
  time: number,
) => void | Promise<unknown> | Undo | Promise<Undo>;

const READONLY = "READONLY You can't write against a read only replica.";
const LOADING = "LOADING Redis is loading the dataset in memory";
const FULL = "ERR max number of clients reached";

/** Commands that a replica refuses, except for those of transactions. */
const WRITES = ["SET", "MSET", "INCR", "HSET", "LPUSH", "RPUSH", "EVALSHA"];

/**
 * Commands that are refused while a server loads, except for those of
 * transactions: a proxy does not know that EXEC has to be refused with them.
 */
const MOST = [...WRITES, "GET", "MGET", "HGET", "EXISTS", "BLPOP", "PUBLISH"];

const FAULTS: Readonly<Record<string, Fault>> = {
  calm: () => {},
  cut: ({ proxy, random }) => proxy.cut({ replies: random.integer(0, 20) }),
  "cut inside a reply": ({ proxy, random }) =>
    proxy.cut({
      replies: random.integer(0, 5),
      bytes: random.integer(1, random.pick([8, 4_000])),
    }),
  hold: ({ proxy }) => proxy.hold(),
  "hold requests": ({ proxy }) => proxy.hold({ direction: "requests" }),
  "hold replies": ({ proxy }) => proxy.hold({ direction: "replies" }),
  delay: ({ proxy, random }) => proxy.delay(random.integer(1, 100)),
  split: ({ proxy, random }) => proxy.split(random.integer(1, 40)),
  refuse: ({ proxy }) => proxy.refuse(),
  "refuse and reset": async ({ proxy }) => {
    await proxy.refuse();
    proxy.reset();
  },
  "too many clients": ({ proxy, random }) => {
    if (random.chance(0.5)) proxy.reset();
    return proxy.refuse({ error: FULL });
  },
  reset: ({ proxy }) => proxy.reset(),
  forget: ({ proxy }) => proxy.forget(),
  READONLY: ({ proxy, random }) =>
    proxy.answer(READONLY, {
      commands: WRITES,
      times: random.pick([1, 10, Infinity]),
      close: random.chance(0.2),
    }),
  LOADING: ({ proxy, random }) =>
    proxy.answer(LOADING, {
      commands: MOST,
      times: random.pick([1, 10, Infinity]),
      close: random.chance(0.2),
    }),
  "lead to a replica": leadToReplica,
  REPLICAOF: becomeReplica,
  SIGSTOP: ({ server }) => server.pause(),
  "CLIENT PAUSE": ({ oracle, random }, time) =>
    oracle.command("CLIENT", "PAUSE", time, random.pick(["ALL", "WRITE"])),
  "CLIENT KILL": ({ oracle }) =>
    oracle.command("CLIENT", "KILL", "TYPE", "normal"),
  "CLIENT KILL of one": killOne,
};

/** How many attempts to listen on a port that somebody took for a moment. */
const PORT_ATTEMPTS = 20;

/** Lets faults happen to all servers until it is stopped. */
export class Trouble {
  readonly #world: World;
  readonly #running: Promise<void>[];
  readonly #stop = Promise.withResolvers<void>();
  #stopped = false;

  /**
   * @param world Its servers are troubled from now on.
   * @param random Decides what happens.
   */
  constructor(world: World, random: Random) {
    this.#world = world;
    const { servers, proxies, oracles } = world.stage;
    this.#running = servers.map((server, id) =>
      this.#trouble({
        server,
        proxy: proxies[id],
        oracle: oracles[id],
        replica: world.replicas[id],
        random: random.fork(),
      })
    );
    this.#running.push(this.#disconnect(random.fork()));
  }

  /** Ends what is wrong; resolves when everything is as it should be. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stop.resolve();
    await Promise.all(this.#running);
    // Some connections may still lead to a replica.
    for (const proxy of this.#world.stage.proxies) proxy.reset();
  }

  async #trouble(site: Site): Promise<void> {
    const { random } = site;
    // A server without a replica becomes one of nobody instead.
    const absent = site.replica ? "REPLICAOF" : "lead to a replica";
    const kinds = Object.keys(FAULTS).filter((kind) => kind !== absent);
    while (!this.#stopped) {
      const kind = random.pick(kinds);
      const time = random.integer(10, random.pick([60, 300, 1_500]));
      this.#world.journal.faults.add(kind);
      const undo = await FAULTS[kind](site, time);
      await this.#sleep(time);
      if (typeof undo === "function") await undo();
      site.server.resume();
      await pass(site.proxy);
      await this.#sleep(random.integer(0, 400));
    }
  }

  /** All connections are closed from this side, now and then. */
  async #disconnect(random: Random): Promise<void> {
    for (;;) {
      await this.#sleep(random.integer(500, 4_000));
      if (this.#stopped) return;
      this.#world.journal.faults.add("disconnectPools");
      await this.#world.cluster.disconnectPools();
    }
  }

  async #sleep(time: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((wake) => timer = setTimeout(wake, time));
    await Promise.race([over, this.#stop.promise]);
    clearTimeout(timer);
  }
}

/** Another program may have taken the port while it was free. */
async function pass(proxy: FaultProxy): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return proxy.pass();
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (!isTaken || attempt === PORT_ATTEMPTS) throw error;
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
}

/**
 * New connections lead to a replica, which has the data and refuses to write.
 * Those that are open then may stay with it when the address leads back.
 */
function leadToReplica({ proxy, server, replica, random }: Site): Undo {
  proxy.leadTo(replica!);
  if (random.chance(0.7)) proxy.reset();
  return () => {
    proxy.leadTo(server);
    if (random.chance(0.5)) proxy.reset();
  };
}

/** The server itself refuses to write, as a replica of one that is not there. */
async function becomeReplica({ oracle }: Site): Promise<Undo> {
  await oracle.command("REPLICAOF", "127.0.0.1", 1);
  return () => oracle.command("REPLICAOF", "NO", "ONE");
}

async function killOne({ oracle, random }: Site): Promise<void> {
  const list = String(await oracle.command("CLIENT", "LIST", "TYPE", "normal"));
  const own = await oracle.command("CLIENT", "ID");
  const ids = [...list.matchAll(/^id=(\d+)/gm)].map(([, id]) => id)
    .filter((id) => id !== String(own));
  if (ids.length === 0) return;
  await oracle.command("CLIENT", "KILL", "ID", random.pick(ids));
}
