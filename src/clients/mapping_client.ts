/**
 * The mapping client: every command goes to the host of its key, and its
 * promise is settled when the map has been joined.
 *
 * @module
 */

import type { MappingCommands } from "./commands/mapping_commands.ts";
import type { MappingRecords } from "./commands/mapping_records.ts";
import { cancelled, type Mapping } from "./mapping.ts";
import { installCommands } from "./install_commands.ts";
import { PromiseClient } from "./promise_client.ts";
import { printAs } from "../inspect.ts";

/**
 * Issues commands whose promises are settled together: all commands of
 * `@db/redis` that name a key, each returning an `RbPromise`.
 *
 * `mget`, `mset`, `del`, `unlink`, `exists` and `touch` take keys of several
 * hosts. What names no key is absent; see `fanout` and `connect`.
 */
export interface MappingClient extends MappingCommands {
  /**
   * Waits until every command issued so far is settled.
   *
   * @throws The error of the command that failed, or an AggregateError in the
   * order of issue when several did.
   */
  join(): Promise<void>;
  /**
   * Gives up: what was not sent is not sent any more, and every promise that is
   * not settled rejects.
   *
   * @param reason Their reason; an `AbortError` by default.
   */
  cancel(reason?: unknown): void;
  /** Joins, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A mapping client that gives records: see the option `replies`. */
export interface RecordsMappingClient
  extends Omit<MappingClient, keyof MappingRecords>, MappingRecords {}

class MappingClientImpl extends PromiseClient {
  readonly #mapping: Mapping;

  constructor(mapping: Mapping) {
    super(mapping);
    this.#mapping = mapping;
  }

  join(): Promise<void> {
    return this.#mapping.join();
  }

  cancel(reason: unknown = cancelled()): void {
    this.#mapping.cancel(reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.join();
  }
}

/** The same with records and pairs where replies are lists. */
class RecordsMappingClientImpl extends MappingClientImpl {}

installCommands(RecordsMappingClientImpl.prototype, true);
printAs("MappingClient", MappingClientImpl, RecordsMappingClientImpl);

/** A mapping client for one map. */
export function createMappingClient(mapping: Mapping): MappingClient {
  // The methods are installed on the prototype, out of the checker's sight.
  const client = mapping.records
    ? new RecordsMappingClientImpl(mapping)
    : new MappingClientImpl(mapping);
  return client as unknown as MappingClient;
}
