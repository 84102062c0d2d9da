/**
 * What a cluster has counted, as Prometheus reads it.
 *
 * @module
 */

import type { Cluster, HostStats } from "@rb/rb";

/** A metric, and what it is of one host: a value, or several with labels. */
interface Metric {
  name: string;
  type: "counter" | "gauge";
  help: string;
  of(stats: HostStats): number | Record<string, number>;
  /** What tells several values apart. */
  label?: string;
}

const METRICS: Metric[] = [
  {
    name: "rb_commands_sent_total",
    type: "counter",
    help: "Commands handed to a connection.",
    of: ({ sent }) => sent,
  },
  {
    name: "rb_replies_total",
    type: "counter",
    help: "Commands answered, error replies included.",
    of: ({ replies }) => replies,
  },
  {
    name: "rb_errors_total",
    type: "counter",
    help: "Commands that failed, by the kind of their error.",
    label: "kind",
    of: ({ errors }) => errors,
  },
  {
    name: "rb_retries_total",
    type: "counter",
    help: "Batches that were put on another connection.",
    of: ({ retries }) => retries,
  },
  {
    name: "rb_bytes_total",
    type: "counter",
    help: "Bytes on the network.",
    label: "direction",
    of: ({ bytes }) => ({ ...bytes }),
  },
  {
    name: "rb_queue_commands",
    type: "gauge",
    help: "Commands queued or under way.",
    of: ({ queue }) => queue.commands,
  },
  {
    name: "rb_connections",
    type: "gauge",
    help: "Open connections.",
    label: "state",
    of: ({ connections: { open, idle } }) => ({ idle, used: open - idle }),
  },
];

/**
 * All that Prometheus is to know of a cluster, in its text format. There are as
 * many lines as there are hosts and kinds of errors, both of them few.
 */
export function expose(cluster: Cluster): string {
  const hosts = [...cluster.stats()];
  const lines: string[] = [];
  for (const { name, type, help, label, of } of METRICS) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [id, stats] of hosts) {
      const values = of(stats);
      if (typeof values === "number") {
        lines.push(`${name}{host="${id}"} ${values}`);
        continue;
      }
      for (const [kind, value] of Object.entries(values)) {
        lines.push(`${name}{host="${id}",${label}="${kind}"} ${value}`);
      }
    }
  }
  lines.push(...latency("rb_latency_seconds", hosts));
  return lines.join("\n") + "\n";
}

/** The histogram of how long commands took. */
function latency(name: string, hosts: [number, HostStats][]): string[] {
  const lines = [
    `# HELP ${name} From the issue of a batch to its last reply.`,
    `# TYPE ${name} histogram`,
  ];
  for (const [id, { latency: { buckets, count, sum } }] of hosts) {
    for (const { le, count } of buckets) {
      lines.push(`${name}_bucket{host="${id}",le="${le / 1_000}"} ${count}`);
    }
    lines.push(
      `${name}_bucket{host="${id}",le="+Inf"} ${count}`,
      `${name}_sum{host="${id}"} ${sum / 1_000}`,
      `${name}_count{host="${id}"} ${count}`,
    );
  }
  return lines;
}
