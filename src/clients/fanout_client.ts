/**
 * The fanout client: every command goes to several hosts by their ids.
 *
 * @module
 */

import type { Arguments } from "../commands/arguments.ts";
import type { Form } from "../commands/spec.ts";
import { type HostSelection, readHostSelection } from "../host_ids.ts";
import { RbPromise, whenSettled } from "../promise.ts";
import type { Argument, Key } from "../values.ts";
import type { FanoutCommands } from "./commands/fanout_commands.ts";
import type { FanoutRecords } from "./commands/fanout_records.ts";
import type { TargetedCommands } from "./commands/targeted_commands.ts";
import type { TargetedRecords } from "./commands/targeted_records.ts";
import { combinedError } from "./combined_error.ts";
import type { CommandFlags } from "../delivery/command.ts";
import { type CommandTarget, installCommands } from "./install_commands.ts";
import { cancelled, type Mapping } from "./mapping.ts";
import {
  createPromiseClient,
  PromiseClient,
  settleWith,
} from "./promise_client.ts";
import { printAs } from "../inspect.ts";

/** Sends each command to one host; its promise holds that host's reply. */
export type TargetedClient = TargetedCommands;

/**
 * Sends each command to several hosts; its promise holds a Map from host id to
 * reply, or to an outcome with `settled: true`.
 *
 * It places commands by host, not by key: a key written through it may end up
 * where no router looks for it.
 */
export interface FanoutClient<K extends "fanout" | "settled" = "fanout">
  extends FanoutCommands<K> {
  /**
   * The same client for other hosts.
   *
   * @param hosts The ids, or `"all"`.
   * @throws {TypeError} If it has been targeted already, or the hosts are no
   * such list.
   * @throws {RangeError} If there is no host with one of the ids.
   */
  target(hosts: HostSelection): FanoutClient<K>;
  /**
   * A client for the one host that a key lives on. Its promises hold the reply
   * itself.
   *
   * @param key The key that decides.
   */
  targetKey(key: Key): TargetedClient;
  /** Waits until every command is settled; throws what went wrong. */
  join(): Promise<void>;
  /** Gives up everything that is not settled. */
  cancel(reason?: unknown): void;
  /** Joins, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Sends each command to one host, and gives records. */
export interface RecordsTargetedClient
  extends Omit<TargetedClient, keyof TargetedRecords>, TargetedRecords {}

/** A fanout client that gives records: see the option `replies`. */
export interface RecordsFanoutClient<
  K extends "fanout" | "settled" = "fanout",
> extends
  Omit<FanoutClient<K>, keyof FanoutRecords | "target" | "targetKey">,
  FanoutRecords<K> {
  /** The same client for other hosts: see `target` of a fanout client. */
  target(hosts: HostSelection): RecordsFanoutClient<K>;
  /** A client for the host of a key: see `targetKey` of a fanout client. */
  targetKey(key: Key): RecordsTargetedClient;
}

interface FanoutState {
  readonly mapping: Mapping;
  readonly hosts: HostSelection | undefined;
  readonly settled: boolean;
  readonly targeted: boolean;
}

class FanoutClientImpl implements CommandTarget {
  readonly #state: FanoutState;
  readonly #nodes = new Map<number, PromiseClient>();

  constructor(state: FanoutState) {
    this.#state = state;
  }

  target(hosts: HostSelection): FanoutClientImpl {
    if (this.#state.targeted) {
      throw new TypeError("Cannot target a client that is targeted already");
    }
    const { topology } = this.#state.mapping.dispatcher.cluster;
    const read = readHostSelection(
      hosts,
      topology.isKnown ? topology.hosts : undefined,
    );
    return createTarget({ ...this.#state, hosts: read, targeted: true });
  }

  targetKey(key: Key): PromiseClient {
    if (this.#state.targeted) {
      throw new TypeError("Cannot target a client that is targeted already");
    }
    const { mapping } = this.#state;
    // What is no key is refused at once.
    mapping.dispatcher.cluster.topology.groupOf(key);
    return createPromiseClient(mapping, { key });
  }

  join(): Promise<void> {
    return this.#state.mapping.join();
  }

  cancel(reason: unknown = cancelled()): void {
    this.#state.mapping.cancel(reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.join();
  }

  sendCommand(
    command: string,
    args?: readonly Argument[],
    options?: CommandFlags,
  ): RbPromise<unknown> {
    return this.#spread((node) => node.sendCommand(command, args, options));
  }

  issue(form: Form, args: Argument[]): RbPromise<unknown> {
    return this.#spread((node) => node.issue(form, args));
  }

  issueByKey(
    form: Form,
    args: Arguments,
    second?: Argument,
  ): RbPromise<unknown> {
    return this.#spread((node) => node.issueByKey(form, args, second));
  }

  translate(method: string, args: unknown[]): RbPromise<unknown> {
    return this.#spread((node) => node.translate(method, args));
  }

  refuse(error: unknown): RbPromise<unknown> {
    const promise = new RbPromise<unknown>();
    const { mapping } = this.#state;
    mapping.dispatcher.refuse(promise, error);
    mapping.enter(promise);
    return promise;
  }

  /** Has every host do the same, and gathers what comes of it. */
  #spread(
    call: (node: PromiseClient) => RbPromise<unknown>,
  ): RbPromise<unknown> {
    const { hosts, mapping, settled } = this.#state;
    const { cluster } = mapping.dispatcher;
    if (hosts === undefined) {
      return this.refuse(
        new TypeError(
          "The fanout has no hosts: name them in fanout(hosts, …), or use " +
            "target(hosts) or targetKey(key)",
        ),
      );
    }
    const gathered = new RbPromise<unknown>();
    const spread = () => {
      const promises = new Map<number, RbPromise<unknown>>();
      for (const id of hosts === "all" ? cluster.hostIds : hosts) {
        promises.set(id, call(this.#node(id)));
      }
      gather(promises, { settled, gathered });
    };
    mapping.enter(gathered);
    if (cluster.topology.isKnown) spread();
    else {
      mapping.await(
        mapping.dispatcher.known().then(spread)
          .catch((reason) => settleWith(() => gathered.reject(reason))),
      );
    }
    return gathered;
  }

  #node(hostId: number): PromiseClient {
    let node = this.#nodes.get(hostId);
    if (node === undefined) {
      const { dispatcher } = this.#state.mapping;
      const pending = (promise: Promise<unknown>) =>
        this.#state.mapping.await(promise);
      // Its promises are parts; the map reports the gathered one.
      node = new PromiseClient(
        { dispatcher, records: false, enter: () => {}, await: pending },
        hostId,
      );
      this.#nodes.set(hostId, node);
    }
    return node;
  }
}

installCommands(FanoutClientImpl.prototype);

/** The same with records and pairs where replies are lists. */
class RecordsFanoutClientImpl extends FanoutClientImpl {}

installCommands(RecordsFanoutClientImpl.prototype, true);
printAs("FanoutClient", FanoutClientImpl, RecordsFanoutClientImpl);

function createTarget(state: FanoutState): FanoutClientImpl {
  return state.mapping.records
    ? new RecordsFanoutClientImpl(state)
    : new FanoutClientImpl(state);
}

/** Settles a promise when all are: with a Map of replies or of outcomes. */
function gather(
  promises: Map<number, RbPromise<unknown>>,
  { settled, gathered }: { settled: boolean; gathered: RbPromise<unknown> },
): void {
  let missing = promises.size;
  const finish = () => {
    if (settled) return gathered.resolve(outcomes(promises));
    const failed = [...promises.values()].filter((one) => one.isRejected);
    if (failed.length === 0) gathered.resolve(values(promises));
    else {
      gathered.reject(combinedError(
        failed.map(({ reason }) => reason),
        () =>
          `The command failed on ${failed.length} of ${promises.size} hosts`,
      ));
    }
  };
  const arrived = () => {
    if (--missing === 0) settleWith(finish);
  };
  if (missing === 0) finish();
  for (const promise of promises.values()) {
    whenSettled(promise, arrived, arrived);
  }
}

function values(
  promises: Map<number, RbPromise<unknown>>,
): Map<number, unknown> {
  return new Map([...promises].map(([id, { value }]) => [id, value]));
}

function outcomes(
  promises: Map<number, RbPromise<unknown>>,
): Map<number, PromiseSettledResult<unknown>> {
  return new Map(
    [...promises].map(([id, { isResolved, value, reason }]) => [
      id,
      isResolved
        ? { status: "fulfilled", value }
        : { status: "rejected", reason },
    ]),
  );
}

/**
 * A fanout client for one map.
 *
 * @param mapping The map.
 * @param hosts Which hosts; without them each call has to be targeted.
 * @param settled Whether promises hold an outcome per host.
 * @throws If the hosts are not a list of ids that there are, nor `"all"`.
 */
export function createFanoutClient<K extends "fanout" | "settled">(
  mapping: Mapping,
  hosts: HostSelection | undefined,
  settled: boolean,
): FanoutClient<K> {
  const { topology } = mapping.dispatcher.cluster;
  // The methods are installed on the prototype, out of the checker's sight.
  return createTarget({
    mapping,
    hosts: hosts === undefined
      ? undefined
      : readHostSelection(hosts, topology.isKnown ? topology.hosts : undefined),
    settled,
    targeted: false,
  }) as unknown as FanoutClient<K>;
}
