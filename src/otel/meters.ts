/**
 * Metrics: how long batches take, and how the connections are used.
 *
 * @module
 */

import type {
  BatchObservableCallback,
  BatchObservableResult,
  Context,
  Histogram,
  Meter,
  Observable,
} from "@opentelemetry/api";
import type { ObservedBatch, ObservedHost } from "../delivery/observer.ts";
import { attributesOf, nameOf } from "./attributes.ts";

/** The bounds of buckets that the conventions advise, in seconds. */
const BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

const POOL_NAME = "db.client.connection.pool.name";
const STATE = "db.client.connection.state";

/** How the connections to one server are used, over all clusters. */
interface PoolTotals {
  idle: number;
  used: number;
  max: number;
  pending: number;
  timeouts: number;
}

/** What is told of each pool. */
interface PoolObservables {
  count: Observable;
  max: Observable;
  pending: Observable;
  timeouts: Observable;
}

/** Measures batches, and the pools that these went through. */
export class Meters {
  readonly #meter: Meter;
  readonly #duration: Histogram;
  readonly #pools: PoolObservables;
  /** Hosts that were used, for as long as something else keeps them. */
  readonly #hosts = new Set<WeakRef<ObservedHost>>();
  readonly #known = new WeakSet<ObservedHost>();
  readonly #callback: BatchObservableCallback = (result) => this.#tell(result);

  /** @param meter What takes them. */
  constructor(meter: Meter) {
    this.#meter = meter;
    this.#duration = meter.createHistogram("db.client.operation.duration", {
      unit: "s",
      description: "Duration of database client operations.",
      advice: { explicitBucketBoundaries: BOUNDS },
    });
    this.#pools = observablesOf(meter);
  }

  /** Begins to tell about pools whenever metrics are collected. */
  start(): void {
    this.#meter.addBatchObservableCallback(this.#callback, this.#observables);
  }

  /** Tells no more. */
  stop(): void {
    this.#meter.removeBatchObservableCallback(
      this.#callback,
      this.#observables,
    );
  }

  /** Measures a batch. */
  add(batch: ObservedBatch): void {
    const { host, callers, duration } = batch;
    const [caller] = callers as readonly Context[];
    this.#duration.record(duration / 1_000, attributesOf(batch), caller);
    if (this.#known.has(host)) return;
    this.#known.add(host);
    this.#hosts.add(new WeakRef(host));
  }

  get #observables(): Observable[] {
    return Object.values(this.#pools);
  }

  #tell(result: BatchObservableResult): void {
    const { count, max, pending, timeouts } = this.#pools;
    for (const [name, totals] of this.#totals()) {
      const pool = { [POOL_NAME]: name };
      const idle = { ...pool, [STATE]: "idle" };
      const used = { ...pool, [STATE]: "used" };
      result.observe(count, totals.idle, idle);
      result.observe(count, totals.used, used);
      result.observe(max, totals.max, pool);
      result.observe(pending, totals.pending, pool);
      result.observe(timeouts, totals.timeouts, pool);
    }
  }

  /** All pools by their names: clusters may have the same servers. */
  #totals(): Map<string, PoolTotals> {
    const all = new Map<string, PoolTotals>();
    for (const reference of this.#hosts) {
      const host = reference.deref();
      if (host === undefined || host.closing) {
        this.#hosts.delete(reference);
        continue;
      }
      const { server, pool } = host;
      const name = server.db === 0
        ? nameOf(server)
        : `${nameOf(server)}/${server.db}`;
      const totals = all.get(name) ??
        { idle: 0, used: 0, max: 0, pending: 0, timeouts: 0 };
      totals.idle += pool.idle;
      totals.used += pool.leased;
      totals.max += pool.maxConnections;
      totals.pending += pool.waiting;
      totals.timeouts += host.stats().errors.PoolTimeoutError ?? 0;
      all.set(name, totals);
    }
    return all;
  }
}

function observablesOf(meter: Meter): PoolObservables {
  const prefix = "db.client.connection";
  return {
    count: meter.createObservableUpDownCounter(`${prefix}.count`, {
      unit: "{connection}",
      description: "Open connections, idle and used.",
    }),
    max: meter.createObservableUpDownCounter(`${prefix}.max`, {
      unit: "{connection}",
      description: "The most connections that may be open.",
    }),
    pending: meter.createObservableUpDownCounter(`${prefix}.pending_requests`, {
      unit: "{request}",
      description: "Batches that wait for a connection.",
    }),
    timeouts: meter.createObservableCounter(`${prefix}.timeouts`, {
      unit: "{timeout}",
      description: "Commands that got no connection in time.",
    }),
  };
}
