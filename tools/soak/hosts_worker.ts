/**
 * Workers that speak to hosts rather than keys: fanouts and scripts.
 *
 * @module
 */

import { type RbPromise, Script } from "../../mod.ts";
import { GaveUp } from "./journal.ts";
import type { Ground } from "./orders.ts";
import type { Random } from "../../support/random.ts";
import { Patience, TIMEOUT, WHO_KEY, type World } from "./world.ts";

/** A fanout whose promises hold replies, or fail as a whole. */
export async function fanoutRound(
  world: World,
  ground: Ground,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const ids = world.hostIds.filter(() => random.chance(0.7));
  const token = world.values.make(ground.counter.key);
  const isThrowing = random.chance(0.1);
  const promises: RbPromise<Map<number, unknown>>[] = [];
  const call = world.cluster.fanout(ids, (client) => {
    promises.push(client.get(WHO_KEY), client.echo(token));
    if (isThrowing) throw new GaveUp("callback");
  }, patience.options);
  await world.journal.call("fanout", call, patience.limit);
  const [who, echoes] = promises;
  for (const promise of promises) {
    if (promise.isPending) world.journal.problem("fanout: one is pending");
    const result = await world.journal.command("GET (fanout)", promise);
    if (result.ok && result.value.size !== ids.length) {
      world.journal.problem(`fanout: ${result.value.size} of ${ids.length}`);
    }
  }
  if (who.isResolved) checkNames(world, who.value);
  if (!echoes.isResolved) return;
  for (const [id, echo] of echoes.value) {
    if (echo !== token) world.journal.problem(`fanout: host ${id}: "${echo}"`);
  }
}

/** A fanout with an outcome for each host, which never fails. */
export async function settledRound(
  world: World,
  _ground: Ground,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const call = world.cluster.all(
    (client) => client.get(WHO_KEY),
    { ...patience.options, settled: true },
  );
  const { journal } = world;
  const result = await journal.call("all (settled)", call, patience.limit);
  if (!result.ok) return journal.problem("all (settled) was rejected");
  for (const [id, outcome] of result.value) {
    const promise = outcome.status === "fulfilled"
      ? Promise.resolve(outcome.value)
      : Promise.reject(outcome.reason);
    const reply = await journal.command("GET (settled)", promise);
    if (reply.ok) checkNames(world, new Map([[id, reply.value]]));
  }
}

const COUNT = new Script(
  "return {redis.call('INCR', KEYS[1]), ARGV[1]}",
);

/** Sequences of commands, with a script that has to be loaded first. */
export async function scriptRound(
  world: World,
  { counter, keys }: Ground,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const key = random.pick(keys);
  const value = world.values.make(key);
  counter.attempted++;
  const mapping = new Map(
    [
      [counter.key, [[COUNT, [counter.key], [value]]]],
      [key, [["SET", key, value], ["GET", key]]],
    ] as const,
  );
  const { journal } = world;
  const limit = patience.within(3 * (patience.timeout ?? TIMEOUT));
  const call = world.cluster.executeCommands(mapping, patience.options);
  const result = await journal.command("EVALSHA", call, limit);
  if (!result.ok) {
    // It may have come from another command of the sequence.
    world.counted(counter, { ...result, fate: "unknown" });
    return;
  }
  const [count, echo] = result.value.get(counter.key)![0].value as [
    number,
    string,
  ];
  world.counted(counter, { ok: true, value: count });
  if (echo !== value) journal.problem(`EVALSHA gave "${echo}"`);
  world.checkValue("GET", key, result.value.get(key)![1].value);
}

/** Each server has to speak for itself. */
function checkNames(world: World, names: Map<number, unknown>): void {
  for (const [id, name] of names) {
    if (name === `host ${id}`) continue;
    world.journal.problem(`Host ${id} says it is "${name}"`);
  }
}
