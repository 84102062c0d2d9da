/**
 * Commands on places.
 *
 * @module
 */

import { firstTwo, geoRadiusKeys } from "../key_rules.ts";
import type { CommandRows } from "../spec.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on places. */
export const GEO_COMMANDS: CommandRows = {
  GEOADD: WRITE,
  GEODIST: READ,
  GEOHASH: READ,
  GEOPOS: READ,
  GEORADIUS: { keys: geoRadiusKeys },
  GEORADIUSBYMEMBER: { keys: geoRadiusKeys },
  GEORADIUSBYMEMBER_RO: READ,
  GEORADIUS_RO: READ,
  GEOSEARCH: READ,
  GEOSEARCHSTORE: { keys: firstTwo },
};
