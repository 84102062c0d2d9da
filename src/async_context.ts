/**
 * Asynchronous contexts: whose `AsyncLocalStorage`s, and whose active span, hold
 * where something runs. A leaf.
 *
 * @module
 */

import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";

/** A context in which something may be called later. */
export type AsyncContext = Pick<AsyncResource, "runInAsyncScope">;

/**
 * Whether one context of this program may differ from another: not before
 * something is stored in one. To keep a context takes about a microsecond in Deno,
 * as long as everything else that is done for a key of a map, and there is no way
 * to ask whether it is another one than the last.
 */
export let contextsDiffer = hasContextsOfRuntime() || !noticeFirstStore();

/** The context of all that was asked for while there was no other one. */
const ONLY: AsyncContext = new AsyncResource("rb");

/**
 * The context that holds now. Where contexts differ, ask for it where callers have
 * something called, and not for each command.
 *
 * @param name What it is for; hooks of `node:async_hooks` see it.
 */
export function currentContext(name: string): AsyncContext {
  return contextsDiffer ? new AsyncResource(name) : ONLY;
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

/**
 * Notices the first store of any `AsyncLocalStorage`, by what sets one, which is
 * as it was from then on.
 *
 * @returns Whether it can: nothing is noticed where the runtime is frozen.
 */
function noticeFirstStore(): boolean {
  const { prototype } = AsyncLocalStorage;
  const restores: (() => void)[] = [];
  const notice = (name: "run" | "enterWith"): boolean => {
    const original = prototype[name];
    const noticing = function (this: unknown, ...args: unknown[]): unknown {
      contextsDiffer = true;
      for (const restore of restores) restore();
      return Reflect.apply(original, this, args);
    };
    restores.push(() => {
      // Whoever has replaced it meanwhile calls it.
      if (prototype[name] === noticing) Reflect.set(prototype, name, original);
    });
    return Reflect.set(prototype, name, noticing);
  };
  return notice("run") && notice("enterWith");
}

/** Whether the runtime itself keeps the active span: Deno, where it traces. */
function hasContextsOfRuntime(): boolean {
  const api = Reflect.get(globalThis, Symbol.for("opentelemetry.js.api.1"));
  return api?.context !== undefined;
}
