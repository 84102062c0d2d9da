/**
 * The dedicated client: a full client of `@db/redis` with a connection to
 * itself.
 *
 * @module
 */

import type {
  Client,
  Connection as RedisConnection,
  RawOrError,
  Redis,
  RedisPipeline,
  RedisReply,
  RedisSubscription,
  RedisValue,
  SendCommandOptions,
} from "@db/redis";
import type { Form } from "../commands/spec.ts";
import { specOf } from "../commands/table.ts";
import { endsMatching } from "../commands/traits.ts";
import { spell } from "../commands/words.ts";
import { CommandError, ConnectionError } from "../errors.ts";
import type { Argument, Reply } from "../values.ts";
import { anotherTurn, failingLater, inAnotherTurn } from "../runtime/turn.ts";
import { sizeOf, takeArguments } from "../commands/arguments.ts";
import {
  anySignal,
  type DedicatedOptions,
  readCallOptions,
} from "./client_options.ts";
import { Command, flagBits, type Settler } from "../delivery/command.ts";
import { NativeSettler, newPromise } from "../delivery/run.ts";
import { DedicatedLink } from "./dedicated_link.ts";
import type { ClusterView } from "../delivery/cluster_view.ts";
import { createRedis } from "./redis_surface.ts";
import type { Subscription } from "./subscription.ts";

/**
 * Opens a connection and makes a client that has it to itself.
 *
 * @param cluster The cluster that the host belongs to.
 * @param hostId The id of the host.
 * @param options Time limit and signal of its commands.
 */
export async function connectDedicated(
  cluster: ClusterView,
  hostId: number,
  options: DedicatedOptions,
): Promise<Redis> {
  const link = await failingLater(async () => {
    const read = readCallOptions(options, "connect(hostId)");
    const { timeout, signal, callSites = cluster.callSites } = read;
    if (!cluster.topology.isKnown) await cluster.known({ timeout, signal });
    return await DedicatedLink.open(cluster.host(hostId), {
      timeout: timeout ?? cluster.timeout,
      signal: anySignal(cluster.signal, signal),
      callSites,
    });
  });
  const client = new DedicatedClient(link);
  const redis = createRedis(client);
  const { connection } = client;
  const pipeline = (transaction: boolean) => () =>
    createPipeline(link, { connection, transaction });
  return Object.assign(redis, {
    pipeline: pipeline(false),
    tx: pipeline(true),
  });
}

/** What `create` of `@db/redis` makes a client from. */
class DedicatedClient implements Client {
  readonly connection: RedisConnection;
  readonly #link: DedicatedLink;
  #subscription: Subscription | undefined = undefined;

  constructor(link: DedicatedLink) {
    this.#link = link;
    this.connection = new LinkConnection(link) as unknown as RedisConnection;
  }

  exec(command: string, ...args: RedisValue[]): Promise<RedisReply> {
    return this.sendCommand(command, args);
  }

  sendCommand(
    command: string,
    args: RedisValue[] = [],
    options?: SendCommandOptions,
  ): Promise<RedisReply> {
    const promise = newPromise();
    const settler = new NativeSettler();
    try {
      const ready = prepare(command, args, options);
      if (this.#subscription !== undefined && !this.#link.isClosed) {
        throw needsAnother(ready.form.name);
      }
      this.#link.send([withSettler(ready, settler)]);
    } catch (error) {
      inAnotherTurn(() => settler.reject(error));
    }
    // Beyond 2^53 an integer is a bigint, which the types of replies leave out.
    return promise as Promise<RedisReply>;
  }

  async subscribe<T extends string | string[] = string>(
    command: "SUBSCRIBE" | "PSUBSCRIBE",
    ...names: string[]
  ): Promise<RedisSubscription<T>> {
    const subscription = this.#subscription ??= this.#link.subscribe();
    await failingLater(() =>
      command === "SUBSCRIBE"
        ? subscription.subscribe(...names)
        : subscription.psubscribe(...names)
    );
    return subscription as unknown as RedisSubscription<T>;
  }

  close(): void {
    this.#link.close();
  }
}

function needsAnother(command: string): TypeError {
  return new TypeError(
    `Cannot run "${command}" on a connection that is subscribed: open another ` +
      "one with cluster.connect(hostId)",
  );
}

/**
 * What a client of `@db/redis` shows of its connection. It listens to its link
 * for as long as that lives, so all pipelines of a client share the client's.
 */
class LinkConnection extends EventTarget {
  readonly name = null;
  readonly #link: DedicatedLink;

  constructor(link: DedicatedLink) {
    super();
    this.#link = link;
    link.closed.then((error) => {
      if (error !== undefined) {
        this.dispatchEvent(new CustomEvent("error", { detail: { error } }));
      }
      this.dispatchEvent(new CustomEvent("close"));
      this.dispatchEvent(new CustomEvent("end"));
    });
  }

  get isClosed(): boolean {
    return this.#link.isClosed;
  }

  get isConnected(): boolean {
    return !this.#link.isClosed;
  }

  /** It is connected from the start, and never again. */
  connect(): Promise<void> {
    return this.isConnected ? Promise.resolve() : this.reconnect();
  }

  async reconnect(): Promise<void> {
    await anotherTurn();
    throw new ConnectionError(
      "Cannot reconnect: the state of a dedicated connection is lost with " +
        "it; open another one with cluster.connect(hostId)",
      { outcome: "not-sent" },
    );
  }

  close(): void {
    this.#link.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

interface PipelineOptions {
  /** The connection of the client that the pipeline is of. */
  connection: RedisConnection;
  /** Whether its commands are put between MULTI and EXEC. */
  transaction: boolean;
}

/** Gathers commands until `flush` sends them together. */
function createPipeline(
  link: DedicatedLink,
  { connection, transaction }: PipelineOptions,
): RedisPipeline {
  let queue: PreparedCommand[] = [];
  // More than this would not leave with one flush.
  let room = link.newQueue();
  let mistake: { readonly reason: unknown } | undefined = undefined;
  const queued = (
    command: string,
    args: RedisValue[] = [],
    options?: SendCommandOptions,
  ): Promise<RedisReply> => {
    try {
      const ready = prepare(command, args, options);
      if (!room.admit(sizeOf(ready.args))) {
        throw link.queueFull(ready.form.name);
      }
      // After a mistake nothing of it will leave.
      if (mistake === undefined) queue.push(ready);
    } catch (reason) {
      // All or nothing: a transaction must not run without one of its commands.
      mistake ??= { reason };
      queue = [];
    }
    return Promise.resolve("OK");
  };
  const client = createRedis({
    connection,
    exec: (command, ...args) => queued(command, args),
    sendCommand: queued,
    subscribe: () =>
      Promise.reject(new TypeError("Cannot subscribe in a pipeline")),
    close: () => link.close(),
  });
  const flush = async (): Promise<RawOrError[]> => {
    const commands = transaction
      ? [prepare("MULTI"), ...queue, prepare("EXEC")]
      : queue;
    const failed = mistake;
    queue = [];
    room = link.newQueue();
    mistake = undefined;
    if (failed === undefined) return await sendTogether(link, commands);
    await anotherTurn();
    throw failed.reason;
  };
  return Object.assign(client, { flush });
}

/** A command whose arguments have been read. */
interface PreparedCommand {
  readonly form: Form;
  readonly args: readonly Argument[];
  readonly flags: number;
}

/**
 * Reads a command.
 *
 * @throws {TypeError} If something is wrong with it.
 */
function prepare(
  command: string,
  words: RedisValue[] = [],
  options?: SendCommandOptions,
): PreparedCommand {
  const [name, list] = spell(command, words as Argument[]);
  const args = takeArguments(name, list);
  const form = specOf(name).form();
  if (endsMatching(form.command, args)) throw notMatched(name);
  const flags = options === undefined
    ? undefined
    : readCallOptions(options, "sendCommand of connect(hostId)");
  return { form, args, flags: flagBits(flags) };
}

function notMatched(command: string): TypeError {
  return new TypeError(
    `Cannot run "${command}": its replies do not follow commands one by one; ` +
      "for messages use subscribe() or psubscribe()",
  );
}

function withSettler(
  { form, args, flags }: PreparedCommand,
  settler: Settler,
): Command {
  return new Command(form, args, settler, flags);
}

/** The replies in order, error replies among them as values. */
async function sendTogether(
  link: DedicatedLink,
  commands: readonly PreparedCommand[],
): Promise<RawOrError[]> {
  const replies: Promise<Reply>[] = [];
  link.send(commands.map((command) => {
    const promise = newPromise();
    const settler = new NativeSettler();
    replies.push(
      promise.catch((error) => {
        if (error instanceof CommandError) return error;
        throw error;
      }),
    );
    return withSettler(command, settler);
  }));
  // Beyond 2^53 an integer is a bigint, which the types of replies leave out.
  return await Promise.all(replies) as RawOrError[];
}
