/**
 * What commands give with `replies: "records"`, on a local client.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { RoutingRecords } from "./routing_records.ts";

/**
 * What commands give with `replies: "records"`, on a local client.
 */
export interface LocalRecords extends RoutingRecords {
}
