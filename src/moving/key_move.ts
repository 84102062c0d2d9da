/**
 * The move of one key from one host to another, as its decisions: what comes next
 * after each answer. Nothing here asks anybody; `key_mover.ts` does, for the mover
 * and for every writer, and `tests/moving/key_move_test.ts` explores all that can
 * come of it.
 *
 * Why no value is lost: while keys move, nobody creates one of them at the source,
 * so that what is absent there remains so. The target gets a value only under a
 * claim at the source that still holds and the current generation, and a party
 * writes to the target only after it has seen the source without key and claim, or
 * has dropped the key itself. So if the source has the key, it is right; otherwise
 * the target is.
 *
 * @module
 */

/** What a party does about a key next. */
export type KeyMove =
  /** Reads the generation of the target. */
  | Party<"generation"> & { readonly former: Claim | undefined }
  /** Claims the key and reads it. */
  | Claimed<"take"> & { readonly former: Claim | undefined }
  /** Waits for the party that has it. */
  | Claimed<"wait"> & { readonly owner: string }
  /** Makes void what that party may still have on its way to the target. */
  | Claimed<"fence"> & { readonly owner: string }
  /** Creates it at the target. */
  | Claimed<"put"> & Taken
  /** Deletes it at the source. */
  | Claimed<"drop">
  /** Renames it at the source: the target has another one. */
  | Claimed<"set-aside">
  /** Gives the claim back. */
  | Claimed<"release"> & { readonly problem: Problem }
  /** Does nothing any more. */
  | { readonly step: "end"; readonly ending: Ending };

/** A step of a party. */
interface Party<S extends string> {
  readonly step: S;
  /**
   * What it claims the key with: nobody else has it, and it is for one claim.
   * Whoever takes over a claim has made void what was sent under it by then.
   */
  readonly token: string;
}

/** A step of a party that knows a generation of the target. */
interface Claimed<S extends string> extends Party<S> {
  /** The generation, as last heard. */
  readonly generation: number;
}

/** A claim in whose place a new one may be. */
interface Claim {
  /** Whose it is. */
  readonly token: string;
  /** Whether the party that had it may have put the key at the target. */
  readonly mayBePut: boolean;
}

/** What a claimed key holds. */
export interface Taken {
  /**
   * Whether a party before may have put it at the target: a copy there is the
   * same, as nobody changes the source meanwhile.
   */
  readonly mayBePut: boolean;
  /** The value, as DUMP gives it. */
  readonly value: Uint8Array;
  /** When it expires, in milliseconds by the clock of the source; 0 for never. */
  readonly due: number;
}

/** Why a key does not move. */
export type Problem =
  /** Source and target are one database. */
  | "same"
  /** What the target said. */
  | { readonly reply: string };

/** What has become of a key. */
export type Ending =
  /** The source does not have it, and nobody moves it. */
  | "absent"
  /** It is at the target. */
  | "moved"
  /** The target had another one already; that of the source is set aside. */
  | "conflict"
  /** It is where it was. */
  | { readonly problem: Problem };

/** The answer to TAKE. */
export type TakeAnswer =
  | { readonly kind: "absent" }
  | { readonly kind: "busy"; readonly owner: string }
  | {
    readonly kind: "taken";
    readonly value: Uint8Array;
    readonly due: number;
    /** Whether the claim has taken the place of the former one. */
    readonly isTakenOver: boolean;
  };

/** The answer to PUT. */
export type PutAnswer =
  | "put"
  | "exists"
  | "stale"
  | "same"
  | { readonly reply: string };

type At<S extends KeyMove["step"]> = Extract<KeyMove, { readonly step: S }>;

/**
 * Begins, or begins anew after an answer was lost.
 *
 * @param token One that was in no message yet.
 */
export function begin(token: string): KeyMove {
  return { step: "generation", token, former: undefined };
}

/** The generation of the target was read, before the key is. */
export function afterGeneration(
  { token, former }: At<"generation">,
  generation: number,
): KeyMove {
  return { step: "take", token, generation, former };
}

/** The source has answered to TAKE. */
export function afterTake(
  { token, generation, former }: At<"take">,
  answer: TakeAnswer,
): KeyMove {
  switch (answer.kind) {
    case "absent":
      return { step: "end", ending: "absent" };
    case "busy":
      return { step: "wait", token, generation, owner: answer.owner };
    case "taken": {
      const { value, due, isTakenOver } = answer;
      const mayBePut = isTakenOver && former?.mayBePut === true;
      return { step: "put", token, generation, value, due, mayBePut };
    }
  }
}

/**
 * It has waited for a while.
 *
 * @param isPatient Whether the other party has more time.
 */
export function afterWait(
  { token, generation, owner }: At<"wait">,
  isPatient: boolean,
): KeyMove {
  return isPatient ? begin(token) : { step: "fence", token, generation, owner };
}

/** What was sent to the target before is void: it has a new generation. */
export function afterFence(
  { token, owner }: At<"fence">,
  generation: number,
): KeyMove {
  const former = { token: owner, mayBePut: true };
  return { step: "take", token, generation, former };
}

/**
 * The target has answered to PUT.
 *
 * @param next A token that was in no message yet.
 */
export function afterPut(
  { token, generation, mayBePut }: At<"put">,
  answer: PutAnswer,
  next: string,
): KeyMove {
  switch (answer) {
    case "put":
      return { step: "drop", token, generation };
    case "exists":
      return { step: mayBePut ? "drop" : "set-aside", token, generation };
    case "stale":
      // Somebody may be about to take over the claim, who has made void what was
      // sent under it, and not what comes now: that needs another one.
      return { step: "generation", token: next, former: { token, mayBePut } };
    default: {
      const problem = answer;
      // What a party before has sent may be at the target; the claim tells of it.
      return mayBePut && problem !== "same"
        ? { step: "end", ending: { problem } }
        : { step: "release", token, generation, problem };
    }
  }
}

/**
 * The source has answered to DROP, or to setting aside.
 *
 * @param isDone Whether the claim still held.
 * @param next A token that was in no message yet.
 */
export function afterDrop(
  { step }: At<"drop"> | At<"set-aside">,
  isDone: boolean,
  next: string,
): KeyMove {
  if (!isDone) return begin(next);
  return { step: "end", ending: step === "drop" ? "moved" : "conflict" };
}

/** The claim is given back. */
export function afterRelease({ problem }: At<"release">): KeyMove {
  return { step: "end", ending: { problem } };
}
