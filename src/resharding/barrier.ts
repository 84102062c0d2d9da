/**
 * The barrier: keys move only when every program knows that they do.
 *
 * @module
 */

import { ReshardingError } from "../errors.ts";
import { pause, type RingRecord, withoutHolding } from "../moving/mod.ts";
import {
  described,
  listConnections,
  outdated,
  type ServerConnection,
  strangers,
} from "./connections.ts";
import { overtaken, type Records } from "./records.ts";
import type { RingHost } from "./two_rings.ts";

/** What is done about programs that do not follow the ring, or are slow. */
export interface BarrierOptions {
  /** Whether connections of programs that do not follow are refused or closed. */
  readonly strangers: "refuse" | "kill";
  /** Milliseconds before a connection is closed that lags behind. */
  readonly grace: number;
  readonly signal: AbortSignal | undefined;
}

/** Milliseconds between two looks at connections, */
const PAUSE = 10;
/** for all to hear that a move is coming, */
const NOTICE = 2_000;
/** and beyond the grace, for those that were closed to be gone. */
const CLOSING = 500;
/** Milliseconds that a connection may take to say its name. */
const NAMELESS = 500;
/** How often it is tried to get everybody to hold. */
const ATTEMPTS = 3;

/** A connection of a program that does not follow, and its host. */
interface Stranger {
  readonly host: RingHost;
  readonly one: ServerConnection;
}

/** Brings all programs from one ring to the moving of keys. */
export class Barrier {
  readonly #hosts: readonly RingHost[];
  readonly #records: Records;
  readonly #options: BarrierOptions;

  /**
   * @param hosts All hosts of both rings.
   * @param records Their records.
   */
  constructor(
    hosts: readonly RingHost[],
    records: Records,
    options: BarrierOptions,
  ) {
    this.#hosts = hosts;
    this.#records = records;
    this.#options = options;
  }

  /**
   * Announces a move, has writes of keys that move held, and begins it once no
   * connection is there whose program does not know.
   *
   * @param record What hosts say now.
   * @param rings The fingerprints of the rings.
   * @param onPhase Told of each step.
   * @param beforeMoving What is done when nobody writes keys that move, or moves any.
   * @returns What they say then.
   * @throws {ReshardingError} If a program does not follow, or does not hear.
   */
  async pass(
    record: RingRecord | undefined,
    rings: { from: string; to: string; isMixed: boolean },
    onPhase: (record: RingRecord) => void,
    beforeMoving?: () => Promise<void>,
  ): Promise<RingRecord> {
    const { from, to, isMixed } = rings;
    let now = record;
    const advance = async (next: Omit<RingRecord, "epoch">) => {
      now = await this.#records.advance(now, next);
      if (now === undefined) throw overtaken();
      onPhase(now);
      return now;
    };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      await this.refuseStrangers();
      // Where keys move already there is no ring to go back to.
      if (!isMixed) {
        const announced = await advance({
          from,
          to,
          phase: "announced",
          isMixed,
        });
        await this.#heard(announced, { time: NOTICE, closes: false });
      }
      const holding = await advance({ from, to, phase: "holding", isMixed });
      const time = this.#options.grace + CLOSING;
      if (await this.#heard(holding, { time, closes: true })) {
        await beforeMoving?.();
        return await advance({ from, to, phase: "moving", isMixed: false });
      }
      await advance(withoutHolding(holding));
    }
    throw await this.#deaf(now!);
  }

  /**
   * Looks for programs that do not follow the ring.
   *
   * @throws {ReshardingError} If there are some, unless they are to be closed.
   */
  async refuseStrangers(): Promise<void> {
    const all = await this.#lasting();
    if (all.length === 0) return;
    if (this.#options.strangers === "kill") {
      await Promise.all(all.map(({ host, one }) => close(host, one)));
      return;
    }
    const list = all.slice(0, 10).map(({ host, one }) => described(one, host));
    const more = all.length > list.length
      ? `, and ${all.length - list.length} more`
      : "";
    throw new ReshardingError(
      "Cannot move keys while programs are connected that do not follow the " +
        `ring: ${
          list.join(", ")
        }${more}; give their clusters "follow" and "next", ` +
        'stop them, or have them closed with strangers: "kill" (--kill)',
      { outcome: "not-sent" },
    );
  }

  /**
   * Waits until all programs that follow know of a record; connections that do not
   * hear are closed.
   *
   * @throws {ReshardingError} If such connections come again and again.
   */
  async settle(record: RingRecord): Promise<void> {
    const time = this.#options.grace + CLOSING;
    if (await this.#heard(record, { time, closes: true })) return;
    throw await this.#deaf(record);
  }

  /**
   * Makes sure of what held when keys began to move, for whoever goes on with that.
   *
   * @throws {ReshardingError} If there are programs again that do not follow, or do
   * not know of it.
   */
  async lookAgain(moving: RingRecord): Promise<void> {
    await this.refuseStrangers();
    // Those that know that writes wait hear of the rest, and do nothing before.
    await this.settle({ ...moving, epoch: moving.epoch - 1 });
  }

  /** Connections of programs that do not follow the ring, for people. */
  async strangers(): Promise<string[]> {
    return (await this.#lasting()).map(({ host, one }) => described(one, host));
  }

  /** Strangers that are no programs which have not said their names yet. */
  async #lasting(): Promise<Stranger[]> {
    const first = await this.#strangers();
    if (first.size === 0) return [];
    await this.#pause(NAMELESS);
    const still = await this.#strangers();
    return [...still].filter(([key]) => first.has(key)).map(([, one]) => one);
  }

  async #strangers(): Promise<Map<string, Stranger>> {
    const found = new Map<string, Stranger>();
    await Promise.all(this.#hosts.map(async (host) => {
      for (const one of strangers(await list(host))) {
        found.set(`${host.hostId}:${one.id}`, { host, one });
      }
    }));
    return found;
  }

  /** Waits until all connections know of a record; says whether they do. */
  async #heard(
    { epoch }: RingRecord,
    { time, closes }: { time: number; closes: boolean },
  ): Promise<boolean> {
    const start = performance.now();
    for (;;) {
      const elapsed = performance.now() - start;
      const late = await this.#late(epoch);
      if (late.length === 0) return true;
      if (closes && elapsed >= this.#options.grace) {
        await Promise.all(late.map(([host, one]) => close(host, one)));
      }
      if (elapsed >= time) return false;
      await this.#pause(PAUSE);
    }
  }

  async #late(epoch: number): Promise<[RingHost, ServerConnection][]> {
    const lists = await Promise.all(
      this.#hosts.map(async (host) =>
        outdated(await list(host), epoch)
          .map((one): [RingHost, ServerConnection] => [host, one])
      ),
    );
    return lists.flat();
  }

  async #deaf({ epoch }: RingRecord): Promise<ReshardingError> {
    const late = await this.#late(epoch);
    const list = late.slice(0, 10).map(([host, one]) => described(one, host));
    return new ReshardingError(
      "Cannot move keys: connections of programs that do not know of it come " +
        `again and again: ${list.join(", ")}`,
      { outcome: "not-sent" },
    );
  }

  #pause(time: number): Promise<void> {
    return pause(time, this.#options.signal);
  }
}

async function list(host: RingHost): Promise<ServerConnection[]> {
  const all = await listConnections(host);
  return all.filter(({ db }) => db === host.db);
}

async function close(host: RingHost, { id }: ServerConnection): Promise<void> {
  await host.command("CLIENT", "KILL", "ID", id);
}
