/**
 * Asking several servers the same until enough of them have answered.
 *
 * @module
 */

import { runtime } from "../runtime/mod.ts";

/** Milliseconds of silence after which a further one is asked as well. */
const PATIENCE = 250;

/**
 * Asks candidates in their order: as many at a time as answers are missing, a
 * further one whenever one fails, and another one after a while of silence.
 *
 * @param candidates Whom to ask.
 * @param wanted How many answers are enough.
 * @param ask Asks one of them.
 * @returns The answers in the order in which they came, one at least.
 * @throws What the first one failed with, if all did.
 */
export function firstAnswers<C, A>(
  candidates: readonly C[],
  wanted: number,
  ask: (candidate: C) => Promise<A>,
): Promise<A[]> {
  const { promise, resolve, reject } = Promise.withResolvers<A[]>();
  const answers: A[] = [];
  let failure: { readonly reason: unknown } | undefined;
  let asked = 0;
  let pending = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const finish = () => {
    clearTimeout(timer);
    asked = candidates.length;
    if (answers.length > 0) resolve(answers);
    else reject(failure?.reason ?? new Error("There is nobody to ask"));
  };
  const goOn = () => {
    if (answers.length >= wanted) return finish();
    while (asked < candidates.length && pending < wanted - answers.length) {
      begin(candidates[asked++]);
    }
    if (pending === 0) return finish();
    clearTimeout(timer);
    if (asked === candidates.length) return;
    timer = setTimeout(() => {
      begin(candidates[asked++]);
      goOn();
    }, PATIENCE);
    runtime.unref(timer);
  };
  const begin = (candidate: C) => {
    pending++;
    ask(candidate).then(
      (answer) => void answers.push(answer),
      (reason) => failure ??= { reason },
    ).then(() => {
      pending--;
      goOn();
    });
  };
  goOn();
  return promise;
}
