/**
 * Printing: a leaf for what shows itself in a way of its own.
 *
 * Each runtime asks an object for it by a symbol of its own, Bun by that of
 * Node.js.
 *
 * @module
 */

/** Shows a value as `console.log` would, within what is being shown. */
export type Inspect = (value: unknown, options?: object) => string;

/**
 * Has what classes make print itself by the name that its type has for callers.
 *
 * @param name The name of the type.
 * @param classes What implements it.
 */
export function printAs(
  name: string,
  ...classes: (new (...args: never[]) => unknown)[]
): void {
  for (const one of classes) {
    Object.defineProperty(one, "name", { value: name });
  }
}
