/**
 * The record that every host keeps of its rings: which one is in use, which one
 * comes next, and how far the move between them is.
 *
 * @module
 */

/**
 * How far a move is. `"stable"`: there is one ring. `"announced"`: another one
 * comes. `"holding"`: writes of keys that move wait. `"moving"`: keys move, by the
 * mover and by whoever writes to them.
 */
export type RingPhase = "stable" | "announced" | "holding" | "moving";

/** What the record says. */
export interface RingRecord {
  /** Counts its changes: the highest one counts. */
  readonly epoch: number;
  /** How far the move is. */
  readonly phase: RingPhase;
  /** The fingerprint of the ring whose hosts keys leave, or of the only one; */
  readonly from: string;
  /** of the ring that they go to; the same one where it is stable. */
  readonly to: string;
  /** Whether keys are on both sides already while writes wait. */
  readonly isMixed: boolean;
  /**
   * Whether programs were kept from writing for it, so that none of them takes part.
   *
   * @default {false}
   */
  readonly isStopped?: boolean;
  /**
   * How many replicas have to have what moves keys before that counts: whoever moves
   * some asks for as many.
   *
   * @default {0}
   */
  readonly replicated?: number;
  /**
   * What its rings are, for people, by their fingerprints.
   *
   * @default {{}}
   */
  readonly rings?: Readonly<Record<string, string>>;
}

const PHASES = new Set<unknown>(["stable", "announced", "holding", "moving"]);

/** Writes a record as the text that hosts keep. */
export function formatRecord(record: RingRecord): string {
  const { epoch, phase, from, to, isMixed } = record;
  const { isStopped = false, replicated = 0, rings = {} } = record;
  // The others have been left.
  const named = [from, to].filter((ring) => Object.hasOwn(rings, ring))
    .map((ring) => [ring, rings[ring]] as const);
  return JSON.stringify({
    ...{ epoch, phase, from, to, isMixed },
    ...(isStopped ? { isStopped } : {}),
    ...(replicated > 0 ? { replicated } : {}),
    ...(named.length > 0 ? { rings: Object.fromEntries(named) } : {}),
  });
}

/**
 * Reads a record.
 *
 * @param text What a host keeps; nothing where it keeps none.
 * @throws {TypeError} If that is no record.
 */
export function parseRecord(text: string | null): RingRecord | undefined {
  if (text === null) return undefined;
  try {
    const { epoch, phase, from, to, isMixed, isStopped, replicated, rings } =
      JSON.parse(text);
    const isRecord = Number.isSafeInteger(epoch) && PHASES.has(phase) &&
      typeof from === "string" && typeof to === "string";
    if (isRecord) {
      return {
        ...{ epoch, phase, from, to, isMixed: isMixed === true },
        ...(isStopped === true ? { isStopped } : {}),
        ...(replicated > 0 ? { replicated: Number(replicated) } : {}),
        ...(areTexts(rings) ? { rings } : {}),
      };
    }
  } catch {
    // Told below.
  }
  throw new TypeError("What the host keeps in the place of its record is none");
}

function areTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((one) => typeof one === "string");
}

/** What comes after writes were held, where keys do not move. */
export function withoutHolding(
  { from, to, isMixed, replicated = 0, rings }: Omit<RingRecord, "epoch">,
): Omit<RingRecord, "epoch"> {
  const back = {
    isMixed: false,
    ...(replicated > 0 ? { replicated } : {}),
    ...(rings === undefined ? {} : { rings }),
  };
  return isMixed
    // They have begun to move the other way, which goes on.
    ? { from: to, to: from, phase: "moving", ...back }
    : { from, to: from, phase: "stable", ...back };
}

/** The name of the connections of an epoch, before that of their program. */
const NAME = /^rb:(\d+)(?::|$)/;

/**
 * The name by which a connection tells the epoch that it was opened in.
 *
 * @param epoch The epoch.
 * @param name What else it is called, if anything.
 */
export function connectionName(
  epoch: number,
  name: string | undefined,
): string {
  return name === undefined ? `rb:${epoch}` : `rb:${epoch}:${name}`;
}

/** The epoch that the name of a connection tells; nothing where it tells none. */
export function epochOfName(name: string): number | undefined {
  const epoch = NAME.exec(name)?.[1];
  return epoch === undefined ? undefined : Number(epoch);
}
