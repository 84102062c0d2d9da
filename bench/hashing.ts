/**
 * Hashing a key, and finding its host.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";
import { ConsistentHashingRouter, type Key, PartitionRouter } from "@rb/rb";
import { crc32 } from "../src/topology/crc32.ts";
import { md5Word } from "../src/topology/md5.ts";
import { makeHosts, makeKeys } from "../tools/compare/hashing.ts";

const KEYS = makeKeys();
const HOSTS = [4, 64, 1_000];

/** Keeps the optimizer from leaving out what nobody looks at. */
export let sink = 0;

let turn = 0;

/** Another key each time, so that nothing is known of it beforehand. */
function next<K>(keys: readonly K[]): K {
  return keys[turn++ % keys.length];
}

function hash(
  group: string,
  name: string,
  keys: readonly Key[],
  work: (key: Key) => number,
): void {
  Deno.bench({
    name,
    group,
    baseline: name === "rb, ASCII",
    fn: () => {
      sink ^= work(next(keys));
    },
  });
}

const CRC32 = "hash: CRC-32 of a key of 20 bytes";
hash(CRC32, "rb, ASCII", KEYS.ascii, crc32);
hash(CRC32, "rb, not ASCII", KEYS.unicode, crc32);
hash(CRC32, "rb, bytes", KEYS.binary, crc32);
hash(CRC32, "node:zlib, ASCII", KEYS.ascii, (key) => zlibCrc32(key as string));
hash(
  CRC32,
  "node:zlib, bytes",
  KEYS.binary,
  (key) => zlibCrc32(key as Uint8Array),
);

const MD5 = "hash: MD5 of a key of 20 bytes";
hash(MD5, "rb, ASCII", KEYS.ascii, md5Word);
hash(MD5, "rb, not ASCII", KEYS.unicode, md5Word);
hash(MD5, "rb, bytes", KEYS.binary, md5Word);
hash(MD5, "node:crypto, ASCII", KEYS.ascii, nodeMd5);
hash(MD5, "node:crypto, bytes", KEYS.binary, nodeMd5);

for (const count of HOSTS) {
  const hosts = makeHosts(count);
  const routers = {
    "CRC-32": new PartitionRouter({ hosts }),
    ketama: new ConsistentHashingRouter({ hosts }),
  };
  for (const [name, router] of Object.entries(routers)) {
    Deno.bench({
      name: `${name}, ${count} hosts`,
      group: "route: the host of GET with a key of 20 bytes",
      baseline: name === "CRC-32" && count === HOSTS[0],
      fn: () => {
        sink ^= router.getHostForCommand("GET", [next(KEYS.ascii) as string]);
      },
    });
  }
}

function nodeMd5(key: Key): number {
  const digest = createHash("md5").update(key as string | Uint8Array).digest();
  return digest.readUInt32LE(0);
}
