/**
 * Who is compared with whom, and over what.
 *
 * @module
 */

import type { Way } from "./contender.ts";
import type { OpenClients } from "./clients.ts";
import { firstOf, type Workload } from "./workload.ts";

/** One client in one of its ways. */
export interface Contender {
  /** Client and way. */
  readonly name: string;
  readonly way: Way;
  /** The most keys it is given, for the slow ones. */
  readonly limit?: number;
  /** Milliseconds within which 99 of 100 replies have come, where that is shown. */
  readonly p99?: () => number;
  /** Undoes what it did, before each of its runs or laps, untimed. */
  readonly restore?: Restore | undefined;
  /** Brings a reply of its client into the shape that the server gave it. */
  readonly shape?: ((reply: never) => unknown) | undefined;
}

/** What has the keys as they were. */
export interface Restore {
  readonly before: "run" | "lap";
  readonly run: () => Promise<void>;
}

/** Contenders that do the same work. */
export interface Section {
  readonly name: string;
  readonly title: string;
  /** What `--only` selects with one word. */
  readonly group: "clients" | "crowds" | "commands" | "cluster" | "resharding";
  /** How many rounds count unless somebody asks for another number, */
  readonly rounds: number;
  /** and how many before them do not. */
  readonly warmups: number;
  /** Whether it has new values before each run, which are read back. */
  readonly writes: boolean;
  readonly workload: Workload;
  /** The contender that the others are measured by. */
  readonly baseline: string;
  readonly contenders: readonly Contender[];
  /** Fills the servers; the result empties them. */
  readonly open?: () => Promise<AsyncDisposable>;
  /** Looks at what was read; by default it has to be the values. */
  readonly check?: Check;
}

/** @throws {Error} When a contender has read something else. */
export type Check = (
  workload: Pick<Workload, "keys" | "values">,
  contender: Contender,
  found: readonly unknown[],
) => void;

/** The workloads of the sections, loaded into the servers. */
export interface Workloads {
  readonly small: Workload;
  readonly hashes: Workload;
  readonly written: Workload;
  readonly kibibyte: Workload;
  readonly kibibyteWritten: Workload;
  readonly large: Workload;
  readonly largeWritten: Workload;
}

/** So many keys are enough where each takes its time. */
const FEW_KEYS = 5_000;

/** The sections of clients, for those that are there. */
export function makeSections(
  clients: OpenClients,
  workloads: Workloads,
): Section[] {
  const { small, hashes, written, kibibyte, large } = workloads;
  const { kibibyteWritten, largeWritten } = workloads;
  const few = firstOf(small, FEW_KEYS);
  return [
    section("get", "GET", small, "ioredis: pipeline get", [
      ...of("rb", clients.rb.ways, [
        "map get",
        "map get, not merged",
        "mapBatches get",
        "Promise.all get",
      ]),
      ...peerReads(clients),
      ...of("ioredis", clients.ioredis.ways, [
        "Promise.all get",
        "Promise.all get, auto-pipelining",
      ]),
      ...limited(of("@db/redis", clients.dbRedis?.ways, ["Promise.all get"])),
      ...of("redis-benchmark", clients.redisBenchmark, ["-c 1 -P 500"]),
    ]),
    section("set", "SET", written, "node-redis: MSET per shard", [
      ...of("rb", clients.rb.ways, ["map set", "map set, not merged"]),
      ...peerWrites(clients),
    ]),
    section("hget", "HGET", hashes, "ioredis: pipeline hget", [
      ...of("rb", clients.rb.ways, ["map hget"]),
      ...of("ioredis", clients.ioredis.ways, ["pipeline hget"]),
      ...of("node-redis", clients.nodeRedis.ways, ["Promise.all hget"]),
      ...of("@db/redis", clients.dbRedis?.ways, ["pipeline hget"]),
    ]),
    section("calls", "GET", small, "bun: Promise.all get", [
      ...of("rb", clients.rb.ways, ["Promise.all get"]),
      ...of("rb alone", clients.alone?.ways, ["Promise.all get"]),
      ...of("bun", clients.bun?.ways, ["Promise.all get"]),
      ...of("valkey-glide", clients.glide?.ways, ["Promise.all get"]),
      ...of("ioredis", clients.ioredis.ways, [
        "Promise.all get, auto-pipelining",
      ]),
    ]),
    section("calls set ex", "SET", written, "bun: Promise.all set ex", [
      ...of("rb", clients.rb.ways, ["Promise.all set ex"]),
      ...of("rb alone", clients.alone?.ways, ["Promise.all set ex"]),
      ...of("bun", clients.bun?.ways, ["Promise.all set ex"]),
      ...of("valkey-glide", clients.glide?.ways, ["Promise.all set ex"]),
      ...of("ioredis", clients.ioredis.ways, [
        "Promise.all set ex, auto-pipelining",
      ]),
    ]),
    section("one", "GET, one by one", few, "redis-benchmark: -c 1 -P 1", [
      ...of("rb", clients.rb.ways, ["get one by one"]),
      ...of("ioredis", clients.ioredis.ways, ["get one by one"]),
      ...of("node-redis", clients.nodeRedis.ways, ["get one by one"]),
      ...of("@db/redis", clients.dbRedis?.ways, ["get one by one"]),
      ...of("redis-benchmark", clients.redisBenchmark, ["-c 1 -P 1"]),
    ]),
    getSection("1 KiB", clients, kibibyte),
    setSection("1 KiB", clients, kibibyteWritten),
    getSection("64 KiB", clients, large),
    setSection("64 KiB", clients, largeWritten),
  ];
}

function getSection(
  size: string,
  clients: OpenClients,
  workload: Workload,
): Section {
  return section(`get ${size}`, "GET", workload, "ioredis: pipeline get", [
    ...of("rb", clients.rb.ways, ["map get", "map get, not merged"]),
    ...peerReads(clients),
  ]);
}

function setSection(
  size: string,
  clients: OpenClients,
  workload: Workload,
): Section {
  return section(`set ${size}`, "SET", workload, "ioredis: pipeline set", [
    ...of("rb", clients.rb.ways, ["map set", "map set, not merged"]),
    ...peerWrites(clients),
  ]);
}

function peerReads(clients: OpenClients): Contender[] {
  return [
    ...of("ioredis", clients.ioredis.ways, ["pipeline get", "MGET per shard"]),
    ...of("node-redis", clients.nodeRedis.ways, [
      "Promise.all get",
      "execAsPipeline get",
      "MGET per shard",
    ]),
    ...of("@db/redis", clients.dbRedis?.ways, ["pipeline get"]),
  ];
}

function peerWrites(clients: OpenClients): Contender[] {
  return [
    ...of("ioredis", clients.ioredis.ways, ["pipeline set", "MSET per shard"]),
    ...of("node-redis", clients.nodeRedis.ways, [
      "Promise.all set",
      "MSET per shard",
    ]),
    ...of("@db/redis", clients.dbRedis?.ways, ["pipeline set"]),
  ];
}

/** Some ways of one client; none when it is not there. */
function of<W extends string>(
  client: string,
  ways: Readonly<Record<W, Way>> | undefined,
  names: readonly W[],
): Contender[] {
  if (ways === undefined) return [];
  return names.map((name) => ({ name: `${client}: ${name}`, way: ways[name] }));
}

function limited(contenders: readonly Contender[]): Contender[] {
  return contenders.map((contender) => ({ ...contender, limit: FEW_KEYS }));
}

function section(
  name: string,
  command: string,
  workload: Workload,
  baseline: string,
  contenders: readonly Contender[],
): Section {
  const { keys, valueSize } = workload;
  const size = valueSize < 1_024
    ? `${valueSize} bytes`
    : `${valueSize / 1_024} KiB`;
  return {
    name,
    title: `${command}, ${keys.length.toLocaleString("en-US")} keys, ` +
      `values of ${size}`,
    group: "clients",
    rounds: 15,
    warmups: 2,
    writes: command === "SET",
    workload,
    baseline,
    contenders,
  };
}
