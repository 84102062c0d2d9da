/**
 * What the page says of more hosts than a machine has servers for.
 *
 * @module
 */

import { MAX_MERGED_GETS } from "../../src/delivery/run.ts";
import { grouped } from "../measure/format.ts";
import type { Series } from "./series.ts";
import { growthOf, ratio, seriesTable } from "./series_text.ts";

/** A host costs more than before when it costs so many times as much. */
const MAX_STEADY = 1.5;

/** The part of the page, in Markdown. */
export function memoryPart(series: Series, keys: number): string {
  const { amounts, costs } = series;
  const first = amounts[0];
  const most = amounts[amounts.length - 1];
  const told = [...costs.keys()]
    .map((way) => `${way} ${ratio(growthOf(series, way, 0))}`).join(", ");
  return `## Up to ${grouped(most)} hosts

So many servers do not fit on one machine. Here hosts answer from memory, at
once: what is left is the client, without system calls and without the time of
servers, so that only these figures compare with each other. ${
    grouped(keys)
  } keys;
nanoseconds a key:

${seriesTable("hosts", series)}

What a key costs with ${
    grouped(most)
  } hosts, as a multiple of what it costs with
${
    grouped(first)
  }: ${told}. What is done for a key is the same with any number of
hosts, and what grows is what is done for a host: a batch, a lease of a
connection, a write and a read, and commands that fewer keys share. A map of
GETs sends about ${commandsText(keys, first)} over ${
    grouped(first)
  } hosts, of up
to ${grouped(MAX_MERGED_GETS)} keys, and ${commandsText(keys, most)} over ${
    grouped(most)
  }, of ${grouped(keys / most)}. ${slopesText(series, keys)} ${
    batchText(series, keys)
  }`;
}

/** How many MGETs a map is, if every host has as many keys. */
function commandsText(keys: number, hosts: number): string {
  const each = Math.ceil(keys / hosts / MAX_MERGED_GETS);
  return `${grouped(each * hosts)} MGETs`;
}

/** What one more host costs, among few and among many. */
function slopesText({ amounts, costs }: Series, keys: number): string {
  const line = costs.get("map get") ?? [];
  const last = amounts.length - 1;
  const middle = Math.floor(amounts.length / 2);
  if (middle === 0 || middle === last) return "";
  /** Microseconds of a whole map. */
  const slope = (from: number, to: number) =>
    (line[to] - line[from]) * keys / (amounts[to] - amounts[from]) / 1_000;
  const few = slope(0, middle);
  const many = slope(middle, last);
  const part = (from: number, to: number, value: number) =>
    `${value.toFixed(1)} µs from ${grouped(amounts[from])} to ${
      grouped(amounts[to])
    } hosts`;
  const how = many > MAX_STEADY * Math.max(few, 0)
    ? "the more there are, the more one costs"
    : "the whole grows no faster than the number of hosts";
  return `A map takes longer for each further host: ${
    part(0, middle, few)
  } and ${part(middle, last, many)}; ${how}.`;
}

/** The batches of `mapBatches`, which hold more keys with more hosts. */
function batchText(
  { amounts, batchKeys = [] }: Series,
  keys: number,
): string {
  const last = amounts.length - 1;
  const [first, most] = [batchKeys[0], batchKeys[last]];
  if (first === undefined || most === undefined) return "";
  const end = most >= keys
    ? `, so that all ${grouped(keys)} are one`
    : `, ${grouped(most / amounts[last])} for each`;
  return `A batch of \`mapBatches\` has ${grouped(first)} keys with ${
    grouped(amounts[0])
  } hosts and room for ${grouped(most)} with ${grouped(amounts[last])}${end}.`;
}
