/**
 * Telling others what happens, who may fail at that.
 *
 * @module
 */

import { diag } from "@opentelemetry/api";

/**
 * Calls what belongs to others: processors and exporters of spans and metrics.
 * What these throw is nothing that commands may come to harm by, so it goes to the
 * diagnostics of OpenTelemetry.
 */
export function harmless(call: () => void): void {
  try {
    call();
  } catch (error) {
    diag.error("Cannot tell what @rb/rb does", error);
  }
}
