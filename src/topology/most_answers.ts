/**
 * Asking all of several servers the same, without waiting for those that sleep.
 *
 * @module
 */

import { runtime } from "../runtime/mod.ts";

/** Milliseconds for the others, once most have answered. */
const PATIENCE = 250;

/** What became of the questions. */
export interface MostAnswers<A> {
  /** The answers in the order in which they came. */
  readonly answers: readonly A[];
  /** What others failed with. */
  readonly failures: readonly unknown[];
}

/**
 * Asks all candidates at once, until all have answered or failed, or a while
 * after more than half of them have answered.
 *
 * @param candidates Whom to ask.
 * @param ask Asks one of them, and ends within a time of its own.
 */
export function mostAnswers<C, A>(
  candidates: readonly C[],
  ask: (candidate: C) => Promise<A>,
): Promise<MostAnswers<A>> {
  const { promise, resolve } = Promise.withResolvers<MostAnswers<A>>();
  const answers: A[] = [];
  const failures: unknown[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const finish = () => {
    clearTimeout(timer);
    resolve({ answers: [...answers], failures: [...failures] });
  };
  const goOn = () => {
    if (answers.length + failures.length === candidates.length) {
      finish();
    } else if (answers.length * 2 > candidates.length && timer === undefined) {
      timer = setTimeout(finish, PATIENCE);
      runtime.unref(timer);
    }
  };
  for (const candidate of candidates) {
    ask(candidate).then(
      (answer) => void answers.push(answer),
      (reason) => void failures.push(reason),
    ).then(goOn);
  }
  if (candidates.length === 0) finish();
  return promise;
}
