/**
 * Commands on places.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import { made, type MethodRow, type MethodRows, plain } from "../methods.ts";
import { OptionNames, type Options, pushValue } from "../options.ts";
import type { GeoMethods } from "../signatures/geo.ts";
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

const RADIUS_RO_NAMES = "withCoord withDist withHash count sort";
const RADIUS_NAMES = `${RADIUS_RO_NAMES} store storeDist`;
const SEARCH_NAMES = "withCoord withDist withHash count sort any";
const GEOSEARCH_OPTIONS = new OptionNames("geosearch", SEARCH_NAMES);
const GEOSEARCHSTORE_OPTIONS = new OptionNames(
  "geosearchstore",
  "count sort any storeDist",
);

function geoadd(key: Argument, ...places: unknown[]): Argument[] {
  const args = [key];
  const [first] = places;
  if (Array.isArray(first)) {
    for (const place of places) pushPlace(args, place);
  } else if (typeof first === "object" && first !== null) {
    if (places.length > 1) {
      throw new TypeError('The places of "geoadd" are one record');
    }
    for (const [member, at] of Object.entries(first)) {
      pushPlace(args, [...at, member]);
    }
  } else {
    for (const one of places) args.push(one as Argument);
  }
  return args;
}

function pushPlace(args: Argument[], place: unknown): void {
  if (!Array.isArray(place) || place.length !== 3) {
    throw new TypeError(
      'A place for "geoadd" is a list of longitude, latitude and member',
    );
  }
  args.push(place[0], place[1], place[2]);
}

function pushFound(args: Argument[], names: OptionNames, given: Options): void {
  if (names.isOn(given, "withCoord")) args.push("WITHCOORD");
  if (names.isOn(given, "withDist")) args.push("WITHDIST");
  if (names.isOn(given, "withHash")) args.push("WITHHASH");
}

function pushSorted(
  args: Argument[],
  names: OptionNames,
  given: Options,
): void {
  pushValue(args, "COUNT", given.count);
  if (names.isOn(given, "any")) args.push("ANY");
  const sort = names.word(given, "sort", "ASC DESC");
  if (sort !== undefined) args.push(sort);
}

/** A method that looks in a circle, behind so many arguments. */
function around(
  command: string,
  fixed: number,
  options = RADIUS_NAMES,
): MethodRow {
  const names = new OptionNames(
    command.toLowerCase().replace("_ro", "Ro"),
    options,
  );
  const make = (...all: unknown[]) => {
    const args = all.slice(0, fixed) as Argument[];
    const given = names.check(all[fixed]);
    if (given === undefined) return args;
    pushFound(args, names, given);
    pushSorted(args, names, given);
    pushValue(args, "STORE", given.store);
    pushValue(args, "STOREDIST", given.storeDist);
    return args;
  };
  return made(command, fixed, make, { plain: fixed, max: fixed + 1 });
}

/** Around what, and in which shape. */
function pushArea(
  args: Argument[],
  method: string,
  from: unknown,
  by: unknown,
): void {
  const { member, longitude, latitude } = membersOf(method, from);
  if (member !== undefined) args.push("FROMMEMBER", member);
  else args.push("FROMLONLAT", longitude, latitude);
  const { radius, width, height, unit } = membersOf(method, by);
  if (radius !== undefined) args.push("BYRADIUS", radius, unit);
  else args.push("BYBOX", width, height, unit);
}

function membersOf(method: string, value: unknown): Record<string, Argument> {
  if (typeof value === "object" && value !== null) {
    return value as Record<string, Argument>;
  }
  throw new TypeError(
    `"${method}" looks around a { member } or { longitude, latitude }, by ` +
      "{ radius, unit } or { width, height, unit }",
  );
}

function geosearch(
  key: Argument,
  from: unknown,
  by: unknown,
  options?: unknown,
): Argument[] {
  const args = [key];
  const given = GEOSEARCH_OPTIONS.check(options);
  pushArea(args, "geosearch", from, by);
  if (given === undefined) return args;
  pushSorted(args, GEOSEARCH_OPTIONS, given);
  pushFound(args, GEOSEARCH_OPTIONS, given);
  return args;
}

function geosearchstore(
  destination: Argument,
  source: Argument,
  from: unknown,
  by: unknown,
  options?: unknown,
): Argument[] {
  const args = [destination, source];
  const given = GEOSEARCHSTORE_OPTIONS.check(options);
  pushArea(args, "geosearchstore", from, by);
  if (given === undefined) return args;
  pushSorted(args, GEOSEARCHSTORE_OPTIONS, given);
  if (GEOSEARCHSTORE_OPTIONS.isOn(given, "storeDist")) args.push("STOREDIST");
  return args;
}

/** The methods of the family. */
export const GEO_METHODS: MethodRows<GeoMethods> = {
  geoadd: made("GEOADD", 2, geoadd, { max: Infinity }),
  geodist: plain("GEODIST", 3, 4),
  geohash: plain("GEOHASH", 1, Infinity),
  geopos: plain("GEOPOS", 1, Infinity),
  georadius: around("GEORADIUS", 5),
  georadiusRo: around("GEORADIUS_RO", 5, RADIUS_RO_NAMES),
  georadiusbymember: around("GEORADIUSBYMEMBER", 4),
  georadiusbymemberRo: around("GEORADIUSBYMEMBER_RO", 4, RADIUS_RO_NAMES),
  geosearch: made("GEOSEARCH", 3, geosearch),
  geosearchstore: made("GEOSEARCHSTORE", 4, geosearchstore),
};
