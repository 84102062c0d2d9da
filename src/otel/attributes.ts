/**
 * What spans and metrics tell of a batch, in the words of the semantic
 * conventions for databases.
 *
 * @module
 */

import type { Attributes } from "@opentelemetry/api";
import { kindOf } from "../delivery/error_codes.ts";
import type { ObservedBatch, ServerPlace } from "../delivery/observer.ts";
import { CommandError } from "../errors.ts";

/**
 * What a batch is called: `GET`, `PIPELINE GET` where it has several commands of
 * that name, `PIPELINE` where it has several names.
 */
export function operationOf(
  { commands, count }: Pick<ObservedBatch, "commands" | "count">,
): string {
  const names = Object.keys(commands);
  if (count === 1) return names[0];
  return names.length === 1 ? `PIPELINE ${names[0]}` : "PIPELINE";
}

/** What metrics tell of a batch: few values, each of them for many batches. */
export function attributesOf(batch: ObservedBatch): Attributes {
  const { server } = batch.host;
  return {
    "db.system.name": "redis",
    "db.operation.name": operationOf(batch),
    "db.namespace": String(server.db),
    "server.address": server.path ?? server.hostname,
    ...(server.path === undefined ? { "server.port": server.port } : {}),
    ...(batch.errors > 0 ? errorAttributes(batch.failure) : {}),
  };
}

/** What an error is: the code of a reply, or the name of its class. */
export function errorAttributes(error: unknown): Attributes {
  const kind = error instanceof Error ? kindOf(error) : "other";
  // What scripts make up is for people, and there is no end to it.
  if (kind === "other") return { "error.type": "_OTHER" };
  return error instanceof CommandError
    ? { "error.type": kind, "db.response.status_code": kind }
    : { "error.type": kind };
}

/** What tells one server from another: `127.0.0.1:6379`, `/run/redis.sock`. */
export function nameOf({ path, hostname, port }: ServerPlace): string {
  return path ?? `${hostname}:${port}`;
}
