/**
 * How far a move of keys is, step by step.
 *
 * @module
 */

import type { ReshardPhase, ReshardProgress } from "../../mod.ts";
import { type Context, print, printJson } from "./command.ts";
import { Progress } from "./progress.ts";
import { progressText } from "./reshard_texts.ts";

/** Milliseconds between two lines where there is no terminal. */
const PERIOD = 1_000;

/** The phases in which keys are gone through. */
const WALKS: ReadonlySet<ReshardPhase> = new Set<ReshardPhase>([
  "moving",
  "copying",
  "comparing",
  "deleting",
]);

/** Where it is told. */
type Where = Pick<Context, "shell" | "json">;

/** Tells each phase as it begins, now and then how far it is, and how it ended. */
export class ReshardReport {
  readonly #context: Where;
  #last: ReshardProgress | undefined = undefined;
  #isLastTold = false;
  #told = 0;
  #bar: Progress | undefined = undefined;
  #phases = 0;

  constructor(context: Where) {
    this.#context = context;
  }

  /** The last step. */
  get last(): ReshardProgress | undefined {
    return this.#last;
  }

  /** Whether there was no more than that it is over. */
  get isIdle(): boolean {
    return this.#phases === 1 && this.#last?.phase === "stable";
  }

  /** Takes a step. */
  show(step: ReshardProgress): void {
    const { json, shell: { err } } = this.#context;
    const isPhase = step.phase !== this.#last?.phase;
    if (isPhase) this.end();
    this.#last = step;
    this.#isLastTold = false;
    if (isPhase) {
      this.#phases++;
      this.#told = performance.now();
      this.#isLastTold = json || !hasWalk(step);
      if (json) printJson(this.#context, step);
      else print(this.#context, [step.phase]);
    }
    if (this.#isLastTold) return;
    if (!json && err.isTerminal) {
      if (!hasWalk(step)) return;
      this.#bar ??= new Progress(err, { noun: "key", total: step.total });
      this.#bar.show(step.scanned);
    } else if (performance.now() - this.#told >= PERIOD) this.#tell(step);
  }

  /** Tells how the last phase has ended, if that was not told. */
  end(): void {
    this.#bar?.clear();
    this.#bar = undefined;
    if (this.#last !== undefined && !this.#isLastTold) this.#tell(this.#last);
  }

  #tell(step: ReshardProgress): void {
    this.#told = performance.now();
    this.#isLastTold = true;
    if (this.#context.json) printJson(this.#context, step);
    else if (hasWalk(step)) print(this.#context, [progressText(step)]);
  }
}

/** Whether keys are gone through, of which there are some. */
function hasWalk({ phase, total }: ReshardProgress): boolean {
  return WALKS.has(phase) && total > 0;
}
