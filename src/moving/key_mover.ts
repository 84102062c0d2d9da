/**
 * Moving keys from one host to another: asks the two servers what the decisions of
 * `key_move.ts` call for, many keys at a time.
 *
 * @module
 */

import { CommandError, ReshardingError } from "../errors.ts";
import type { Key, Reply } from "../values.ts";
import { offsetBetween } from "./clock_offset.ts";
import {
  afterDrop,
  afterFence,
  afterGeneration,
  afterPut,
  afterRelease,
  afterTake,
  afterWait,
  begin,
  type Ending,
  type KeyMove,
  type PutAnswer,
  type TakeAnswer,
} from "./key_move.ts";
import type { MovingHost } from "./moving_host.ts";
import { pause } from "./pause.ts";
import {
  CLAIMS_KEY,
  CONFLICT_PREFIX,
  GENERATION_KEY,
  RECORD_KEY,
} from "./names.ts";
import {
  DROP,
  PUT,
  READ_GENERATION,
  RELEASE,
  SET_ASIDE,
  TAKE,
  VOID,
} from "./scripts.ts";

/** How keys move. */
export interface KeyMoverOptions {
  /**
   * The epoch of the move, which is void where a host has heard of a later one; it
   * names the copies that are set aside.
   */
  readonly epoch: number;
  /**
   * Milliseconds that another party has for a key before its move is taken over.
   *
   * @default {1_000}
   */
  readonly patience?: number;
  /**
   * Whether the hosts answer only once replicas have what they have written: what
   * they find counts by then as well.
   *
   * @default {false}
   */
  readonly isReplicated?: boolean;
  /** Told of the keys that were claimed by other parties for too long. */
  readonly onTakeOver?: (keys: readonly Key[]) => void;
}

/** Milliseconds before a key is looked at again that another party moves. */
const PAUSE = 10;
/** About how many bytes of values one message has at the most. */
const PUT_BYTES = 512 * 1024;

/** What makes tokens of this process different from any other. */
const PROCESS = crypto.randomUUID();
let tokens = 0;

/** A token that was in no message yet. */
function nextToken(): string {
  return `${PROCESS}:${++tokens}`;
}

/** A key on its way. */
interface Item {
  readonly key: Key;
  move: KeyMove;
  /** The party that it waits for, and since when. */
  blocker: string | undefined;
  blockedSince: number;
}

type Asked<S extends KeyMove["step"]> = Item & {
  move: Extract<KeyMove, { readonly step: S }>;
};

/** Moves keys from one host to another one. */
export class KeyMover {
  readonly #source: MovingHost;
  readonly #target: MovingHost;
  readonly #options: KeyMoverOptions;
  /** The generation of the target, until it turns out to be stale. */
  #generation: number | undefined = undefined;
  #reading: Promise<number> | undefined = undefined;
  /** How far the clock of the target is ahead, in milliseconds. */
  #offset = 0;

  /**
   * @param source Where the keys are.
   * @param target Where they shall be.
   */
  constructor(
    source: MovingHost,
    target: MovingHost,
    options: KeyMoverOptions,
  ) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
  }

  /**
   * Moves keys, whether the source has them or not; a key that another party
   * moves is waited for.
   *
   * @param keys The keys, each of them once.
   * @param options What gives it up, and what is told of each key as soon as it
   * is known. When it is given up keys may stay claimed, and are free again once
   * another party has taken them over.
   * @returns What has become of each key, in their order.
   * @throws {Error} If a server gives no reply or refuses a script; what is not
   * known to have moved may have. It is safe to try again.
   * @throws {ReshardingError} If a host has heard of a later epoch.
   */
  async move(
    keys: readonly Key[],
    { signal, onEnd }: {
      signal?: AbortSignal | undefined;
      onEnd?: (index: number, ending: Ending) => void;
    } = {},
  ): Promise<Ending[]> {
    // One for all: a token tells apart who moves a key, not which key it is.
    const token = nextToken();
    const items = keys.map((key): Item => ({
      key,
      move: begin(token),
      blocker: undefined,
      blockedSince: 0,
    }));
    for (;;) {
      signal?.throwIfAborted();
      const first = items.find(({ move }) => move.step !== "end");
      if (first === undefined) break;
      const { step, token } = first.move as Exclude<KeyMove, { step: "end" }>;
      const together = items.filter(({ move }) =>
        move.step === step && move.token === token
      );
      await this.#advance(step, together, token, signal);
      if (onEnd === undefined) continue;
      for (const item of together) {
        if (item.move.step === "end") {
          onEnd(items.indexOf(item), item.move.ending);
        }
      }
    }
    return items.map(({ move }) => (move as Asked<"end">["move"]).ending);
  }

  /** Takes one step with keys that are all at the same one. */
  #advance(
    step: KeyMove["step"],
    items: Item[],
    token: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    switch (step) {
      case "generation":
        return this.#read(items as Asked<"generation">[]);
      case "take":
        return this.#take(items as Asked<"take">[], token);
      case "wait":
        return this.#wait(items as Asked<"wait">[], signal);
      case "fence":
        return this.#fence(items as Asked<"fence">[]);
      case "put":
        return this.#put(items as Asked<"put">[], token);
      case "drop":
      case "set-aside":
        return this.#drop(items as Asked<"drop" | "set-aside">[], token, step);
      case "release":
        return this.#release(items as Asked<"release">[], token);
      case "end":
        return Promise.resolve();
    }
  }

  async #read(items: Asked<"generation">[]): Promise<void> {
    const generation = this.#generation ??
      await (this.#reading ??= this.#readTarget()
        .finally(() => this.#reading = undefined));
    for (const item of items) set(item, afterGeneration(item.move, generation));
  }

  /** Reads the generation of the target, and the clocks of both. */
  async #readTarget(): Promise<number> {
    const [offset, reply] = await Promise.all([
      offsetBetween(this.#source, this.#target),
      this.#target.run(
        READ_GENERATION,
        [CLAIMS_KEY, GENERATION_KEY],
        [PROCESS, this.#mark],
      ),
    ]);
    this.#offset = offset;
    return this.#generation = Number(textOf(reply));
  }

  async #take(items: Asked<"take">[], token: string): Promise<void> {
    const reply = await this.#source.run(
      TAKE,
      [CLAIMS_KEY, ...items.map(({ key }) => key), RECORD_KEY],
      [
        token,
        ...items.map(({ move }) => move.former?.token ?? ""),
        this.#mark,
        this.#options.epoch,
      ],
    );
    answersOf(reply, items.length).forEach((answer, index) => {
      const item = items[index];
      set(item, afterTake(item.move, readTaken(answer)));
    });
  }

  async #wait(
    items: Asked<"wait">[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { patience = 1_000 } = this.#options;
    await pause(PAUSE, signal);
    const now = performance.now();
    for (const item of items) {
      const { owner } = item.move;
      if (item.blocker !== owner) {
        item.blocker = owner;
        item.blockedSince = now;
      }
      const isPatient = now - item.blockedSince < patience;
      set(item, afterWait(item.move, isPatient));
    }
  }

  async #fence(items: Asked<"fence">[]): Promise<void> {
    this.#options.onTakeOver?.(items.map(({ key }) => key));
    const generation = Number(
      await this.#target.command("INCR", GENERATION_KEY),
    );
    this.#generation = generation;
    for (const item of items) set(item, afterFence(item.move, generation));
  }

  /** Creates keys, in messages that are not too large. */
  async #put(items: Asked<"put">[], token: string): Promise<void> {
    const { generation } = items[0].move;
    let bytes = 0;
    const part: Asked<"put">[] = [];
    for (const item of items) {
      // What was read under another generation comes with the next step.
      if (item.move.generation !== generation) continue;
      bytes += item.move.value.length;
      if (part.length > 0 && bytes > PUT_BYTES) break;
      part.push(item);
    }
    const reply = await this.#target.run(
      PUT,
      [CLAIMS_KEY, GENERATION_KEY, ...part.map(({ key }) => key), RECORD_KEY],
      [
        token,
        generation,
        ...part.flatMap(({ move: { value, due } }) => [
          value,
          // What is due at the epoch or before it is due all the same.
          due === 0 ? 0 : Math.max(1, due + this.#offset),
        ]),
        this.#mark,
        this.#options.epoch,
      ],
    );
    const next = nextToken();
    answersOf(reply, part.length).forEach((answer, index) => {
      const put = readPut(answer);
      if (put === "stale") this.#generation = undefined;
      const item = part[index];
      set(item, afterPut(item.move, put, next));
    });
  }

  async #drop(
    items: Asked<"drop" | "set-aside">[],
    token: string,
    step: "drop" | "set-aside",
  ): Promise<void> {
    const { epoch } = this.#options;
    const keys = [CLAIMS_KEY, ...items.map(({ key }) => key), RECORD_KEY];
    const reply = step === "drop"
      ? await this.#source.run(DROP, keys, [token, epoch])
      : await this.#source.run(SET_ASIDE, keys, [
        token,
        `${CONFLICT_PREFIX}${epoch}:`,
        epoch,
      ]);
    const next = nextToken();
    answersOf(reply, items.length).forEach((answer, index) => {
      const item = items[index];
      set(item, afterDrop(item.move, Number(answer) === 1, next));
    });
  }

  /** What tells scripts whether replicas are waited for. */
  get #mark(): 0 | 1 {
    return this.#options.isReplicated === true ? 1 : 0;
  }

  async #release(items: Asked<"release">[], token: string): Promise<void> {
    await this.#source.run(
      RELEASE,
      [CLAIMS_KEY, ...items.map(({ key }) => key)],
      [token],
    );
    for (const item of items) set(item, afterRelease(item.move));
  }
}

function set(item: Item, move: KeyMove): void {
  item.move = move;
}

function answersOf(reply: Reply, count: number): Reply[] {
  if (Array.isArray(reply) && reply.length === count) return reply;
  if (reply === VOID) {
    throw new ReshardingError(
      "Cannot go on moving keys: a host says that this is over, or goes the other " +
        "way; look at the state of the hosts before trying again",
      { outcome: "not-sent" },
    );
  }
  throw new TypeError("A script that moves keys replied something else");
}

/** What TAKE says of a key. */
export function readTaken(answer: Reply): TakeAnswer {
  if (answer === 0) return { kind: "absent" };
  if (!Array.isArray(answer)) {
    const value = answer as unknown as Uint8Array;
    return { kind: "taken", value, due: 0, isTakenOver: false };
  }
  const [first, due, isTakenOver] = answer;
  if (answer.length === 1) return { kind: "busy", owner: textOf(first) };
  return {
    kind: "taken",
    value: first as unknown as Uint8Array,
    due: Number(due),
    isTakenOver: isTakenOver === 1,
  };
}

const PUT_ANSWERS = [undefined, "put", "exists", "stale", "same"] as const;

/** What PUT says of a key. */
export function readPut(answer: Reply): PutAnswer {
  return PUT_ANSWERS[answer as number] ??
    // Of what the target said, nothing that it quotes.
    { reply: new CommandError(textOf(answer)).message };
}

const decoder = new TextDecoder();

function textOf(reply: Reply | undefined): string {
  return reply instanceof Uint8Array ? decoder.decode(reply) : String(reply);
}
