/**
 * Spans of OpenTelemetry for everything that is sent to a Redis server.
 *
 *     OTEL_DENO=true deno run -A examples/tracing.ts
 *
 * sends them to wherever `OTEL_EXPORTER_OTLP_ENDPOINT` points, since Deno has a
 * tracer of its own. Without `OTEL_DENO` they are printed as they end, each below
 * the names of those that it belongs to.
 *
 * @module
 */

import { context, type Span, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  type ReadableSpan,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { instrument } from "@rb/rb/otel";
import { openCluster } from "./open_cluster.ts";

/** Prints a line for each span, where nobody else takes them. */
class Printer implements SpanProcessor {
  /** What the span of an id is called, with those above it. */
  readonly #paths = new Map<string, string>();

  onStart(span: Span & ReadableSpan): void {
    const above = this.#paths.get(span.parentSpanContext?.spanId ?? "");
    const path = above === undefined ? span.name : `${above} > ${span.name}`;
    this.#paths.set(span.spanContext().spanId, path);
  }

  onEnd(span: ReadableSpan): void {
    const { attributes, duration, links } = span;
    const milliseconds = duration[0] * 1_000 + duration[1] / 1_000_000;
    const id = span.spanContext().spanId;
    const parts = [
      `${milliseconds.toFixed(2).padStart(8)} ms ${this.#paths.get(id)}`,
    ];
    this.#paths.delete(id);
    const size = attributes["db.operation.batch.size"];
    if (size !== undefined) parts.push(`${size} commands`);
    if (links.length > 0) parts.push(`also for ${links.length} others`);
    const error = attributes["error.type"];
    if (error !== undefined) parts.push(`failed: ${error}`);
    console.log(parts.join(", "));
  }

  forceFlush = () => Promise.resolve();
  shutdown = () => Promise.resolve();
}

if (Deno.env.get("OTEL_DENO") !== "true") {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  const spanProcessors = [new Printer()];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
}
// This is all that a program has to do.
const instrumentation = instrument();

// From here on it is a program like any other, which traces its requests.
const tracer = trace.getTracer("example");

/** Stands for the framework of a service, which has a span for each request. */
function request(name: string, answer: () => Promise<unknown>): Promise<void> {
  return tracer.startActiveSpan(name, async (span) => {
    await answer().catch(() => {});
    span.end();
  });
}

{
  await using cluster = await openCluster();
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);

  // Three requests, one after the other, over the same connections.
  await request("greet", () => client.set("greeting", "hello"));
  await request("fill", () =>
    cluster.map((client) => {
      for (const key of keys) client.set(key, "value");
    }));
  // An error of the server shows in the span of its batch.
  await request("fail", () => client.lpush("greeting", "item"));

  // Two requests at once, which share a batch.
  await Promise.all([
    request("one", () => client.get("greeting")),
    request("other", () => client.get("greeting")),
  ]);
}
instrumentation[Symbol.dispose]();
