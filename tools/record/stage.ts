/**
 * The servers on which calls are recorded.
 *
 * @module
 */

import { connect } from "@db/redis";
import { RedisServer } from "../../src/testing/redis_server.ts";
import { type Oracle, oracle } from "../../support/raw_client.ts";
import type { ServerName } from "./cases.ts";
import type { Facts } from "./facts.ts";
import { Tap } from "./tap.ts";

const ALL_SLOTS = ["0", "16383"];
const POLL_INTERVAL = 20;
const MAX_POLLS = 500;

/** Undoes what calls may have done to a server. */
const RESETS = [
  "CLIENT UNPAUSE",
  "REPLICAOF NO ONE",
  "FLUSHALL",
  "SCRIPT FLUSH",
  "CONFIG SET maxmemory-policy noeviction",
  "SLOWLOG RESET",
  "ACL LOG RESET",
].map((command) => command.split(" "));

/** What the server does in the background, in INFO. */
const BUSY = /(rdb_bgsave|aof_rewrite)_in_progress:1|aof_rewrite_scheduled:1/;

/** One server, its tap, and a connection beside it. */
export interface Place {
  readonly server: RedisServer;
  readonly tap: Tap;
  readonly oracle: Oracle;
}

/** All servers. */
export class Stage implements AsyncDisposable {
  readonly #resources = new AsyncDisposableStack();
  readonly #places = new Map<ServerName, Place>();
  #second: Place | undefined;
  /** What is known of the servers. */
  facts: Facts = {
    "cluster id": undefined,
    "dump": undefined,
    "second port": undefined,
  };

  /** Starts them. */
  static async open(): Promise<Stage> {
    const stage = new Stage();
    try {
      await stage.#start();
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
    return stage;
  }

  /** A server by its name. */
  place(name: ServerName): Place {
    return this.#places.get(name)!;
  }

  /** The version of the servers. */
  async version(): Promise<string> {
    const info = await this.place("plain").oracle.command("INFO", "server");
    return /redis_version:(\S+)/.exec(String(info))?.[1] ?? "unknown";
  }

  /** Makes a server what it was at first. */
  async reset(name: ServerName): Promise<void> {
    const { oracle } = this.place(name);
    if (name === "cluster") return await resetCluster(oracle);
    for (const command of RESETS) await oracle.command(...command);
    if (name === "acl") {
      await oracle.command("ACL", "DELUSER", "alice");
      await oracle.command("ACL", "SAVE");
    }
    await until(async () =>
      !BUSY.test(String(await oracle.command("INFO", "persistence")))
    );
    await this.#second!.oracle.command("FLUSHALL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  async #start(): Promise<void> {
    const users = await Deno.makeTempFile({ suffix: ".acl" });
    this.#resources.defer(() => Deno.remove(users));
    this.#places.set("plain", await this.#place({}));
    this.#places.set("acl", await this.#place({ aclfile: users }));
    this.#places.set(
      "cluster",
      await this.#place({
        "cluster-enabled": "yes",
        "cluster-node-timeout": "500",
      }),
    );
    this.#second = await this.#place({});
    const id = await this.place("cluster").oracle.command("CLUSTER", "MYID");
    this.facts = {
      "cluster id": id,
      "dump": await dumpOf(this.place("plain")),
      "second port": this.#second.server.port,
    };
  }

  async #place(config: Record<string, string>): Promise<Place> {
    const server = this.#resources.use(
      await RedisServer.start({ transport: "tcp", config }),
    );
    const { hostname, port } = server;
    return {
      server,
      tap: this.#resources.use(new Tap(port)),
      oracle: this.#resources.use(oracle({ hostname, port })),
    };
  }
}

/** Waits until something is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
  }
  throw new Error("A server did not become what it should be in time");
}

async function resetCluster(oracle: Oracle): Promise<void> {
  const info = () => oracle.command("CLUSTER", "INFO").then(String);
  if ((await info()).includes("cluster_slots_assigned:16384")) {
    return void await oracle.command("FLUSHALL");
  }
  await oracle.command("CLUSTER", "FLUSHSLOTS");
  await oracle.command("CLUSTER", "ADDSLOTSRANGE", ...ALL_SLOTS);
  await until(async () => (await info()).includes("cluster_state:ok"));
}

/** A value as DUMP gives it. */
async function dumpOf({ server }: Place): Promise<unknown> {
  const { hostname, port } = server;
  using redis = await connect({ hostname, port, maxRetryCount: 1 });
  await redis.set("k", "dumped");
  return await redis.dump("k");
}
