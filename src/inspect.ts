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
