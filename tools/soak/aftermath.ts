/**
 * What must hold when the faults are over and everybody has stopped.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "./world.ts";

/** Milliseconds that a host may take to be reached again. */
const RECOVERY_TIME = 5_000;

/** Milliseconds that connections may take to close or to be given back. */
const REST_TIME = 1_500;

/** How many keys are read together; the queues of hosts may be short. */
const PART_SIZE = 100;

/** Checks everything that can be checked while the cluster is open. */
export async function checkAftermath(world: World): Promise<void> {
  await checkRecovery(world);
  // What the servers still had to do when their clients gave up is done by now.
  await sleep(200);
  await checkKeys(world);
  await checkPlaces(world);
  await checkCounters(world);
  await checkQuiet(world);
}

/** Closes the cluster; nothing of it may be left. */
export async function checkClosing(world: World): Promise<void> {
  await world.cluster.close();
  const { patience } = world.journal;
  await Promise.all(world.stage.proxies.map(async (proxy, id) => {
    if (await soon(() => proxy.connections === 0, REST_TIME * patience)) return;
    const list = String(await world.oracles[id].command("CLIENT", "LIST"));
    world.journal.problem(
      `Host ${id}: ${proxy.connections} connections outlived their cluster; ` +
        `the server knows of\n${list}`,
    );
  }));
}

async function checkRecovery(world: World): Promise<void> {
  await Promise.all(world.hostIds.map(async (id) => {
    const client = world.cluster.getLocalClient(id);
    let error: unknown;
    const isBack = await soon(
      () =>
        client.ping().then(() => true, (reason) => {
          error = reason;
          return false;
        }),
      RECOVERY_TIME * world.journal.patience,
    );
    if (!isBack) world.journal.problem(`Host ${id} is not back: ${error}`);
  }));
}

/** Every key reads as its server says, alone and in a map. */
async function checkKeys(world: World): Promise<void> {
  for (let at = 0; at < world.keys.length; at += PART_SIZE) {
    await checkSome(world, world.keys.slice(at, at + PART_SIZE));
  }
}

async function checkSome(world: World, keys: string[]): Promise<void> {
  const client = world.cluster.getRoutingClient();
  const [alone, mapped, direct] = await Promise.all([
    Promise.all(keys.map((key) => client.get(key))),
    world.cluster.map((client) => keys.map((key) => client.get(key))),
    Promise.all(keys.map((key) => world.oracleOf(key).command("GET", key))),
  ]);
  keys.forEach((key, index) => {
    world.checkValue("GET at the end", key, direct[index]);
    if (
      alone[index] !== direct[index] || mapped[index].value !== direct[index]
    ) {
      world.journal.problem(`"${key}" does not read as it is`);
    }
  });
}

/** No key is on a server that it does not belong to. */
async function checkPlaces(world: World): Promise<void> {
  const router = world.cluster.getRouter();
  const keys = [...world.keys, ...world.counters.map(({ key }) => key)];
  await Promise.all(world.hostIds.map(async (id) => {
    const strange = keys.filter((key) => router.getHostForKey(key) !== id);
    const count = await world.oracles[id].command("EXISTS", ...strange);
    if (count === 0) return;
    world.journal.problem(`Host ${id} has ${count} keys that are not its own`);
  }));
}

async function checkCounters(world: World): Promise<void> {
  for (const counter of world.counters) {
    const value = await world.oracleOf(counter.key).command("GET", counter.key);
    const fault = counter.fault(Number(value));
    if (fault !== undefined) {
      world.journal.problem(`Counter "${counter.key}": ${fault}`);
    }
  }
}

/** Nothing is pending, leased, awaited or queued. */
async function checkQuiet(world: World): Promise<void> {
  const busy = () =>
    world.hostIds.flatMap((id) => {
      const { waiting, dialing } = world.cluster.getPoolForHost(id);
      const { connections, queue } = world.cluster.stats().get(id)!;
      // Those for commands that block are counted here too.
      const leased = connections.open - connections.idle;
      const state = { leased, waiting, dialing, ...queue };
      const isBusy = Object.values(state).some((count) => count !== 0);
      return isBusy ? [`host ${id}: ${JSON.stringify(state)}`] : [];
    });
  await soon(() => busy().length === 0, REST_TIME * world.journal.patience);
  for (const line of busy()) world.journal.problem(`Not at rest: ${line}`);
  for (const kind of world.journal.pending) {
    world.journal.problem(`Never settled: ${kind}`);
  }
}

/** Waits until something holds, for a while; tells whether it does. */
async function soon(
  check: () => boolean | Promise<boolean>,
  timeout: number,
): Promise<boolean> {
  const deadline = performance.now() + timeout;
  for (;;) {
    if (await check()) return true;
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
}
