/**
 * Asynchronous contexts: whose `AsyncLocalStorage`s, and whose active span, hold
 * where something runs. A leaf.
 *
 * @module
 */

import { AsyncResource } from "node:async_hooks";

/** A context in which something may be called later. */
export type AsyncContext = Pick<AsyncResource, "runInAsyncScope">;

/**
 * The context that holds now.
 *
 * It costs about a microsecond in Deno, a tenth of that in Node.js, and there is
 * no way to find out that no context is in use: ask for it where callers have
 * something called, and not for each command.
 *
 * @param name What it is for; hooks of `node:async_hooks` see it.
 */
export function currentContext(name: string): AsyncContext {
  return new AsyncResource(name);
}

const { toString } = Function.prototype;

/**
 * Whether a callback is one of those by which `await` settles a native promise,
 * which brings its own context.
 */
export function isOfEngine(callback: unknown): boolean {
  return typeof callback === "function" && callback.name === "" &&
    callback.length === 1 &&
    toString.call(callback).endsWith("[native code] }");
}
