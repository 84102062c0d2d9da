/**
 * Spans and metrics of OpenTelemetry for everything that goes to Redis, by the
 * semantic conventions for databases.
 *
 * A batch, which is what one client sends to one host at a time, is a span of
 * the kind CLIENT below the span of its caller. A map, which consists of batches
 * to many hosts, is an INTERNAL span above theirs. Without a call of
 * {@linkcode instrument}, none of this is loaded, and nothing is measured.
 *
 * @example In a service; with `OTEL_DENO=true`, Deno itself takes the spans
 * ```ts
 * import { Cluster } from "@rb/rb";
 * import { instrument } from "@rb/rb/otel";
 *
 * using _ = instrument();
 * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
 * await cluster.map((client) => [client.set("key", 1), client.get("other")]);
 * ```
 *
 * @module
 */

export { instrument, type InstrumentOptions } from "./instrument.ts";
