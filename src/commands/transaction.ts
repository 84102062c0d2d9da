/**
 * Commands that run as one, between MULTI and EXEC.
 *
 * @module
 */

import type { Argument, Key } from "../values.ts";
import { positionsOf } from "./keys.ts";
import { CommandSpec, Form, type Step } from "./spec.ts";

/**
 * A transaction as one command, which is sent as a whole or not at all: its
 * arguments are those of all its commands, its keys are all of theirs.
 *
 * @param steps The commands, whose arguments have been checked.
 */
export function transactionCall(
  steps: readonly Step[],
): { form: Form; args: Argument[] } {
  const keys = () => {
    const positions: number[] = [];
    let start = 0;
    for (const { form, args } of steps) {
      const own = positionsOf(form.command, args);
      // It may be about any key, and so is the whole then.
      if (own.length === 0) return [];
      for (const position of own) positions.push(start + position);
      start += args.length;
    }
    return positions;
  };
  const reads = steps.every(({ form }) => form.command.reads);
  return {
    form: new Form(new CommandSpec("EXEC", { keys, reads }), { steps }),
    args: steps.flatMap(({ args }) => args),
  };
}

/** The keys of a command, as far as they can be seen. */
export interface SeenKeys {
  /** Those that can. */
  readonly keys: Key[];
  /**
   * Whether these are all: an unknown command may have others, and so may a script to
   * which none was given.
   */
  readonly areAll: boolean;
}

/**
 * The keys of a command that can be seen, be it a transaction: those of its commands
 * that have some.
 *
 * @param form What it is.
 * @param args Its arguments.
 */
export function seenKeys(
  { command, steps }: Pick<Form, "command" | "steps">,
  args: readonly Argument[],
): SeenKeys {
  const keys: Key[] = [];
  let areAll = true;
  for (
    const { form: { command: one }, args: own } of steps ??
      [{ form: { command }, args }]
  ) {
    try {
      const positions = positionsOf(one, own);
      if (positions.length === 0 && one.row.runsCode === true) areAll = false;
      for (const position of positions) keys.push(own[position]);
    } catch {
      areAll = false;
    }
  }
  return { keys, areAll };
}
