/**
 * What hosts have to do, as a table.
 *
 * @module
 */

import { type HostLoad, totalLoad } from "./host_load.ts";
import type { Paint, Tone } from "./style.ts";
import { type Column, tableLines } from "./table.ts";
import {
  amount,
  bytes,
  grouped,
  milliseconds,
  NOTHING,
  percentage,
} from "./units.ts";

/** A row: a host, or all of them. */
type Row = Omit<HostLoad, "hostId"> & { readonly hostId: number | string };

/** From which share of the memory that a server may use it is told in colour. */
const FULL = 0.9;

const COLUMNS: readonly Column<Row>[] = [
  { title: "HOST", isNumber: true, text: ({ hostId }) => `${hostId}` },
  { title: "ADDRESS", text: ({ address }) => address },
  orReason(number("COMMANDS/S", ({ commands }) => commands, {
    write: grouped,
    tone: ({ isHot }) => isHot ? "yellow" : undefined,
  })),
  number("LATENCY", ({ latency }) => latency, { write: milliseconds }),
  number("MEMORY", ({ memory }) => memory, {
    write: bytes,
    tone: ({ memory = 0, maxMemory = Infinity }) =>
      memory >= FULL * maxMemory ? "red" : undefined,
  }),
  number("KEYS", ({ keys }) => keys, { write: grouped }),
  number("CLIENTS", ({ clients }) => clients, { write: grouped }),
  number("HITS", ({ hitRate }) => hitRate, { write: percentage }),
  {
    title: "",
    text: ({ isHot }) => isHot ? "hot" : "",
    tone: () => "yellow",
  },
];

function number(
  title: string,
  value: (row: Row) => number | undefined,
  { write, tone }: {
    write: (value: number) => string;
    tone?: (row: Row) => Tone | undefined;
  },
): Column<Row> {
  const text = (row: Row) => {
    const given = value(row);
    return given === undefined ? NOTHING : write(given);
  };
  return { title, isNumber: true, text, ...tone === undefined ? {} : { tone } };
}

/** A column that says, of a host of which nothing is known, why that is so. */
function orReason(column: Column<Row>): Column<Row> {
  return {
    ...column,
    text: (row) => row.reason ?? row.error ?? column.text(row),
    tone: (row) => row.error === undefined ? column.tone?.(row) : "red",
    spans: ({ error }) => error !== undefined,
  };
}

/** How to write what hosts have to do. */
export interface TopLinesOptions {
  readonly paint: Paint;
  /**
   * How many lines there may be; of more hosts, those that have the most to do,
   * and those that fail, are shown.
   *
   * @default {Infinity}
   */
  readonly maxLines?: number;
  /**
   * How wide they may be: a longer error is cut.
   *
   * @default {Infinity}
   */
  readonly width?: number;
}

/** The lines of a look at all hosts: a table with their sum. */
export function topLines(
  hosts: readonly HostLoad[],
  { paint, maxLines = Infinity, width = Infinity }: TopLinesOptions,
): string[] {
  const total: Row = {
    hostId: "",
    address: amount(hosts.length, "host"),
    ...totalLoad(hosts),
    isHot: false,
  };
  // Besides the titles and the sum there is a line for those left out.
  const isCut = hosts.length > maxLines - 2;
  const shown = isCut ? mostTelling(hosts, Math.max(1, maxLines - 3)) : hosts;
  const lines = tableLines(COLUMNS, [...shown, total], paint, { width });
  if (!isCut) return lines;
  const left = amount(hosts.length - shown.length, "host");
  return [...lines, paint(`${left} with less to do not shown`, "dim")];
}

/** The hosts that fail and those with the most to do, in their order. */
function mostTelling(hosts: readonly HostLoad[], count: number): HostLoad[] {
  const weight = ({ error, commands = 0 }: HostLoad) =>
    error === undefined ? commands : Infinity;
  const chosen = new Set(
    [...hosts].sort((a, b) =>
      weight(a) === weight(b) ? 0 : weight(b) - weight(a)
    )
      .slice(0, count),
  );
  return hosts.filter((host) => chosen.has(host));
}
