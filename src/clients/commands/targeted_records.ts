/**
 * What commands give with `replies: "records"`, by `targetKey` of a fanout.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { MappingRecords } from "./mapping_records.ts";

/**
 * What commands give with `replies: "records"`, by `targetKey` of a fanout.
 */
export interface TargetedRecords extends MappingRecords {
}
