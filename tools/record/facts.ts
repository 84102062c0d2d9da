/**
 * Arguments that are known only once the servers run.
 *
 * @module
 */

/** What there is to know. */
export type FactName = "cluster id" | "dump" | "second port";

/** Stands for an argument until it is known. */
export class Fact {
  /** @param name What it is. */
  constructor(readonly name: FactName) {}
}

/** An argument that is known only once the servers run. */
export function fact(name: FactName): Fact {
  return new Fact(name);
}

/** The facts by their names. */
export type Facts = Readonly<Record<FactName, unknown>>;

/** Arguments in which every fact is known. */
export function known(args: readonly unknown[], facts: Facts): unknown[] {
  return args.map((value) => value instanceof Fact ? facts[value.name] : value);
}
