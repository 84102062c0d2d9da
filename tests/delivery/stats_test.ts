import { assertEquals } from "@std/assert";
import { FakeTime } from "../fake_time.ts";
import { HostCounters } from "../../src/delivery/stats.ts";

const NOW = { queue: { commands: 0, bytes: 0 }, open: 0, idle: 0 };

Deno.test("HostCounters counts batches by their commands, over all and lately", () => {
  const counters = new HostCounters();
  using time = new FakeTime();
  const { now } = time;
  const batch = { issued: 10, sent: 12, replies: 9, errors: 1 };
  counters.count(batch, 2, now);
  counters.count({ issued: 1, sent: 1, replies: 1, errors: 0 }, 7, now);
  counters.error("TimeoutError");
  const stats = counters.summary(NOW);
  assertEquals([stats.sent, stats.replies, stats.timeouts], [13, 10, 1]);
  assertEquals(stats.batches, { count: 2, mean: 5.5, max: 10 });
  assertEquals([stats.latency.count, stats.latency.sum], [11, 27]);
  const { commands, errors, latency } = stats.recent;
  assertEquals([commands, errors, latency], [11, 1, stats.latency]);
});
