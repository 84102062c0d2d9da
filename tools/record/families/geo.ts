import { bytes, call, type Case, given, TEXT, threeWays } from "../cases.ts";

const PLACES =
  "GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania";

const OPTIONS: readonly unknown[] = [
  undefined,
  {},
  { withCoord: true },
  { withDist: true },
  { withHash: true },
  { withCoord: true, withDist: true, withHash: true },
  { count: 1 },
  { sort: "ASC" },
  { sort: "DESC" },
  { withDist: true, sort: "DESC" },
  { count: 1, sort: "ASC", withDist: true },
  { store: "dest" },
  { storeDist: "dest" },
  { sort: "ASC", storeDist: "dest" },
];

/** Places. */
export const GEO: Case[] = [
  ...threeWays(
    { right: PLACES, wrong: TEXT },
    call("geoadd", "k", 13.361389, 38.115556, "Palermo"),
    call("geoadd", "k", "13.5", "38", "Rome"),
    call("geoadd", "k", [13.361389, 38.115556, "Palermo"], [2.35, 48.85, "P"]),
    call("geoadd", "k", { Palermo: [13.361389, 38.115556], P: [2.35, 48.85] }),
    call("geohash", "k", "Palermo"),
    call("geohash", "k", "Palermo", "z", "Catania"),
    call("geohash", "k"),
    call("geopos", "k", "Palermo"),
    call("geopos", "k", "Palermo", "z", "Catania"),
    call("geopos", "k"),
    call("geodist", "k", "Palermo", "Catania"),
    call("geodist", "k", "Palermo", "z"),
    ...["m", "km", "ft", "mi"].map((unit) =>
      call("geodist", "k", "Palermo", "Catania", unit)
    ),
    ...OPTIONS.flatMap((options) => [
      call("georadius", "k", 15, 37, 200, "km", options),
      call("georadiusbymember", "k", "Palermo", 200, "km", options),
    ]),
  ),
  call("geoadd", "k", 181, 0, "outside"),
  call("geoadd", "k", 1, 2, bytes("ff00")),
  call("geoadd", "k", 1, 2, 3),
  call("geoadd", "k", 1, 2, "a", 3, 4, "b"),
  call("geoadd", "k", {}),
  call("geoadd", "k"),
  ...given(
    PLACES,
    call("geodist", "k", "Palermo", "Catania", "parsec"),
    call("georadius", "k", "15", "37", "100", "km"),
    call("georadius", "k", 15, 37, 0.5, "m"),
    call("georadiusbymember", "k", "z", 200, "km"),
  ),
];
