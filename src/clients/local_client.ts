/**
 * The local client: every command of one node.
 *
 * @module
 */

import type { LocalCommands } from "./commands/local_commands.ts";
import type { LocalRecords } from "./commands/local_records.ts";
import { type LocalOptions, readCallOptions } from "./client_options.ts";
import { Dispatcher } from "../delivery/dispatcher.ts";
import type { ClusterView } from "../delivery/cluster_view.ts";
import type { CollectionScans } from "./collection_scan.ts";
import {
  NativeClient,
  RecordsNativeClient,
  sharedOptions,
} from "./native_client.ts";

/**
 * Sends every command to one host, whatever its key. All commands of
 * `@db/redis` but those that need a connection of their own; see `connect`.
 */
export interface LocalClient extends LocalCommands, CollectionScans {}

/** A local client that gives records: see the option `replies`. */
export interface RecordsLocalClient
  extends Omit<LocalClient, keyof LocalRecords>, LocalRecords {}

/** A local client for the host with that id. */
export function createLocalClient(
  cluster: ClusterView,
  hostId: number,
  options: LocalOptions,
): LocalClient {
  const read = readCallOptions(options, "the local client");
  cluster.host(hostId);
  const dispatcher = new Dispatcher(cluster, sharedOptions(cluster, read));
  // The methods are installed on the prototype, out of the checker's sight.
  const client = read.replies === "records"
    ? new RecordsNativeClient(dispatcher, hostId)
    : new NativeClient(dispatcher, hostId);
  return client as unknown as LocalClient;
}
