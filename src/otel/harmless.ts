/**
 * Telling others what happens, who may fail at that.
 *
 * @module
 */

import { diag } from "@opentelemetry/api";

/**
 * Calls what belongs to others: processors and exporters of spans and metrics, and
 * managers of contexts. What these throw is nothing that commands may come to harm
 * by, so it goes to the diagnostics of OpenTelemetry.
 *
 * @returns What the call returns; nothing, where it throws.
 */
export function harmless<R>(call: () => R): R | undefined {
  try {
    return call();
  } catch (error) {
    diag.error("Cannot tell what @rb/rb does", error);
    return undefined;
  }
}
