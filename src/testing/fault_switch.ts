/**
 * The faults of a proxy, and the switch between them.
 *
 * @module
 */

/** Everything passes until so many replies and bytes are through. */
export interface CutFault {
  readonly kind: "cut";
  /** Whole replies that pass. */
  readonly replies: number;
  /** Bytes that pass after them. */
  readonly bytes: number;
}

/** Commands are answered with an error instead of going to the server. */
export interface AnswerFault {
  readonly kind: "answer";
  /** The error reply as it goes over the wire. */
  readonly reply: Uint8Array<ArrayBuffer>;
  /** The commands that it is for, in capitals; without them, all. */
  readonly commands: ReadonlySet<string> | undefined;
  /** Whether it ends its connection. */
  readonly close: boolean;
  /** How many commands it is still for, on all connections together. */
  left: number;
}

/** What a proxy does with the bytes that pass through it. */
export type Fault =
  | { readonly kind: "pass" }
  | {
    readonly kind: "hold";
    readonly requests: boolean;
    readonly replies: boolean;
  }
  | { readonly kind: "delay"; readonly time: number }
  | { readonly kind: "split"; readonly size: number }
  | CutFault
  | AnswerFault;

/** The fault of a proxy, and who waits for it to change. */
export class FaultSwitch {
  #fault: Fault = { kind: "pass" };
  #change = Promise.withResolvers<void>();

  /** The fault of the moment. */
  get fault(): Fault {
    return this.#fault;
  }

  /** Resolves when the fault of the moment is replaced. */
  get changed(): Promise<void> {
    return this.#change.promise;
  }

  /**
   * Replaces the fault.
   *
   * @param fault The new one.
   */
  set(fault: Fault): void {
    this.#fault = fault;
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
