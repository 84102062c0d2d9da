/**
 * Replicas that lose their primary while both are well.
 *
 * @module
 */

import { ask, type RawAddress } from "./raw_client.ts";

/**
 * Lets nobody replicate a server any more; what does so already goes on. A replica
 * that is not let in tries the way of old servers as well (SYNC), which stays
 * closed: one that came in by that counts from zero what it has, and no WAIT would
 * ever hear that it has enough.
 */
export async function denyReplication(primary: RawAddress): Promise<void> {
  await ask(primary, "ACL", "SETUSER", "default", "-psync", "-sync");
}

/** Lets replicas in again. */
export async function allowReplication(primary: RawAddress): Promise<void> {
  await ask(primary, "ACL", "SETUSER", "default", "+psync");
}
