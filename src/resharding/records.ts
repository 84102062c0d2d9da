/**
 * The records of all hosts: the first host decides, the others have copies.
 *
 * @module
 */

import { ReshardingError } from "../errors.ts";
import {
  formatRecord,
  type MovingHost,
  parseRecord,
  RECORD_KEY,
  type RingRecord,
  SET_RECORD,
} from "../moving/mod.ts";
import type { Reply } from "../values.ts";

const decoder = new TextDecoder();

/** The text of a reply that came as bytes. */
export function textOf(reply: Reply): string | null {
  if (reply === null) return null;
  return reply instanceof Uint8Array ? decoder.decode(reply) : String(reply);
}

/** Reads and writes the records of the hosts of two rings. */
export class Records {
  readonly #hosts: readonly MovingHost[];
  readonly #replicated: number;

  /**
   * @param hosts All hosts, the one that decides first.
   * @param replicated How many replicas have to have what moves keys, which a
   * record says to all that move some.
   */
  constructor(hosts: readonly MovingHost[], replicated = 0) {
    this.#hosts = hosts;
    this.#replicated = replicated;
  }

  /** The record with the highest epoch; nothing where there is none at all. */
  async read(): Promise<RingRecord | undefined> {
    const records = await Promise.all(this.#hosts.map(readRecord));
    let highest: RingRecord | undefined;
    for (const record of records) {
      if (record === undefined) continue;
      if (highest === undefined || record.epoch > highest.epoch) {
        highest = record;
      }
    }
    return highest;
  }

  /**
   * Goes on to another record, unless somebody else has gone on meanwhile.
   *
   * @param before What it was, by what was read.
   * @param after What it shall be; its epoch is the next one.
   * @returns The new record, or nothing where somebody else was faster.
   */
  async advance(
    before: RingRecord | undefined,
    after: Omit<RingRecord, "epoch">,
  ): Promise<RingRecord | undefined> {
    const [anchor, ...others] = this.#hosts;
    const own = await readRecord(anchor);
    const epoch = before?.epoch ?? 0;
    if ((own?.epoch ?? 0) > epoch) return undefined;
    const record = {
      ...after,
      ...(this.#replicated > 0 ? { replicated: this.#replicated } : {}),
      epoch: epoch + 1,
    };
    const text = formatRecord(record);
    const args = [text, record.epoch, own?.epoch ?? 0];
    const now = await anchor.run(SET_RECORD, [RECORD_KEY], args);
    if (textOf(now) !== text) return undefined;
    await Promise.all(others.map((host) => copyTo(host, record)));
    return record;
  }

  /** Sees to it that all hosts have a record that was decided. */
  async copy(record: RingRecord): Promise<void> {
    await Promise.all(this.#hosts.map((host) => copyTo(host, record)));
  }
}

async function readRecord(host: MovingHost): Promise<RingRecord | undefined> {
  return parseRecord(textOf(await host.command("GET", RECORD_KEY)));
}

/** @throws {ReshardingError} If there is another one of the same epoch. */
async function copyTo(host: MovingHost, record: RingRecord): Promise<void> {
  const text = formatRecord(record);
  const now = textOf(
    await host.run(SET_RECORD, [RECORD_KEY], [text, record.epoch]),
  );
  if (now !== text && parseRecord(now)?.epoch === record.epoch) {
    throw overtaken();
  }
}

/** Somebody else has changed the record meanwhile. */
export function overtaken(): ReshardingError {
  return new ReshardingError(
    "Cannot go on moving keys: somebody else does, or has given it up; look at " +
      "the state of the hosts before trying again",
    { outcome: "not-sent" },
  );
}

/** The record is about other rings. */
export function inUse(): ReshardingError {
  return new ReshardingError(
    "Cannot move keys: the hosts are in use with other hosts or another router " +
      "than those before and after, or keys move between other ones; the move " +
      "that was begun has to be ended first",
    { outcome: "not-sent" },
  );
}
