/**
 * Messages for those who want to watch: `node:diagnostics_channel`.
 *
 * @module
 */

import { channel } from "node:diagnostics_channel";
import { type AsyncContext, currentContext } from "../async_context.ts";
import type { Batch } from "./batch.ts";

/**
 * Published on the channel `"rb:batch"` when every command of a batch is
 * settled, in the asynchronous context of whoever issued the first of them.
 * Arguments are never included.
 */
export interface BatchMessage {
  /** The host that the batch was for. */
  readonly hostId: number;
  /** Where that host is. */
  readonly address: string;
  /** How many commands it had, by their names. */
  readonly commands: Readonly<Record<string, number>>;
  /** How many commands it had. */
  readonly count: number;
  /** When it was issued, in milliseconds since the epoch. */
  readonly startTime: number;
  /** Milliseconds until its last command was settled. */
  readonly duration: number;
  /** How many connections it was put on in vain. */
  readonly failedAttempts: number;
  /** How many of its commands were rejected. */
  readonly errors: number;
}

/** Published on the channel `"rb:connection"`. */
export interface ConnectionMessage {
  /** The host that the connection goes to. */
  readonly hostId: number;
  /** Where that host is. */
  readonly address: string;
  /** What happened: opened, lost or closed, or could not be opened. */
  readonly type: "open" | "close" | "fail";
  /** What had failed, in a `"fail"` message. */
  readonly error?: unknown;
}

/** Where batches are published; only subscribers pay for it. */
export const batchChannel = channel("rb:batch");

/** Where connections are published. */
export const connectionChannel = channel("rb:connection");

/** In which context a batch that begins now is to be published, if it is. */
export function issuerOfBatch(): AsyncContext | undefined {
  return batchChannel.hasSubscribers ? currentContext("rb:batch") : undefined;
}

/** Publishes a batch that is settled, in the context of its issuer. */
export function publishBatch(
  batch: Batch,
  at: { address: string; started: number; duration: number },
): void {
  const message: BatchMessage = {
    hostId: batch.hostId,
    address: at.address,
    commands: batch.names(),
    count: batch.issued,
    startTime: performance.timeOrigin + at.started,
    duration: at.duration,
    failedAttempts: batch.attempts,
    errors: batch.errors,
  };
  const { issuer } = batch;
  // Who subscribed later than it was issued is told all the same.
  if (issuer === undefined) batchChannel.publish(message);
  else issuer.runInAsyncScope(() => batchChannel.publish(message));
}
