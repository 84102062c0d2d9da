/**
 * How fast this library means to be, and whether it is.
 *
 * @module
 */

import { median, quantile } from "../measure/statistics.ts";
import { CLUSTER_NAMES } from "./cluster_names.ts";
import { contenderNames } from "./commands/names.ts";
import { RESHARDING_NAMES } from "./resharding_names.ts";
import { COMMANDS } from "./commands/table.ts";
import { crowdNames, CROWDS, SELDOM_NAMES } from "./crowds.ts";
import type { Rates } from "./rounds.ts";

/** One contender measured by others, of which the best one counts. */
export interface Target {
  readonly section: string;
  readonly contender: string;
  /** The names of the others, or their client followed by a colon. */
  readonly peers: readonly string[];
  /** The ratio that is meant to be reached. */
  readonly ratio: number;
  /** Another measure: to reach one of both is enough. */
  readonly or?: Pick<Target, "peers" | "ratio">;
}

/** What became of a target, or of its other measure. */
export interface Verdict extends Omit<Target, "or"> {
  /** The best of the peers. */
  readonly peer: string;
  /** The ratio of the medians. */
  readonly measured: number;
  /** The ratio within one round: a tenth of the rounds are below and above. */
  readonly low: number;
  readonly high: number;
  readonly reached: boolean;
  /** Whether this one or the other one is reached. */
  readonly enough: boolean;
}

const LIBRARIES = ["ioredis:", "node-redis:", "@db/redis:"];

/** The targets, in the order in which they are shown. */
export const TARGETS: readonly Target[] = [
  target("get", "rb: map get", ["ioredis: pipeline get"], 8),
  target("get", "rb: map get", ["node-redis: MGET per shard"], 1.4),
  target("get", "rb: map get", ["redis-benchmark: -c 1 -P 500"], 1),
  target("get", "rb: map get, not merged", ["ioredis: pipeline get"], 5),
  target("set", "rb: map set", ["node-redis: MSET per shard"], 1.3),
  target("get", "rb: Promise.all get", ["ioredis: Promise.all get"], 6),
  target("get", "rb: mapBatches get", ["ioredis: pipeline get"], 5),
  target("hget", "rb: map hget", ["ioredis: pipeline hget"], 4),
  target("calls", "rb alone: Promise.all get", ["bun: Promise.all get"], 1),
  target(
    "calls set ex",
    "rb alone: Promise.all set ex",
    ["bun: Promise.all set ex"],
    1,
  ),
  target("one", "rb: get one by one", ["redis-benchmark: -c 1 -P 1"], 0.9),
  ...["get 1 KiB", "set 1 KiB", "get 64 KiB", "set 64 KiB"].map((section) =>
    target(section, `rb: map ${section.slice(0, 3)}`, LIBRARIES, 1)
  ),
  ...crowdTargets(),
  ...clusterTargets(),
  ...reshardingTargets(),
  ...COMMANDS.flatMap(({ name }) => commandTargets(name)),
];

/** However many callers there are, and however seldom, nobody serves them faster. */
function crowdTargets(): Target[] {
  const { section, rb, ioredis } = SELDOM_NAMES;
  return [
    ...CROWDS.map((size) => {
      const { section, rb } = crowdNames(size);
      return target(section, rb, ["ioredis:", "node-redis:"], 0.95);
    }),
    target(section, rb, [ioredis], 1),
  ];
}

/** Over a Redis Cluster, where peers find the nodes of keys by themselves too. */
function clusterTargets(): Target[] {
  const { map, calls, moving, automatic, nodeRedis } = CLUSTER_NAMES;
  return [
    target("cluster get", calls, [automatic], 5),
    target("cluster get", calls, [nodeRedis], 8),
    target("cluster get", map, [automatic], 10),
    target("cluster moving", moving, [map], 0.5),
  ];
}

/**
 * While keys move to another host. MIGRATE moved 169,000 keys a second where 50,000
 * are meant; it keeps its server from all else.
 */
function reshardingTargets(): Target[] {
  const names = RESHARDING_NAMES;
  return [
    target("resharding keys", names.reshard, [names.migrate], 0.3),
    target("resharding get", names.getMoving, [names.getSettled], 1 / 1.5),
    target("resharding set", names.setMoving, [names.setSettled], 1 / 2.5),
    target("resharding follow", names.following, [names.alone], 0.95),
  ];
}

/** Every command is meant to reach the same. */
function commandTargets(command: string): Target[] {
  const names = contenderNames(command);
  return [
    {
      ...target(command, names.map, [names.pipeline], 4),
      or: { peers: [names.redisBenchmark], ratio: 0.8 },
    },
    target(command, names.map, [names.nodeRedis], 6),
    target(command, names.calls, [names.automatic], 3),
  ];
}

/** Looks at the targets whose contenders have been measured. */
export function judge(rates: ReadonlyMap<string, Rates>): Verdict[] {
  return TARGETS.flatMap((target) => {
    const { or, ...first } = target;
    const measures = or === undefined ? [first] : [first, { ...first, ...or }];
    const verdicts = measures.flatMap((one) =>
      measure(one, rates.get(one.section)) ?? []
    );
    const enough = verdicts.some(({ reached }) => reached);
    return verdicts.map((verdict) => ({ ...verdict, enough }));
  });
}

function measure(
  target: Omit<Target, "or">,
  rates: Rates | undefined,
): Omit<Verdict, "enough"> | undefined {
  const own = rates?.get(target.contender);
  const peer = rates && bestOf(rates, target.peers);
  if (own === undefined || peer === undefined) return undefined;
  const [name, theirs] = peer;
  const measured = median(own) / median(theirs);
  const byRound = own.map((rate, round) => rate / theirs[round]);
  return {
    ...target,
    peer: name,
    measured,
    low: quantile(byRound, 0.1),
    high: quantile(byRound, 0.9),
    reached: measured >= target.ratio,
  };
}

function bestOf(
  section: Rates,
  peers: readonly string[],
): [name: string, rates: number[]] | undefined {
  const found = [...section].filter(([name]) =>
    peers.some((peer) =>
      peer.endsWith(":") ? name.startsWith(peer) : name === peer
    )
  );
  found.sort(([, a], [, b]) => median(b) - median(a));
  return found.at(0);
}

function target(
  section: string,
  contender: string,
  peers: readonly string[],
  ratio: number,
): Target {
  return { section, contender, peers, ratio };
}
