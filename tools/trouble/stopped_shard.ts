/**
 * One of three shards stops: what a service notices of it that asks all three.
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { TestSetup } from "@rb/rb/testing";
import { grouped } from "../measure/format.ts";
import { quantile } from "../measure/statistics.ts";
import { sleep } from "../../support/waiting.ts";
import type { Trouble } from "./figure.ts";
import { type Sample, worstSecond } from "./samples.ts";

const CALLERS = 40;
const KEYS = 3_000;
/** A caller does something else between two requests, in milliseconds. */
const PAUSE = 5;
const WITHIN = 50;
const SECONDS = 10;
/** So many seconds all is well before that. */
const WARM_UP = 2;
const STOPPED = 0;

/** Stops a shard under a service with a short time limit. */
export async function stoppedShard(): Promise<Trouble> {
  await using setup = await TestSetup.start({ servers: 3, databasesEach: 1 });
  await using cluster = new Cluster({
    hosts: setup.servers.map(({ host }) => host),
    timeout: 500,
  });
  const keys = Array.from({ length: KEYS }, (_, i) => `key:${i}`);
  await cluster.map((client) => keys.map((key) => client.set(key, key)));
  const router = cluster.getRouter();
  const client = cluster.getRoutingClient();
  const samples: Sample[] = [];
  let begin = Infinity;
  let isOver = false;
  const serve = async () => {
    while (!isOver) {
      const key = keys[Math.floor(Math.random() * keys.length)];
      const issued = performance.now();
      const isGood = await client.get(key).then(
        (value) => value === key,
        () => false,
      );
      if (router.getHostForKey(key) !== STOPPED) {
        const took = performance.now() - issued;
        samples.push({ at: issued - begin, took, isGood });
      }
      await sleep(PAUSE);
    }
  };
  const callers = Array.from({ length: CALLERS }, serve);
  await sleep(WARM_UP * 1_000);
  begin = performance.now();
  setup.servers[STOPPED].pause();
  await sleep(SECONDS * 1_000);
  isOver = true;
  await Promise.all(callers);
  setup.servers[STOPPED].resume();
  const times = samples.filter(({ at }) => at >= 0).map(({ took }) => took);
  const before = samples.length - times.length;
  const share = worstSecond(samples, { within: WITHIN, seconds: SECONDS });
  return {
    title: `one of three shards is stopped for ${SECONDS} s, ` +
      `${CALLERS} callers with a timeout of 500 ms`,
    figures: [
      {
        meaning: `requests to the other shards within ${WITHIN} ms, in the ` +
          "worst second from the first one on",
        value: 100 * share,
        unit: "%",
        bound: { least: 95 },
      },
    ],
    notes: [
      `half of them within ${quantile(times, 0.5).toFixed(1)} ms, 99.9 % ` +
      `within ${quantile(times, 0.999).toFixed(1)} ms`,
      `${grouped(times.length / SECONDS)} requests a second, and ` +
      `${grouped(before / WARM_UP)} while all was well`,
    ],
  };
}
