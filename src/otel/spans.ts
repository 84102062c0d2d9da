/**
 * Spans: one for each map, and one for each batch.
 *
 * @module
 */

import {
  type Context,
  context,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type {
  MapKind,
  ObservedBatch,
  ObservedMap,
} from "../delivery/observer.ts";
import {
  attributesOf,
  errorAttributes,
  nameOf,
  operationOf,
} from "./attributes.ts";
import { harmless } from "./harmless.ts";

/** Makes spans. A caller is a context of OpenTelemetry. */
export class Spans {
  readonly #tracer: Tracer;

  /** @param tracer What takes them. */
  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** Begins the span of a map; its callback runs within. */
  begin(kind: MapKind, caller: unknown): ObservedMap {
    const parent = caller as Context;
    const options = { kind: SpanKind.INTERNAL };
    const span = harmless(() =>
      this.#tracer.startSpan(`rb.${kind}`, options, parent)
    );
    if (span === undefined) return untold(parent);
    const within = trace.setSpan(parent, span);
    let isOver = false;
    return {
      caller: within,
      run: (callback) => runWithin(within, callback),
      end: (failure) => {
        if (isOver) return;
        isOver = true;
        harmless(() => {
          if (failure !== undefined) {
            span.setAttributes(errorAttributes(failure.reason));
            fail(span, failure.reason);
          }
          span.end();
        });
      },
    };
  }

  /** Makes the span of a batch, whose times are known by now. */
  add(batch: ObservedBatch): void {
    const { host, callers, commands, count, errors, failedAttempts } = batch;
    const { parent, links } = relatives(callers as readonly Context[]);
    const startTime = performance.timeOrigin + batch.issuedAt;
    const name = `${operationOf(batch)} ${nameOf(host.server)}`;
    const span = this.#tracer.startSpan(name, {
      kind: SpanKind.CLIENT,
      startTime,
      links,
      attributes: {
        ...attributesOf(batch),
        ...(count > 1 ? { "db.operation.batch.size": count } : {}),
        "rb.host_id": host.id,
        "rb.commands": Object.keys(commands),
        "rb.errors": errors,
        "rb.failed_attempts": failedAttempts,
      },
    }, parent);
    if (errors > 0) fail(span, batch.failure);
    span.end(startTime + batch.duration);
  }
}

/** A map of which nothing can be told. */
function untold(caller: Context): ObservedMap {
  return { caller, run: (callback) => callback(), end: () => {} };
}

/** Calls a callback within a context, or without where there is no getting in. */
function runWithin<R>(within: Context, callback: () => R): R {
  let outcome: (() => R) | undefined;
  harmless(() => context.with(within, () => void (outcome = tried(callback))));
  return (outcome ?? callback)();
}

/** Calls a callback, and gives back what returns or throws the same. */
function tried<R>(callback: () => R): () => R {
  try {
    const result = callback();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/**
 * Whose child a batch is, and who else has a part in it: the span of the first
 * caller that has one, and those of the others.
 */
function relatives(
  callers: readonly Context[],
): { parent: Context; links: Link[] } {
  const [first] = callers;
  let parent = first;
  const links = new Map<string, Link>();
  const known = new Set<string>();
  for (const caller of callers) {
    const span = trace.getSpanContext(caller);
    if (span === undefined || known.has(span.spanId)) continue;
    if (known.size === 0) parent = caller;
    else links.set(span.spanId, { context: span });
    known.add(span.spanId);
  }
  return { parent, links: [...links.values()] };
}

function fail(span: Span, reason: unknown): void {
  const message = reason instanceof Error ? reason.message : undefined;
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
