/**
 * A program that is traced and measured in memory.
 *
 * @module
 */

import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { instrument } from "../../src/otel/mod.ts";

/** Milliseconds until metrics would be collected by themselves: never. */
const NEVER = 2 ** 30;

/** Instruments the library until the end of a block. */
export class Stage implements AsyncDisposable {
  readonly #spans = new InMemorySpanExporter();
  readonly #metrics = new InMemoryMetricExporter(
    AggregationTemporality.CUMULATIVE,
  );
  readonly tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.#spans)],
  });
  readonly meterProvider = new MeterProvider({
    readers: [
      new PeriodicExportingMetricReader({
        exporter: this.#metrics,
        exportIntervalMillis: NEVER,
        exportTimeoutMillis: NEVER,
      }),
    ],
  });
  readonly #instrumentation: Disposable;

  constructor() {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    this.#instrumentation = instrument(this);
  }

  /** All spans that have ended, in the order of their ends. */
  get spans(): ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  /** The only span with a name that begins so. */
  span(name: string): ReadableSpan {
    const [span, ...others] = this.spans.filter((one) =>
      one.name.startsWith(name)
    );
    if (span === undefined || others.length > 0) {
      throw new Error(`There is no one span "${name}"`);
    }
    return span;
  }

  /** Runs a callback within a span of its own, as a request. */
  within<R>(name: string, callback: () => R): R {
    const tracer = this.tracerProvider.getTracer("test");
    return tracer.startActiveSpan(name, (span) => {
      const result = callback();
      Promise.resolve(result).finally(() => span.end()).catch(() => {});
      return result;
    });
  }

  /** The metrics that there are now, by their names. */
  async metrics(): Promise<Map<string, MetricData>> {
    this.#metrics.reset();
    await this.meterProvider.forceFlush();
    const [last] = this.#metrics.getMetrics();
    const all = last?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
    return new Map(all.map((metric) => [metric.descriptor.name, metric]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#instrumentation[Symbol.dispose]();
    context.disable();
    trace.disable();
    await this.meterProvider.shutdown();
    await this.tracerProvider.shutdown();
  }
}

/** The id of the span above one. */
export function parentOf(span: ReadableSpan): string | undefined {
  return span.parentSpanContext?.spanId;
}

/** The id of a span. */
export function idOf(span: ReadableSpan): string {
  return span.spanContext().spanId;
}
