/**
 * What people are told of a move of keys.
 *
 * @module
 */

import type { ReshardProgress, ReshardStatus, RingStatus } from "../../mod.ts";
import { amount, grouped } from "./units.ts";

/** Why there is nothing to be moved from the one hosts to the other ones. */
export function objectionsTo(
  { phase, epoch, from, to, rings, writers }: ReshardStatus,
): string[] {
  if (from === "others" || to === "others") {
    return [othersText({ phase, epoch, rings })];
  }
  // Copies that are left are deleted by the same move.
  if (phase !== "stable" || from !== "after" || writers === "stopped") {
    return [];
  }
  return [
    `The hosts of --to are in use already (epoch ${epoch}): their keys have ` +
    "moved, or --from and --to are the wrong way round",
  ];
}

/** What is so where the record is about others than the hosts that were given. */
export function othersText(
  { phase, epoch, rings }: Pick<ReshardStatus, "phase" | "epoch" | "rings">,
): string {
  return phase === "stable"
    ? "The servers are in use with other hosts, or another router, than given " +
      `(epoch ${epoch}): ${rings.from}`
    : "Keys are on their way between other hosts than those given (epoch " +
      `${epoch}): from ${rings.from}, to ${rings.to}`;
}

/** What is to be known of the hosts in use before keys are looked for there. */
export function ringText(ring: RingStatus): string | undefined {
  const { phase, epoch, from, to, rings } = ring;
  if (from === "others" && to === "others") return othersText(ring);
  if (phase === "stable") return undefined;
  return `Keys are on their way (epoch ${epoch}), so that they are on both sides: ` +
    `from ${rings.from}, to ${rings.to}`;
}

/** What there is to do where nothing is in the way. */
export function freeText(
  { phase, from, flows, writers }: ReshardStatus,
): string {
  if (phase !== "stable") {
    return from === "before"
      ? `A move is under way (${phase}): run goes on with it`
      : `A move the other way is under way (${phase}): run takes it back`;
  }
  if (writers === "stopped") {
    return "The new hosts are in use, and the former ones have copies, which run " +
      "deletes";
  }
  return flows.length === 0
    ? "Nothing keeps keys from being moved, and there are none to be moved"
    : "Nothing keeps keys from being moved";
}

/**
 * How far a move is, and which hosts it is about.
 *
 * @param status What is so.
 * @param isOne Whether one set of hosts was given, not two.
 */
export function statusLines(
  { phase, epoch, from, to, rings, writers }: ReshardStatus,
  isOne: boolean,
): string[] {
  const name = (which: ReshardStatus["from"]) =>
    which === "others"
      ? "other hosts than those given"
      : isOne
      ? "the hosts given"
      : `the hosts ${which}`;
  const isStopped = writers === "stopped";
  if (phase === "stable") {
    const what = isStopped ? ", and the former ones still have copies" : "";
    const how = epoch === 0 ? ": the servers have no record of a move" : "";
    return [
      `Epoch ${epoch}: ${name(from)} are in use${what}${how}`,
      `  in use: ${rings.from}`,
    ];
  }
  const how = isStopped ? "writers are stopped" : phase;
  return [
    `Epoch ${epoch}: ${how}, from ${name(from)} to ${name(to)}`,
    `  from: ${rings.from}`,
    `  to:   ${rings.to}`,
  ];
}

/** How far the keys of a phase are. */
export function progressText(
  { phase, scanned, total, moved, keysPerSecond }: ReshardProgress,
): string {
  const what = phase === "moving"
    ? `, ${grouped(moved)} moved`
    : phase === "copying"
    ? `, ${grouped(moved)} copied`
    : "";
  const speed = keysPerSecond < 1 ? "" : `, ${grouped(keysPerSecond)} a second`;
  return `${grouped(scanned)} of ${
    amount(total, "key")
  } looked at${what}${speed}`;
}
