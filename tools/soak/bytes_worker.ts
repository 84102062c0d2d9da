/**
 * A worker whose keys and values are byte arrays that it uses again at once.
 *
 * @module
 */

import type { Argument } from "../../mod.ts";
import { forEachKey, type Ground } from "./orders.ts";
import type { Random } from "../../support/random.ts";
import { TIME_LIMIT, type World } from "./world.ts";

/** Bytes of the arguments of one command, at most. */
const SCRATCH_SIZE = 20_000;

/** Any client: its method that takes a command as it is. */
interface Sender {
  sendCommand(command: string, args: readonly Argument[]): PromiseLike<unknown>;
}

/** Writes and reads with arguments that are overwritten right after the call. */
export async function bytesRound(
  world: World,
  ground: Ground,
  random: Random,
): Promise<void> {
  const limit = TIME_LIMIT;
  const work: Promise<void>[] = [];
  const issue = (client: Sender) => {
    for (let i = random.pick([1, 5, 60]); i > 0; i--) {
      work.push(issueOne(world, { client, ground, random }));
    }
  };
  if (random.chance(0.6)) issue(world.cluster.getRoutingClient());
  else {
    const call = world.cluster.map(issue, { autoBatch: random.chance(0.5) });
    await world.journal.call("map (bytes)", call, limit);
  }
  await Promise.all(work);
}

interface Issue {
  readonly client: Sender;
  readonly ground: Ground;
  readonly random: Random;
}

function issueOne(world: World, issue: Issue): Promise<void> {
  return issue.random.pick([set, set, mset, get, count])(world, issue);
}

async function set(
  world: World,
  { client, ground, random }: Issue,
): Promise<void> {
  const scratch = new Scratch(random);
  const key = random.pick(ground.keys);
  const value = world.values.make(key, random.pick([0, 100, 9_000]));
  const args = [scratch.text(key), scratch.text(value)];
  const sent = client.sendCommand("SET", args);
  scratch.spoil();
  const kind = "SET (bytes)";
  world.wrote(value, await world.journal.command(kind, sent, TIME_LIMIT));
}

async function mset(
  world: World,
  { client, ground, random }: Issue,
): Promise<void> {
  const scratch = new Scratch(random);
  const keys = [random.pick(ground.keys)];
  const other = random.pick(ground.keys);
  if (other !== keys[0]) keys.push(other);
  const values = keys.map((key) => world.values.make(key));
  const sent = client.sendCommand(
    "MSET",
    keys.flatMap((key, i) => [scratch.text(key), scratch.text(values[i])]),
  );
  scratch.spoil();
  const kind = "MSET (bytes)";
  const result = await world.journal.command(kind, sent, TIME_LIMIT);
  forEachKey(keys, result, (_, part, i) => world.wrote(values[i], part));
}

async function get(
  world: World,
  { client, ground, random }: Issue,
): Promise<void> {
  const scratch = new Scratch(random);
  const key = random.pick(ground.keys);
  const sent = client.sendCommand("GET", [scratch.text(key)]);
  scratch.spoil();
  const kind = "GET (bytes)";
  const result = await world.journal.command(kind, sent, TIME_LIMIT);
  if (result.ok) world.checkValue(kind, key, result.value);
}

async function count(
  world: World,
  { client, ground, random }: Issue,
): Promise<void> {
  const scratch = new Scratch(random);
  const { counter } = ground;
  counter.attempted++;
  const args = [scratch.text(counter.key), scratch.text("1")];
  const sent = client.sendCommand("INCRBY", args);
  scratch.spoil();
  const kind = "INCRBY (bytes)";
  world.counted(
    counter,
    await world.journal.command(kind, sent, TIME_LIMIT),
  );
}

/** One buffer for all rounds, into which arguments are written over and over. */
const SHARED = new Uint8Array(SCRATCH_SIZE);

/** The memory of the arguments of one command. */
class Scratch {
  readonly #random: Random;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #size = 0;

  /** @param random Decides what becomes of them. */
  constructor(random: Random) {
    this.#random = random;
    this.#bytes = random.chance(0.7) ? SHARED : new Uint8Array(SCRATCH_SIZE);
  }

  /** An argument, as a view of the memory that it shares with others. */
  text(text: string): Uint8Array {
    const { written } = new TextEncoder().encodeInto(
      text,
      this.#bytes.subarray(this.#size),
    );
    this.#size += written;
    return this.#bytes.subarray(this.#size - written, this.#size);
  }

  /** Writes over all arguments, or gives their memory away. */
  spoil(): void {
    if (this.#bytes !== SHARED && this.#random.chance(0.5)) {
      this.#bytes.buffer.transfer();
      return;
    }
    // Unless the next command writes its own key and value over them.
    if (this.#bytes === SHARED && this.#random.chance(0.5)) return;
    this.#bytes.subarray(0, this.#size).fill(this.#random.pick([0, 33, 255]));
  }
}
