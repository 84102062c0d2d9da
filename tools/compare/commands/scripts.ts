/**
 * Scripts.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { Script } from "@rb/rb";
import type { CommandRow } from "./row.ts";

/** Counts calls, and forgets them after so many seconds. */
const SCRIPT = "local count = redis.call('INCR', KEYS[1]) " +
  "if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end " +
  "return count";
const SHA = createHash("sha1").update(SCRIPT).digest("hex");
/** The script of the workload "run". */
export const RUN = new Script(SCRIPT);
const SECONDS = "3600";

const counting = {
  reply: () => [/^\d+$/],
  prepare: (key: string) => [["SET", key, "0"]],
};

export const SCRIPTS: readonly CommandRow[] = [
  {
    ...counting,
    name: "eval",
    title: "EVAL of a script that counts",
    words: (key) => ["EVAL", SCRIPT, "1", key, SECONDS],
    rb: (client, key) => client.eval(SCRIPT, [key], [SECONDS]),
    ioredis: (client, key) => client.eval(SCRIPT, 1, key, SECONDS),
    nodeRedis: (client, key) =>
      client.eval(SCRIPT, { keys: [key], arguments: [SECONDS] }),
  },
  {
    ...counting,
    name: "run",
    title: "The same script by its SHA",
    words: (key) => ["EVALSHA", SHA, "1", key, SECONDS],
    load: [["SCRIPT", "LOAD", SCRIPT]],
    rb: (client, key) => client.run(RUN, [key], [SECONDS]),
    ioredis: (client, key) => client.evalsha(SHA, 1, key, SECONDS),
    nodeRedis: (client, key) =>
      client.evalSha(SHA, { keys: [key], arguments: [SECONDS] }),
  },
];
