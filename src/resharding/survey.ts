/**
 * What stands in the way of a move, before anything is changed.
 *
 * @module
 */

import { ReshardingError } from "../errors.ts";
import { isReserved } from "../moving/mod.ts";
import { sampleSides, wrongSide } from "./key_sides.ts";
import { textOf } from "./records.ts";
import {
  type RingHost,
  scan,
  type ScannedKey,
  type TwoRings,
} from "./two_rings.ts";

/** What a server says of itself. */
export interface ServerFacts {
  readonly host: RingHost;
  /** A name that no other server has, as long as it runs. */
  readonly runId: string;
  /** Its version, for people. */
  readonly version: string;
  /** The versions of its modules by their names. */
  readonly modules: ReadonlyMap<string, number>;
  /** Bytes that it uses, */
  readonly usedMemory: number;
  /** and may use; 0 for all there are. */
  readonly maxMemory: number;
  /** How many replicas it has that hear of its writes. */
  readonly replicas: number;
  /** What it does when it is full. */
  readonly evictionPolicy: string;
}

/** What stands in the way. */
export interface Problem {
  /** The host that it is about, if it is about one. */
  readonly hostId?: number;
  /** What it is, for people. */
  readonly text: string;
}

/** How many keys SCAN looks at for a reply. */
const SCAN_COUNT = 1_000;

/** Looks at the hosts of two rings; changes nothing. */
export class Survey {
  readonly #rings: TwoRings;
  #facts: Promise<ServerFacts[]> | undefined = undefined;

  /** @param rings The hosts before and after. */
  constructor(rings: TwoRings) {
    this.#rings = rings;
  }

  /** What the servers say of themselves. */
  get facts(): Promise<ServerFacts[]> {
    return this.#facts ??= Promise.all(
      [...this.#rings.hosts.values()].map(readFacts),
    );
  }

  /** One host of each server, of which several may be databases. */
  async servers(): Promise<RingHost[]> {
    const servers = new Map<string, RingHost>();
    for (const { host, runId } of await this.facts) {
      if (!servers.has(runId)) servers.set(runId, host);
    }
    return [...servers.values()];
  }

  /**
   * Refuses what cannot work.
   *
   * @param more What else stands in the way.
   * @throws {ReshardingError} If something stands in the way.
   */
  async refuse(more: readonly Problem[] = []): Promise<void> {
    const problems = [
      ...more,
      ...await this.serverProblems(),
      ...await this.foreignProblems(),
      ...await this.sideProblems(),
    ];
    if (problems.length === 0) return;
    const [{ hostId }, ...others] = problems;
    const isOne = hostId !== undefined &&
      others.every((other) => other.hostId === hostId);
    throw new ReshardingError(
      `Cannot move keys: ${problems.map(({ text }) => text).join("; ")}`,
      { ...(isOne ? { hostId } : {}), outcome: "not-sent" },
    );
  }

  /** Servers that cannot give keys to one another, for people. */
  async serverProblems(): Promise<Problem[]> {
    const facts = await this.facts;
    const { replicated } = this.#rings;
    return [
      ...sharedDatabases(facts),
      ...this.#olderTargets(facts),
      ...facts.filter(({ replicas }) => replicas < replicated)
        .map(({ host, replicas }) =>
          problem(
            host,
            `has ${replicas} replicas that hear of its writes, and replicated: ` +
              `${replicated} is asked for`,
          )
        ),
    ];
  }

  /** Hosts that only come now, and have keys, for people. */
  async foreignProblems(): Promise<Problem[]> {
    const found: Problem[] = [];
    for (const host of this.#rings.newcomers) {
      const keys = await someKeys(host);
      if (keys.length === 0) continue;
      const { length: own } = keys.filter((key) =>
        this.#rings.origin(key, host.hostId) !== undefined
      );
      // Whoever has given the hosts the wrong way round must not delete them.
      found.push(problem(
        host,
        own > keys.length / 2
          ? `has keys already, which would be in the way; ${own} of ` +
            `${keys.length} are where the hosts after have them: before you ` +
            "delete them, see that those before and after (--from and --to) are " +
            "not the wrong way round"
          : "has keys already, which would be in the way: delete them, or take " +
            "another database",
      ));
    }
    return found;
  }

  /** That all keys are already where they are to go, for people. */
  async sideProblems(): Promise<Problem[]> {
    const sides = await sampleSides(this.#rings);
    // What was left behind may be fetched, however little that is.
    const text = sides.before > 0 ? undefined : wrongSide(sides);
    return text === undefined ? [] : [{ text }];
  }

  /** What is to be known before, although it keeps nobody from moving keys. */
  async warnings(): Promise<string[]> {
    const facts = await this.facts;
    return [
      ...facts.filter(({ evictionPolicy }) =>
        evictionPolicy.startsWith("allkeys")
      ).map(({ host, evictionPolicy }) =>
        `${nameOf(host)} may evict any key, also the records of the move, as ` +
        `its maxmemory-policy is ${evictionPolicy}`
      ),
      ...this.#pairs(facts)
        .filter(([source, target]) =>
          compareVersions(target.version, source.version) > 0
        )
        .map(([source, target]) =>
          `${nameOf(target.host)} has version ${target.version}, and ` +
          `${nameOf(source.host)} has ${source.version}: keys do not move back`
        ),
    ];
  }

  /** What one server writes has to be read by the other one. */
  #olderTargets(facts: readonly ServerFacts[]): Problem[] {
    const problems: Problem[] = [];
    for (const [source, target] of this.#pairs(facts)) {
      const { hostId } = source.host;
      if (compareVersions(target.version, source.version) < 0) {
        problems.push(problem(
          target.host,
          `has version ${target.version}, which cannot read what host ${hostId} ` +
            `has written with ${source.version}`,
        ));
      }
      for (const [name, version] of source.modules) {
        const own = target.modules.get(name);
        if (own !== undefined && own >= version) continue;
        problems.push(problem(
          target.host,
          own === undefined
            ? `lacks the module "${name}" of host ${hostId}`
            : `has version ${own} of the module "${name}", and host ${hostId} ` +
              `has ${version}`,
        ));
      }
    }
    return problems;
  }

  /** The servers between which keys move. */
  #pairs(facts: readonly ServerFacts[]): [ServerFacts, ServerFacts][] {
    const byId = new Map(facts.map((one) => [one.host.hostId, one]));
    return this.#rings.routes()
      .map(([from, to]) => [byId.get(from)!, byId.get(to)!]);
  }
}

/** The name of a host, for people. */
export function nameOf({ hostId, address }: RingHost): string {
  return `Host ${hostId} at "${address}"`;
}

/** What stands in the way at a host. */
export function problem(host: RingHost, what: string): Problem {
  return { hostId: host.hostId, text: `${nameOf(host)} ${what}` };
}

function sharedDatabases(facts: readonly ServerFacts[]): Problem[] {
  const first = new Map<string, RingHost>();
  const problems: Problem[] = [];
  for (const { host, runId } of facts) {
    const database = `${runId}/${host.db}`;
    const other = first.get(database);
    if (other === undefined) first.set(database, host);
    else {
      const place = `host ${other.hostId} at "${other.address}"`;
      problems.push(problem(host, `is the same database as that of ${place}`));
    }
  }
  return problems;
}

async function readFacts(host: RingHost): Promise<ServerFacts> {
  const [server, memory, modules, replication] = await Promise.all(
    ["server", "memory", "modules", "replication"].map(async (section) =>
      textOf(await host.command("INFO", section)) ?? ""
    ),
  );
  const field = (text: string, name: string) =>
    new RegExp(`^${name}:(\\S*)`, "m").exec(text)?.[1] ?? "";
  return {
    host,
    runId: field(server, "run_id"),
    version: field(server, "redis_version"),
    modules: new Map(
      [...modules.matchAll(/^module:name=([^,]*),ver=(\d+)/gm)]
        .map(([, name, version]) => [name, Number(version)]),
    ),
    replicas: [...replication.matchAll(/^slave\d+:.*state=online/gm)].length,
    usedMemory: Number(field(memory, "used_memory")),
    maxMemory: Number(field(memory, "maxmemory")),
    evictionPolicy: field(memory, "maxmemory_policy"),
  };
}

/** Below 0 where the first one is older, by its first two numbers. */
function compareVersions(one: string, other: string): number {
  const [major, minor] = numbersOf(one);
  const [otherMajor, otherMinor] = numbersOf(other);
  return major - otherMajor || minor - otherMinor;
}

function numbersOf(version: string): [major: number, minor: number] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return [major, minor];
}

/** Keys of a host, as many as it gives at a time; none where it has none. */
async function someKeys(host: RingHost): Promise<ScannedKey[]> {
  let cursor = "0";
  do {
    const [next, keys] = await scan(host, cursor, SCAN_COUNT);
    const own = keys.filter((key) => !isReserved(key));
    if (own.length > 0) return own;
    cursor = next;
  } while (cursor !== "0");
  return [];
}
