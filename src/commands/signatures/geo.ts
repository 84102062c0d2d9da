/**
 * The methods for places.
 *
 * @module
 */

import type { GeoRadiusOpts, GeoUnit } from "@db/redis";
import type { Argument, Key } from "../../values.ts";

/** Where `geosearch` looks: around a member or a place. */
export type GeoSearchFrom =
  | { readonly member: Argument }
  | { readonly longitude: number; readonly latitude: number };

/** In which shape `geosearch` looks. */
export type GeoSearchBy =
  | { readonly radius: number; readonly unit: GeoUnit }
  | {
    readonly width: number;
    readonly height: number;
    readonly unit: GeoUnit;
  };

/** What `geosearchstore` stores. */
export interface GeoSearchStoreOptions {
  /** From the nearest to the farthest, or the other way; as they come without it. */
  sort?: "ASC" | "DESC";
  /** The most; all without it. */
  count?: number;
  /**
   * Whether any that match will do, not the nearest, with `count`.
   *
   * @default {false}
   */
  any?: boolean;
  /**
   * Whether distances are stored as scores, with `geosearchstore`.
   *
   * @default {false}
   */
  storeDist?: boolean;
}

/** What `geosearch` gives. */
export interface GeoSearchOptions
  extends Omit<GeoSearchStoreOptions, "storeDist"> {
  /**
   * Whether each member comes with its place.
   *
   * @default {false}
   */
  withCoord?: boolean;
  /**
   * Whether each member comes with its distance, in the unit of the search.
   *
   * @default {false}
   */
  withDist?: boolean;
  /**
   * Whether each member comes with its hash.
   *
   * @default {false}
   */
  withHash?: boolean;
}

/** A member, and what was asked for of it: distance, hash, place. */
export type GeoFound =
  | string
  | [
    member: string,
    ...details: (string | number | [longitude: string, latitude: string])[],
  ];

/** Commands on places. */
export interface GeoMethods {
  /**
   * Adds members with their places.
   *
   * Redis 3.2.0, O(log N) for each member.
   *
   * @returns How many are new.
   */
  geoadd(
    key: Key,
    longitude: number,
    latitude: number,
    member: Argument,
  ): number;
  /**
   * Adds triples of longitude, latitude and member.
   */
  geoadd(
    key: Key,
    ...places: [longitude: number, latitude: number, member: Argument][]
  ): number;
  /**
   * Adds the members of a record.
   */
  geoadd(
    key: Key,
    places: Record<string, [longitude: number, latitude: number]>,
  ): number;
  /**
   * Measures how far two members are apart.
   *
   * Redis 3.2.0, O(1).
   *
   * @param unit Metres without it.
   * @returns The distance, as text; null if either is none.
   */
  geodist(
    key: Key,
    member1: Argument,
    member2: Argument,
    unit?: GeoUnit,
  ): string | null;
  /**
   * Reads the geohashes of members.
   *
   * Redis 3.2.0, O(1) for each member.
   *
   * @returns A hash for each; null where there is none.
   */
  geohash(key: Key, ...members: Argument[]): (string | null)[];
  /**
   * Reads the places of members.
   *
   * Redis 3.2.0, O(1) for each member.
   *
   * @returns Longitude and latitude for each; null where there is none.
   */
  geopos(
    key: Key,
    ...members: Argument[]
  ): ([longitude: string, latitude: string] | null)[];
  /**
   * Finds members around a place; `geosearch` does it too.
   *
   * Redis 3.2.0, O(N + log M).
   *
   * @returns The members, or with `store` how many were stored.
   */
  georadius(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    options?: GeoRadiusOpts,
  ): GeoFound[];
  /**
   * Finds members around a place and stores none; `geosearch` does it too.
   *
   * Redis 3.2.10, O(N + log M).
   *
   * @returns The members.
   */
  georadiusRo(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    options?: Omit<GeoRadiusOpts, "store" | "storeDist">,
  ): GeoFound[];
  /**
   * Finds members around another one; `geosearch` does it too.
   *
   * Redis 3.2.0, O(N + log M).
   *
   * @returns The members, or with `store` how many were stored.
   */
  georadiusbymember(
    key: Key,
    member: Argument,
    radius: number,
    unit: GeoUnit,
    options?: GeoRadiusOpts,
  ): GeoFound[];
  /**
   * Finds members around another one and stores none; `geosearch` does it too.
   *
   * Redis 3.2.10, O(N + log M).
   *
   * @returns The members.
   */
  georadiusbymemberRo(
    key: Key,
    member: Argument,
    radius: number,
    unit: GeoUnit,
    options?: Omit<GeoRadiusOpts, "store" | "storeDist">,
  ): GeoFound[];
  /**
   * Finds members in a circle or a box.
   *
   * Redis 6.2.0, O(N + log M).
   *
   * @param from Around what.
   * @param by The circle or the box.
   * @returns The members, each with what was asked for of it.
   */
  geosearch(
    key: Key,
    from: GeoSearchFrom,
    by: GeoSearchBy,
    options?: GeoSearchOptions,
  ): GeoFound[];
  /**
   * Stores the members in a circle or a box.
   *
   * Redis 6.2.0, O(N + log M).
   *
   * @returns How many were stored.
   */
  geosearchstore(
    destination: Key,
    source: Key,
    from: GeoSearchFrom,
    by: GeoSearchBy,
    options?: GeoSearchStoreOptions,
  ): number;
}
