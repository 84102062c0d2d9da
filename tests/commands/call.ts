/**
 * Calls that the types would not let through.
 *
 * @module
 */

/** Calls a method by its name, with any arguments. */
export function call(
  client: object,
  method: string,
  ...args: unknown[]
): Promise<unknown> {
  return Reflect.apply(Reflect.get(client, method), client, args);
}
