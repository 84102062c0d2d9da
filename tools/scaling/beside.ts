/**
 * How a figure of this page goes with that of README.md.
 *
 * @module
 */

import { TIMED, WARMUP } from "../compare/rounds.ts";
import { grouped } from "../measure/format.ts";
import type { Findings } from "./document.ts";

/** A map of GETs as README.md has it. */
export interface OtherFigure {
  /** Keys a second. */
  readonly rate: number;
  /** How many keys a map has. */
  readonly keys: number;
  /** The day. */
  readonly date: string;
}

/** Four hosts have the figure of README.md. */
const HOSTS = 4;

/** Both figures, and what is different; nothing where one of them is missing. */
export function besidePart(findings: Findings): string {
  const { other, hosts, hostKeys, layers, machine } = findings;
  const own = hosts.costs.get("map get")?.[hosts.amounts.indexOf(HOSTS)];
  if (other === undefined || own === undefined || other.keys !== hostKeys) {
    return "";
  }
  const rate = (nanoseconds: number) => (1_000 / nanoseconds).toFixed(2);
  const whole = layers.at(-1)?.merged;
  const days = other.date === machine.date
    ? ""
    : ` on another day (${other.date})`;
  return `A map of GETs of ${grouped(hostKeys)} keys over four hosts reads ${
    rate(own)
  } million keys a second here (${grouped(own)} ns a key, by the number of
hosts${
    whole === undefined
      ? ""
      : `; ${rate(whole)} million, ${grouped(whole)} ns, by layer`
  }) and ${(other.rate / 1e6).toFixed(2)} million (${
    grouped(1e9 / other.rate)
  } ns) in the [README](../README.md#speed), with keys and values of the same
size. \`compare\`, which measured that${days}, collects garbage first, lets a way
work for ${WARMUP.time} ms or ${WARMUP.laps} laps, whichever is more, and times it
for ${TIMED.time} ms, while here it has one lap to get going, among the garbage
and the clusters of all other figures.`;
}
