/**
 * The collector of garbage, called by hand.
 *
 * @module
 */

/** Collects all garbage; there with `--v8-flags=--expose-gc` only. */
export const collectGarbage = Reflect.get(globalThis, "gc") as
  | (() => void)
  | undefined;
