/**
 * Keys that move to a third host, and back, while programs read and write.
 *
 * @module
 */

import { Cluster, ConsistentHashingRouter, reshard } from "@rb/rb";
import { RedisServer } from "@rb/rb/testing";
import { moverProgram } from "../../support/mover.ts";
import type { Outcome, Way } from "./contender.ts";
import { RESHARDING_NAMES } from "./resharding_names.ts";
import type { Contender, Section } from "./sections.ts";
import type { Workload } from "./workload.ts";

/** How many keys MIGRATE takes at a time. */
const MIGRATE_PAGE = 1_000;
/**
 * How many other keys the servers have for each that is mapped, where maps go on
 * while keys move: a move takes seconds then, and not as long as a map.
 */
const OTHERS = 9;
/** How many of them are written at a time. */
const FILL_PAGE = 50_000;
/** Milliseconds that maps go on where nothing moves. */
const SETTLED_TIME = 500;
const TIMEOUT = 60_000;

/** The sections; their servers start when each begins. */
export function reshardingSections(workload: Workload): Section[] {
  const names = RESHARDING_NAMES;
  const stage = new ReshardingStage(workload);
  const size = workload.keys.length.toLocaleString("en-US");
  const section = (
    name: string,
    title: string,
    ways: readonly [name: string, way: (open: OpenRings) => Way][],
    others = 0,
  ): Section => ({
    name: `resharding ${name}`,
    title: `${title}, ${size} keys`,
    group: "resharding",
    rounds: 7,
    warmups: 1,
    writes: false,
    workload,
    baseline: ways[0][0],
    open: () => stage.open(others),
    contenders: ways.map(([name, way]): Contender => ({
      name,
      way: (workload) => way(stage.current)(workload),
    })),
  });
  return [
    section("keys", "Moving keys to a third host", [
      [names.migrate, (open) => () => migrate(open)],
      [names.reshard, (open) => () => moveFast(open)],
    ]),
    section("get", "GET while keys move to a third host", [
      [names.getSettled, ({ follower }) => settled(follower, get)],
      [names.getMoving, (open) => whileKeysMove(open, get)],
    ], OTHERS),
    section("set", "SET while keys move to a third host", [
      [names.setSettled, ({ follower }) => settled(follower, set)],
      [names.setMoving, (open) => whileKeysMove(open, set)],
    ], OTHERS),
    section("follow", "GET of who follows the ring", [
      [names.alone, (open) => settled(open.alone(), get)],
      [names.following, ({ follower }) => settled(follower, get)],
    ]),
  ];
}

/** How many servers there are in use before and after, */
const BEFORE = 2;
const AFTER = 3;
/** and all with the two between which MIGRATE moves the same keys. */
const ALL = AFTER + 2;

/**
 * Three servers, two of which are in use, and a program that follows. MIGRATE has
 * two of its own: it leaves connections between them open, which are strangers to
 * whoever moves keys.
 */
class OpenRings {
  readonly servers: readonly RedisServer[];
  readonly follower: Cluster;
  readonly hosts: readonly [before: unknown[], after: unknown[]];
  /** Whether the third one is in use. */
  isAfter = false;
  readonly #clusters: Cluster[] = [];
  #alone: Cluster | undefined = undefined;

  constructor(servers: readonly RedisServer[]) {
    this.servers = servers;
    const after = servers.slice(0, AFTER)
      .map(({ host }, at) => ({ ...host, label: `${at}` }));
    const before = after.slice(0, BEFORE);
    this.hosts = [before, after];
    this.follower = this.cluster(before, {
      follow: true,
      next: { hosts: after },
    });
  }

  cluster(hosts: unknown[], more: object = {}): Cluster {
    const cluster = new Cluster({
      hosts: hosts as string[],
      router: ConsistentHashingRouter,
      timeout: TIMEOUT,
      ...more,
    });
    this.#clusters.push(cluster);
    return cluster;
  }

  /** A program that does not follow: no keys move as long as it is connected. */
  alone(): Cluster {
    return this.#alone ??= this.cluster(this.hosts[0]);
  }

  /** Gives MIGRATE what moves to the third host. */
  async fillOther({ keys, values }: Values): Promise<void> {
    const router = this.cluster(this.hosts[1]).getRouter();
    const other = this.cluster([this.servers[AFTER].host]);
    await other.map((client) =>
      keys.map((key, at) =>
        router.getHostForKey(key) === AFTER - 1 && client.set(key, values[at])
      )
    );
  }

  /** The two sets of hosts, in the direction of the next move. */
  get direction(): [from: unknown[], to: unknown[]] {
    const [before, after] = this.hosts;
    return this.isAfter ? [after, before] : [before, after];
  }

  async close(): Promise<void> {
    await Promise.all(this.#clusters.map((cluster) => cluster.close()));
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

class ReshardingStage {
  readonly #workload: Workload;
  #current: OpenRings | undefined = undefined;

  /** @param workload What is put into the servers. */
  constructor(workload: Workload) {
    this.#workload = workload;
  }

  /** What is open. */
  get current(): OpenRings {
    if (this.#current === undefined) throw new Error("Nothing is open");
    return this.#current;
  }

  /** Starts the servers and writes the values, and other keys for each of them. */
  async open(others: number): Promise<AsyncDisposable> {
    const servers = await Promise.all(
      Array.from(
        { length: ALL },
        () => RedisServer.start({ transport: "tcp" }),
      ),
    );
    const open = this.#current = new OpenRings(servers);
    const { keys, values } = this.#workload;
    await set(open.follower, { keys, values });
    await open.fillOther({ keys, values });
    const count = others * keys.length;
    for (let from = 0; from < count; from += FILL_PAGE) {
      const length = Math.min(FILL_PAGE, count - from);
      const more = Array.from({ length }, (_, at) => `other:${from + at}`);
      await set(open.follower, { keys: more, values: more });
    }
    return {
      [Symbol.asyncDispose]: async () => {
        this.#current = undefined;
        await open.close();
      },
    };
  }
}

/** Keys and what they hold. */
type Values = Pick<Workload, "keys" | "values">;

/** Everything once, checked. */
type Lap = (cluster: Cluster, values: Values) => Promise<void>;

const get: Lap = async (cluster, { keys, values }) => {
  const found = await cluster.map((client) =>
    keys.map((key) => client.get(key))
  );
  found.forEach(({ value }, at) => {
    if (value === values[at]) return;
    throw new Error(`A map has a wrong value for "${keys[at]}"`);
  });
};

const set: Lap = async (cluster, { keys, values }) => {
  await cluster.map((client) =>
    keys.map((key, at) => client.set(key, values[at]))
  );
};

function settled(cluster: Cluster, lap: Lap): Way {
  return async (workload): Promise<Outcome> => {
    const end = performance.now() + SETTLED_TIME;
    return await lapsUntil(() => performance.now() >= end, {
      ...{ cluster, lap, workload },
    });
  };
}

/** Maps one after the other while a process of its own moves keys. */
function whileKeysMove(open: OpenRings, lap: Lap): Way {
  return async (workload): Promise<Outcome> => {
    const [from, to] = open.direction;
    const mover = moverProgram({
      hosts: [from, to],
      isRing: true,
      rate: 20_000,
      pageSize: 100,
    }).spawn();
    await mover.stdin.close();
    const lines = mover.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    // What it takes to start a program is no part of the move.
    let text = (await lines.read()).value ?? "";
    let isOver = false;
    const ending = (async () => {
      for (let done = false; !done;) {
        const next = await lines.read();
        done = next.done;
        text = (text + (next.value ?? "")).slice(-200);
      }
      isOver = true;
    })();
    const { follower: cluster } = open;
    const outcome = await lapsUntil(() => isOver, { cluster, lap, workload });
    await ending;
    await mover.status;
    if (!text.endsWith("over\n")) throw new Error(`No keys moved: ${text}`);
    open.isAfter = !open.isAfter;
    return outcome;
  };
}

async function lapsUntil(
  isOver: () => boolean,
  { cluster, lap, workload }: {
    cluster: Cluster;
    lap: Lap;
    workload: Workload;
  },
): Promise<Outcome> {
  const start = performance.now();
  let count = 0;
  do {
    await lap(cluster, workload);
    count += workload.keys.length;
  } while (!isOver());
  return { rate: 1_000 * count / (performance.now() - start) };
}

/** Moves all keys there and back; the time until everybody knows does not count. */
async function moveFast(open: OpenRings): Promise<Outcome> {
  let time = 0;
  let count = 0;
  for (let way = 0; way < 2; way++) {
    const [from, to] = open.direction.map((hosts) => open.cluster(hosts));
    let start = 0;
    let moved = 0;
    for await (const step of reshard(from, to, { rate: Infinity })) {
      if (start === 0 && step.phase === "moving") start = performance.now();
      ({ moved } = step);
    }
    time += performance.now() - start;
    count += moved;
    open.isAfter = !open.isAfter;
  }
  return { rate: 1_000 * count / time };
}

/** The keys of one host by the server's own means, there and back as well. */
async function migrate({ servers }: OpenRings): Promise<Outcome> {
  const [source, target] = servers.slice(AFTER);
  const keys = (await ask(source, "KEYS *")).split("\n")
    .filter((key) => key !== "");
  const start = performance.now();
  for (const [from, to] of [[source, target], [target, source]]) {
    const lines: string[] = [];
    for (let at = 0; at < keys.length; at += MIGRATE_PAGE) {
      const page = keys.slice(at, at + MIGRATE_PAGE).join(" ");
      const place = `${to.hostname} ${to.port} "" 0 ${TIMEOUT}`;
      lines.push(`MIGRATE ${place} KEYS ${page}`);
    }
    const replies = await ask(from, ...lines);
    if (/^(?!OK$)./m.test(replies)) throw new Error(`MIGRATE: ${replies}`);
  }
  return { rate: 2_000 * keys.length / (performance.now() - start) };
}

/** Sends commands to a server by a program of its own. */
async function ask(
  server: RedisServer,
  ...commands: string[]
): Promise<string> {
  const program = new Deno.Command("redis-cli", {
    args: ["-h", server.hostname, "-p", `${server.port}`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = program.stdin.getWriter();
  await writer.write(new TextEncoder().encode(commands.join("\n") + "\n"));
  await writer.close();
  const { success, stdout } = await program.output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`redis-cli cannot do that: ${text}`);
  return text;
}
