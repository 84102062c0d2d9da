/**
 * By what two programs know that they route alike.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { BaseRouter } from "./router.ts";

/** How many keys are looked at: with a host more, some of them are elsewhere. */
const SAMPLE_SIZE = 4_096;

/**
 * What a router does, in a few letters: the same for routers that send keys to the
 * same hosts, however they are configured. Hosts are known by their labels where
 * all have one, otherwise by their ids, since programs may reach them at different
 * addresses.
 */
export function ringFingerprint(router: BaseRouter): string {
  const hosts = [...router.cluster.hosts.values()];
  const hasLabels = hosts.every(({ label }) => label !== undefined);
  const names = new Map(
    hosts.map(({ hostId, label }) => [hostId, hasLabels ? label : hostId]),
  );
  const hash = createHash("sha256");
  hash.update(JSON.stringify([...names.values()].sort()));
  for (let i = 0; i < SAMPLE_SIZE; i++) {
    // Tags count where the router looks at them.
    const key = i % 2 === 0 ? `key:${i}` : `{tag:${i}}:key`;
    hash.update(`${names.get(router.getHostForKey(key))}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}
