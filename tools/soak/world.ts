/**
 * What everybody in a run shares: servers, a cluster, and the journal.
 *
 * @module
 */

import type { Cluster } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { Proxied } from "../../support/proxied.ts";
import { type Oracle, oracle } from "../../support/raw_client.ts";
import { eventually } from "../../support/waiting.ts";
import { GaveUp, Journal, type Limit, type Result } from "./journal.ts";
import type { Random } from "../../support/random.ts";
import { Counter, Values } from "./values.ts";

/** How many servers a run has. */
export const HOSTS = 4;

/** How many of them have a replica, to which their address may lead. */
const REPLICAS = 2;

/** Milliseconds that commands have unless they say otherwise. */
export const TIMEOUT = 2_000;

/** The same as a limit. */
export const TIME_LIMIT: Limit = { milliseconds: TIMEOUT };

/** A key that holds another value on each server, put there by the oracles. */
export const WHO_KEY = "who";

/** A key that holds a string and is used as a list, one for each server. */
const STRING_PREFIX = "string";

/** The servers, the cluster over them, and what is known of both. */
export class World implements AsyncDisposable {
  readonly stage: Proxied;
  /** Replicas of the first servers, which refuse to write. */
  readonly replicas: readonly RedisServer[];
  readonly journal = new Journal();
  readonly values = new Values();
  readonly counters: Counter[] = [];
  /** Every key that a value may be at. */
  readonly keys: string[] = [];
  /** One key for each server that holds a string. */
  readonly stringKeys: readonly string[];

  private constructor(stage: Proxied, replicas: readonly RedisServer[]) {
    this.stage = stage;
    this.replicas = replicas;
    this.stringKeys = this.hostIds.map((id) =>
      stage.keys(id, 1, STRING_PREFIX)[0]
    );
  }

  /** Starts servers and proxies; some settings of the cluster are left to chance. */
  static async start(random: Random): Promise<World> {
    const stage = await Proxied.start(HOSTS, {
      timeout: TIMEOUT,
      serverTransport: "tcp",
      config: { "repl-diskless-sync-delay": "0" },
      poolOptions: {
        maxConnections: random.integer(2, 8),
        idleTimeout: random.pick([0, 200]),
        dialTimeout: 500,
        protocol: random.pick([2, 3]),
        maxQueueCommands: random.pick([400, 20_000]),
        breaker: { threshold: 3, minDelay: 50, maxDelay: 500 },
      },
    });
    const replicas = await Promise.all(
      stage.servers.slice(0, REPLICAS).map(startReplica),
    );
    const world = new World(stage, replicas);
    await Promise.all(world.oracles.map(async (oracle, id) => {
      await oracle.command("SET", WHO_KEY, `host ${id}`);
      await oracle.command("SET", world.stringKeys[id], "a string");
    }));
    return world;
  }

  get cluster(): Cluster {
    return this.stage.cluster;
  }

  get oracles(): readonly Oracle[] {
    return this.stage.oracles;
  }

  get hostIds(): readonly number[] {
    return [...this.cluster.hosts.keys()];
  }

  /** The oracle of the server that a key lives on. */
  oracleOf(key: string): Oracle {
    return this.oracles[this.cluster.getRouter().getHostForKey(key)];
  }

  /** A counter of its own at a key. */
  async makeCounter(key: string): Promise<Counter> {
    const counter = new Counter(key, this.counters.length);
    this.counters.push(counter);
    await this.oracleOf(key).command("SET", key, counter.base);
    return counter;
  }

  /** Keys of its own, spread over the servers. */
  makeKeys(prefix: string, count: number): string[] {
    const keys = Array.from({ length: count }, (_, i) => `${prefix}:${i}`);
    this.keys.push(...keys);
    return keys;
  }

  /** Notes it when a value does not belong to a key. */
  checkValue(kind: string, key: string, value: unknown): void {
    const fault = this.values.fault(key, value);
    if (fault !== undefined) this.journal.problem(`${kind} "${key}": ${fault}`);
  }

  /** Takes what came of writing a value. */
  wrote(value: string, result: Result<unknown>): void {
    if (result.ok) return;
    const { fate } = result;
    if (fate === "not-sent" || fate === "refused") this.values.drop(value);
  }

  /** Takes what came of an increment. */
  counted(counter: Counter, result: Result<unknown>): void {
    if (!result.ok) return counter.failed(result.fate);
    const fault = counter.replied(result.value);
    if (fault === undefined) return;
    this.journal.problem(`INCR "${counter.key}": ${fault}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.stage.servers) server.resume();
    for (const proxy of this.stage.proxies) proxy.pass();
    await this.stage[Symbol.asyncDispose]();
    await Promise.all(this.replicas.map((replica) => replica.stop()));
  }
}

/** Starts a replica of a server, which has all of its data when it is ready. */
async function startReplica(server: RedisServer): Promise<RedisServer> {
  const replica = await RedisServer.start({
    config: { replicaof: `127.0.0.1 ${server.port}` },
  });
  await using direct = oracle(replica);
  await eventually(async () => {
    const info = String(await direct.command("INFO", "replication"));
    return info.includes("master_link_status:up");
  });
  return replica;
}

/** Time limit and signal of a call, both left to chance. */
export class Patience implements Disposable {
  /** The time limit, if any. */
  readonly timeout: number | undefined;
  /** A signal that is aborted at some point, if any. */
  readonly signal: AbortSignal | undefined;
  readonly #start = performance.now();
  #aborted = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param random Decides. */
  constructor(random: Random) {
    if (random.chance(0.5)) {
      this.timeout = random.pick([5, 20, 60, 200, 1_000]);
    }
    if (random.chance(0.3)) {
      const controller = new AbortController();
      this.signal = controller.signal;
      this.#abort(random, () => {
        this.#aborted = performance.now();
        controller.abort(new GaveUp("signal"));
      });
    }
  }

  /** How long a single command may take. */
  get limit(): Limit {
    return this.within(this.timeout ?? TIMEOUT);
  }

  /** So many milliseconds, or no longer than until the signal is aborted. */
  within(milliseconds: number): Limit {
    const aborted = () => this.#aborted - this.#start;
    return {
      get milliseconds() {
        return Math.min(milliseconds, aborted());
      },
    };
  }

  /** As the options of a client or a call. */
  get options(): { timeout?: number; signal?: AbortSignal } {
    return {
      ...(this.timeout === undefined ? {} : { timeout: this.timeout }),
      ...(this.signal === undefined ? {} : { signal: this.signal }),
    };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #abort(random: Random, abort: () => void): void {
    const point = random.next();
    if (point < 0.05) abort();
    else if (point < 0.2) queueMicrotask(abort);
    else this.#timer = setTimeout(abort, random.integer(0, 80));
  }
}
