/**
 * Observes all clusters of a program for OpenTelemetry.
 *
 * @module
 */

import {
  context,
  type MeterProvider,
  metrics,
  ROOT_CONTEXT,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";
import { observe } from "../delivery/observer.ts";
import { harmless } from "./harmless.ts";
import { Meters } from "./meters.ts";
import { Spans } from "./spans.ts";

/** Under this name spans and metrics say where they come from. */
const SCOPE = "@rb/rb";

/** Where spans and metrics go. */
export interface InstrumentOptions {
  /**
   * Takes the spans.
   *
   * @default {trace.getTracerProvider()}
   */
  tracerProvider?: TracerProvider;
  /**
   * Takes the metrics. The global one has to be set before.
   *
   * @default {metrics.getMeterProvider()}
   */
  meterProvider?: MeterProvider;
}

/**
 * Makes spans and metrics of what all clusters of this program do from now on.
 *
 * Whose span a batch belongs to is what `context.active()` of
 * `@opentelemetry/api` tells in the call that issues a command, so a context
 * manager has to be set, as SDKs do and as Deno does with `OTEL_DENO=true`.
 * Where several callers share a batch, the others are links of its span. There
 * are never keys, values or other arguments in what is told. Connections of
 * `connect(hostId)` are not observed.
 *
 * @param options Where spans and metrics go, if not to the global providers.
 * @returns Ends it when disposed of.
 * @throws {Error} If it was called already, and not ended.
 *
 * @example With providers of one's own
 * ```ts
 * import { BasicTracerProvider } from "npm:@opentelemetry/sdk-trace-base@^2.12.1";
 * import { instrument } from "@rb/rb/otel";
 *
 * using _ = instrument({ tracerProvider: new BasicTracerProvider() });
 * ```
 */
export function instrument(options: InstrumentOptions = {}): Disposable {
  const { tracerProvider = trace, meterProvider = metrics } = options;
  const spans = new Spans(tracerProvider.getTracer(SCOPE));
  const meters = new Meters(meterProvider.getMeter(SCOPE));
  observe({
    caller: () => harmless(activeContext) ?? ROOT_CONTEXT,
    mapBegins: (kind, caller) => spans.begin(kind, caller),
    batchSettled: (batch) => {
      harmless(() => spans.add(batch));
      harmless(() => meters.add(batch));
    },
  });
  meters.start();
  let isOver = false;
  return {
    [Symbol.dispose]: () => {
      if (isOver) return;
      isOver = true;
      observe(undefined);
      meters.stop();
    },
  };
}

function activeContext() {
  return context.active();
}
