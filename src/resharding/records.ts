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

/** What rings are, for people, by their fingerprints. */
export type RingNames = Readonly<Record<string, string>>;

/** Reads and writes the records of the hosts of two rings. */
export class Records {
  readonly #hosts: readonly MovingHost[];
  readonly #replicated: number;
  readonly #names: RingNames;

  /**
   * @param hosts All hosts, the one that decides first.
   * @param replicated How many replicas have to have what moves keys, which a
   * record says to all that move some.
   * @param names What the rings are, for whoever finds them in use.
   */
  constructor(
    hosts: readonly MovingHost[],
    replicated = 0,
    names: RingNames = {},
  ) {
    this.#hosts = hosts;
    this.#replicated = replicated;
    this.#names = names;
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
    const isNamed = Object.keys(this.#names).length > 0;
    const record = {
      ...after,
      ...(this.#replicated > 0 ? { replicated: this.#replicated } : {}),
      ...(isNamed ? { rings: this.#names } : {}),
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

/** Two rings that somebody has given, and what they are. */
export interface GivenRings {
  /** The fingerprint of the ring before, */
  readonly from: string;
  /** and after. */
  readonly to: string;
  readonly names: RingNames;
}

/** The record is about other rings than those given. */
export function inUse(
  record: RingRecord,
  { from, to, names }: GivenRings,
): ReshardingError {
  const { epoch, phase } = record;
  const nameOf = (ring: string) => ringName(ring, record, names);
  const [first, last] = [nameOf(record.from), nameOf(record.to)];
  const what = phase === "stable"
    ? `the servers are in use with other ones, ${first}`
    : `keys are on their way between other ones (${phase}), from ${first}, to ` +
      last;
  const advice = phase === "stable"
    ? "give as before what is in use, with the same ids, labels and router"
    : "give those to go on with that move, or to abort it";
  const isAlike = [record.from, record.to].some((ring) =>
    !(ring in names) && Object.values(names).includes(nameOf(ring))
  );
  return new ReshardingError(
    `Cannot move keys between the given hosts: ${what}, as their record says ` +
      `(epoch ${epoch}); given are as before ${names[from]}, and as after ` +
      `${names[to]}; ${advice}${isAlike ? HIDDEN : ""}`,
    { outcome: "not-sent" },
  );
}

/** Why rings differ that look alike. */
const HIDDEN =
  "; of those that look alike, users, passwords or options of the router differ, " +
  "by which keys live elsewhere as well";

/** What a ring is that a record is about, for people. */
export function ringName(
  ring: string,
  { rings = {} }: Pick<RingRecord, "rings">,
  names: RingNames,
): string {
  // As it is known here, if it is: addresses may be others elsewhere.
  return names[ring] ?? rings[ring] ?? `a ring without a description (${ring})`;
}
