/**
 * The record of figures that the documents cite: docs/figures.json.
 *
 * @module
 */

import type { CallCosts } from "../scaling/calls.ts";
import type { KnownMachine } from "../measure/machine.ts";

/** What one section of the comparison came to. */
export interface SectionFigures {
  /** How many keys, */
  readonly keys: number;
  /** and of how many rounds these are the medians, where that is known. */
  readonly rounds?: number;
  /** Keys a second, rounded, by the name of the contender. */
  readonly medians: Readonly<Record<string, number>>;
  /** Milliseconds within which 99 of 100 replies came, where that was measured. */
  readonly p99?: Readonly<Record<string, number>>;
  /** Multiples of the first contender, where only they were written down. */
  readonly ratios?: Readonly<Record<string, number>>;
}

/** What sections of the comparison came to, in one run. */
export interface ComparedPart {
  readonly machine: KnownMachine;
  readonly sections: Readonly<Record<string, SectionFigures>>;
}

/** Nanoseconds a key, for each of some amounts, by the name of the way. */
export interface SeriesFigures {
  readonly amounts: readonly number[];
  readonly costs: Readonly<Record<string, readonly number[]>>;
  /** How many keys made a batch of `mapBatches`, for each number of hosts. */
  readonly batchKeys?: readonly number[];
}

/** What the measurement of keys, hosts and layers came to. */
export interface ScalingPart {
  readonly machine: KnownMachine;
  readonly rounds: number;
  readonly keys: SeriesFigures;
  readonly hosts: SeriesFigures;
  /** Hosts that answer from memory. */
  readonly memoryHosts?: SeriesFigures;
  /** Single calls that are issued together. */
  readonly calls?: CallCosts;
  /** How many keys were spread over the hosts. */
  readonly hostKeys: number;
  /** Nanoseconds of a GET in a map. */
  readonly layers: readonly {
    readonly name: string;
    readonly merged: number;
    readonly plain: number;
  }[];
}

/** When and where the demo was drawn. */
export interface DemoPart {
  readonly machine: KnownMachine;
}

/** All figures; what has never been measured is not there. */
export interface Figures {
  readonly clients?: ComparedPart;
  readonly calls?: ComparedPart;
  readonly crowds?: ComparedPart;
  readonly commands?: ComparedPart;
  readonly cluster?: ComparedPart;
  readonly resharding?: ComparedPart;
  readonly scaling?: ScalingPart;
  readonly demo?: DemoPart;
}

/** A part that is measured by itself. */
export type PartName = keyof Figures;

/** The parts, in the order in which they are measured and written. */
export const PARTS: readonly PartName[] = [
  "clients",
  "calls",
  "crowds",
  "commands",
  "cluster",
  "resharding",
  "scaling",
  "demo",
];

/** Where the record is. */
export const RECORD_PATH = "docs/figures.json";

/** The record as JSON, with a list of numbers on one line. */
export function recordText(figures: Figures): string {
  const ordered = Object.fromEntries(
    PARTS.flatMap((name) =>
      figures[name] === undefined ? [] : [[name, figures[name]]]
    ),
  );
  const text = JSON.stringify(ordered, undefined, 2);
  return text.replace(
    /\[[\d\s.,-]+\]/g,
    (list) => `[${list.slice(1, -1).trim().split(/,\s*/).join(", ")}]`,
  ) + "\n";
}

/** Three significant digits: a run of another day has no more in common. */
export function threeDigits(value: number): number {
  return Number(value.toPrecision(3));
}

/** Tenths, for what has one or two digits in front of them. */
export function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}
