/**
 * How many failures of a map print.
 *
 * @module
 */

import { hasCallSite } from "../delivery/call_sites.ts";
import { kindOf } from "../delivery/error_codes.ts";
import { isPlaceable } from "./failure_places.ts";
import type { LoggedFailure } from "./promise_log.ts";

/** How many failures are shown of all. */
const MAX_EXAMPLES = 5;

/** How many failures are printed where nobody catches the error. */
const MAX_UNCAUGHT = 10;

/** How many hosts, or kinds, are counted one by one. */
const MAX_COUNTS = 10;

/**
 * Has an error print as a summary: how many commands failed on which host and in
 * which way, and one example of each. It has them all in `errors`.
 *
 * @param error The error of a map.
 * @param failures What went wrong in it.
 */
export function summarized<E extends Error>(
  error: E,
  failures: readonly LoggedFailure[],
): E {
  const inspect = { value: () => summaryOf(error, failures) };
  if (error instanceof AggregateError && error.errors.length > MAX_UNCAUGHT) {
    // Where nobody catches it, Deno prints all that is in a real array.
    const value = new Proxy(error.errors, {});
    Object.defineProperty(error, "errors", { value, writable: true });
  }
  return Object.defineProperties(error, {
    [Symbol.for("Deno.customInspect")]: inspect,
    [Symbol.for("nodejs.util.inspect.custom")]: inspect,
  });
}

function summaryOf(
  error: Error,
  failures: readonly LoggedFailure[],
): string {
  const hosts = new Map<string, number>();
  const kinds = new Map<string, number>();
  const examples: LoggedFailure[] = [];
  for (const failure of failures) {
    const kind = kindOfReason(failure.reason);
    if (!kinds.has(kind)) examples.push(failure);
    for (const host of hostsOf(failure.reason)) count(hosts, host);
    count(kinds, kind);
  }
  return [
    error.stack ?? `${error.name}: ${error.message}`,
    `  By host: ${shown(hosts)}`,
    `  By kind: ${shown(kinds)}`,
    "  For example:",
    ...examples.slice(0, MAX_EXAMPLES).map(exampleOf),
  ].join("\n");
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** The most frequent ones first. */
function shown(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const texts = sorted.slice(0, MAX_COUNTS)
    .map(([name, count]) => `${name} ${count} times`);
  const rest = sorted.length - texts.length;
  if (rest > 0) texts.push(`and ${rest} others`);
  return texts.join(", ");
}

function kindOfReason(reason: unknown): string {
  return reason instanceof Error ? kindOf(reason) : `a ${typeof reason}`;
}

/** The hosts that an error names, each once; those of its parts if it has any. */
function hostsOf(reason: unknown): Set<string> {
  const parts: unknown[] = reason instanceof AggregateError
    ? reason.errors
    : [reason];
  const hosts = parts.map((part) => {
    const hostId = isPlaceable(part) && "hostId" in part
      ? part.hostId
      : undefined;
    return hostId === undefined ? "no host" : `host ${hostId}`;
  });
  return new Set(hosts);
}

function exampleOf({ index, reason }: LoggedFailure): string {
  const keyIndex = isPlaceable(reason) ? reason.keyIndex : undefined;
  const key = keyIndex === undefined ? "" : ` for key ${keyIndex}`;
  const text = reason instanceof Error
    ? `${reason.name}: ${reason.message}`
    : typeof reason === "object"
    ? "an object"
    : String(reason);
  const [, frame] = /^\s*(at .*)$/m.exec(siteOf(reason)) ?? [];
  const site = frame === undefined ? "" : `\n      ${frame}`;
  return `    command ${index}${key}: ${text}${site}`;
}

/** The stack of a call, where an error has that. */
function siteOf(reason: unknown): string {
  return reason instanceof Error && hasCallSite(reason)
    ? reason.stack ?? ""
    : "";
}
