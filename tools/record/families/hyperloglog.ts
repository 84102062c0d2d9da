import { bytes, call, type Case, threeWays } from "../cases.ts";

/** HyperLogLogs. */
export const HYPERLOGLOG: Case[] = [
  ...threeWays(
    { right: "PFADD k a b c", wrong: "SET k text" },
    call("pfadd", "k"),
    call("pfadd", "k", "a"),
    call("pfadd", "k", "d", "e"),
    call("pfadd", "k", 1, bytes("ff")),
    call("pfcount", "k"),
    call("pfcount", "k", "l"),
    call("pfmerge", "dest", "k"),
    call("pfmerge", "dest", "k", "l"),
    call("pfmerge", "dest"),
  ),
  call("pfcount"),
];
