/**
 * Spans of OpenTelemetry for everything that is sent to a Redis server.
 *
 *     OTEL_DENO=true deno run -A examples/tracing.ts
 *
 * sends them to wherever `OTEL_EXPORTER_OTLP_ENDPOINT` points, since Deno has a
 * tracer of its own. Without `OTEL_DENO` they are printed.
 *
 * @module
 */

import {
  type Attributes,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "npm:@opentelemetry/api@1.9.1";
import {
  BasicTracerProvider,
  SimpleSpanProcessor,
  type SpanExporter,
} from "npm:@opentelemetry/sdk-trace-base@2.12.1";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { BatchMessage } from "@rb/rb";
import { openCluster } from "./open_cluster.ts";

const tracer = trace.getTracer("rb");

/**
 * Makes a span of every batch: the commands that were issued together for one
 * host. They may come from several callers, so it is nobody's child.
 */
function onBatch(message: unknown): void {
  const batch = message as BatchMessage;
  const span: Span = tracer.startSpan(nameOf(batch), {
    kind: SpanKind.CLIENT,
    startTime: batch.startTime,
    attributes: attributesOf(batch),
    root: true,
  });
  if (batch.errors > 0) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(batch.startTime + batch.duration);
}

/** `GET`, `PIPELINE GET`, or `PIPELINE` when there are several commands. */
function nameOf({ commands, count }: BatchMessage): string {
  const names = Object.keys(commands);
  const [name] = names;
  if (count === 1) return name;
  return names.length === 1 ? `PIPELINE ${name}` : "PIPELINE";
}

/**
 * The names are those of the semantic conventions for databases; what they have
 * none for begins with `rb`. There are never keys or values among them.
 */
function attributesOf(batch: BatchMessage): Attributes {
  const { address, commands, count, errors, failedAttempts, hostId } = batch;
  const counts = Object.entries(commands).map(([name, count]) =>
    [`rb.commands.${name}`, count] as const
  );
  return {
    "db.system.name": "redis",
    "db.operation.name": nameOf(batch),
    "server.address": address,
    "rb.host_id": hostId,
    "rb.errors": errors,
    "rb.failed_attempts": failedAttempts,
    ...(count === 1 ? {} : { "db.operation.batch.size": count }),
    ...Object.fromEntries(counts),
  };
}

/** Prints a line for each span, where nobody else takes them. */
const printer: SpanExporter = {
  export(spans, done) {
    for (const { name, attributes, duration, status } of spans) {
      const milliseconds = duration[0] * 1_000 + duration[1] / 1_000_000;
      const size = attributes["db.operation.batch.size"] ?? 1;
      const line = [
        `${milliseconds.toFixed(2).padStart(8)} ms`,
        `host ${attributes["rb.host_id"]}`,
        `${name} (${size})`,
      ];
      if (status.code === SpanStatusCode.ERROR) line.push("failed");
      console.log(line.join(" "));
    }
    done({ code: 0 });
  },
  shutdown: () => Promise.resolve(),
};

if (Deno.env.get("OTEL_DENO") !== "true") {
  const spanProcessors = [new SimpleSpanProcessor(printer)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
}
subscribe("rb:batch", onBatch);

// From here on it is a program like any other.
{
  await using cluster = await openCluster();
  const client = cluster.getRoutingClient();
  await client.set("greeting", "hello");

  const keys = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
  await cluster.map((client) => keys.map((key) => client.set(key, "value")));
  await cluster.map((client) =>
    keys.map((key) => [client.get(key), client.strlen(key)])
  );
  await cluster.all((client) => client.dbsize());

  // An error of the server shows in the span of its batch.
  await client.lpush("greeting", "item").catch(() => {});
}
unsubscribe("rb:batch", onBatch);
