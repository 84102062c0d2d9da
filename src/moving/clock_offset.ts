/**
 * How far apart the clocks of two servers are.
 *
 * @module
 */

import type { Reply } from "../values.ts";
import type { MovingHost } from "./moving_host.ts";

/** When a server was asked for its time, and what it said. */
export interface ClockReading {
  /** When it was asked, in milliseconds of `performance.now()`, */
  readonly asked: number;
  /** and when it had answered. */
  readonly answered: number;
  /** What its clock showed, in milliseconds. */
  readonly time: number;
}

/** Reads the reply to TIME, in milliseconds. */
export function readTime(reply: unknown): number {
  const [seconds, micros] = Array.isArray(reply) ? reply.map(String) : [];
  const time = Number(seconds) * 1_000 + Number(micros) / 1_000;
  if (!Number.isFinite(time)) {
    throw new TypeError("What TIME replied is no time");
  }
  return time;
}

/**
 * Asks two servers how far the clock of the target is ahead of that of the source,
 * in whole milliseconds.
 */
export async function offsetBetween(
  source: MovingHost,
  target: MovingHost,
): Promise<number> {
  const [one, other] = await Promise.all([
    readClock(source),
    readClock(target),
  ]);
  return clockOffset(one, other);
}

async function readClock(host: MovingHost): Promise<ClockReading> {
  const asked = performance.now();
  const reply = await host.command("TIME");
  const time = readTime(Array.isArray(reply) ? reply.map(textOf) : reply);
  return { asked, answered: performance.now(), time };
}

const decoder = new TextDecoder();

function textOf(reply: Reply): unknown {
  return reply instanceof Uint8Array ? decoder.decode(reply) : reply;
}

/**
 * How far the clock of the target is ahead of that of the source, in whole
 * milliseconds. Clocks that agree as far as can be told do agree: a key then
 * expires at the very time that it would have expired at.
 */
export function clockOffset(
  source: ClockReading,
  target: ClockReading,
): number {
  const offset = (target.time - middleOf(target)) -
    (source.time - middleOf(source));
  const doubt = (lengthOf(source) + lengthOf(target)) / 2 + 1;
  return Math.abs(offset) <= doubt ? 0 : Math.round(offset);
}

function middleOf({ asked, answered }: ClockReading): number {
  return (asked + answered) / 2;
}

function lengthOf({ asked, answered }: ClockReading): number {
  return answered - asked;
}
