/**
 * Ends what must not outlive the program, whichever way the program ends.
 *
 * @module
 */

/** Something that must be gone when the program is. */
export interface Guarded {
  /** Ends it at once, without waiting: a dying program has no next turn. */
  endNow(): void;
}

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

const guarded = new Set<Guarded>();
const listeners = new Map<Deno.Signal, () => void>();

/**
 * Has something ended when the program ends, be it by running out of work, by
 * `Deno.exit()`, by SIGINT, SIGTERM or SIGHUP.
 *
 * @param thing What to end.
 */
export function guard(thing: Guarded): void {
  if (guarded.size === 0) listen();
  guarded.add(thing);
}

/**
 * Takes back a {@linkcode guard}; the last one removes every listener.
 *
 * @param thing What has ended by itself.
 */
export function unguard(thing: Guarded): void {
  if (guarded.delete(thing) && guarded.size === 0) unlisten();
}

function listen(): void {
  globalThis.addEventListener("unload", endAll);
  for (const signal of SIGNALS) {
    const listener = () => endAndRaise(signal);
    Deno.addSignalListener(signal, listener);
    listeners.set(signal, listener);
  }
}

function unlisten(): void {
  globalThis.removeEventListener("unload", endAll);
  for (const [signal, listener] of listeners) {
    Deno.removeSignalListener(signal, listener);
  }
  listeners.clear();
}

function endAll(): void {
  for (const thing of guarded) {
    try {
      thing.endNow();
    } catch {
      // The others must end all the same.
    }
  }
  guarded.clear();
  unlisten();
}

/**
 * With the listener gone, the same signal once more does what it would have
 * done without us: as a rule it ends the program, with the right status.
 */
function endAndRaise(signal: Deno.Signal): void {
  endAll();
  Deno.kill(Deno.pid, signal);
}
