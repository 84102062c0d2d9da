/**
 * What goes wrong, and when: one fault at a time for each server.
 *
 * @module
 */

import type { FaultProxy, RedisServer } from "../../src/testing.ts";
import type { Oracle } from "../../support/raw_client.ts";
import type { Random } from "../../support/random.ts";
import type { World } from "./world.ts";

/** A server with its proxy and its oracle. */
interface Site {
  readonly server: RedisServer;
  readonly proxy: FaultProxy;
  readonly oracle: Oracle;
  readonly random: Random;
}

/** Starts a fault; it ends when `time` is over, and all is passed again. */
type Fault = (site: Site, time: number) => unknown;

const FAULTS: Readonly<Record<string, Fault>> = {
  calm: () => {},
  cut: ({ proxy, random }) => proxy.cut({ replies: random.integer(0, 20) }),
  "cut inside a reply": ({ proxy, random }) =>
    proxy.cut({ bytes: random.integer(1, 4_000) }),
  hold: ({ proxy }) => proxy.hold(),
  delay: ({ proxy, random }) => proxy.delay(random.integer(1, 100)),
  split: ({ proxy, random }) => proxy.split(random.integer(1, 40)),
  refuse: ({ proxy }) => proxy.refuse(),
  "refuse and reset": async ({ proxy }) => {
    await proxy.refuse();
    proxy.reset();
  },
  reset: ({ proxy }) => proxy.reset(),
  SIGSTOP: ({ server }) => server.pause(),
  "CLIENT PAUSE": ({ oracle, random }, time) =>
    oracle.command("CLIENT", "PAUSE", time, random.pick(["ALL", "WRITE"])),
  "CLIENT KILL": ({ oracle }) =>
    oracle.command("CLIENT", "KILL", "TYPE", "normal"),
  "CLIENT KILL of one": killOne,
};

const KINDS = Object.keys(FAULTS);

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
  }

  async #trouble(site: Site): Promise<void> {
    const { random } = site;
    while (!this.#stopped) {
      const kind = random.pick(KINDS);
      const time = random.integer(10, random.pick([60, 300, 1_500]));
      this.#world.journal.faults.add(kind);
      await FAULTS[kind](site, time);
      await this.#sleep(time);
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

async function killOne({ oracle, random }: Site): Promise<void> {
  const list = String(await oracle.command("CLIENT", "LIST"));
  const own = await oracle.command("CLIENT", "ID");
  const ids = [...list.matchAll(/^id=(\d+)/gm)].map(([, id]) => id)
    .filter((id) => id !== String(own));
  if (ids.length === 0) return;
  await oracle.command("CLIENT", "KILL", "ID", random.pick(ids));
}
