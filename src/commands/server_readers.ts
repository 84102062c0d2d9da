/**
 * Readers of replies about servers, their users and their functions.
 *
 * @module
 */

import type { Reply } from "../values.ts";
import { listOf, setField, toNumber, toPairs, toRecord } from "./readers.ts";

/** Names and values in turn, as a record of what `read` makes of each value. */
function toRecordOf(
  reply: Reply,
  read: (value: Reply) => unknown,
): Record<string, unknown> {
  const list = listOf(reply);
  const record: Record<string, unknown> = {};
  for (let i = 0; i + 1 < list.length; i += 2) {
    setField(record, String(list[i]), read(list[i + 1]));
  }
  return record;
}

/** Numbers, some of which travel as text, and records of numbers. */
export function toMeasures(reply: Reply): unknown {
  return Array.isArray(reply)
    ? toRecordOf(reply, toMeasures)
    : typeof reply === "string"
    ? toNumber(reply)
    : reply;
}

/** A user, if there is one; selectors are records too. */
export function toUser(reply: Reply): unknown {
  if (reply === null) return null;
  const user: Record<string, unknown> = toRecord(reply);
  const { selectors } = user;
  if (Array.isArray(selectors)) user.selectors = selectors.map(toRecord);
  return user;
}

/** How long commands took, by their names. */
export function toHistograms(reply: Reply): unknown {
  return toRecordOf(reply, toHistogram);
}

function toHistogram(reply: Reply): unknown {
  const { histogram_usec: counts, ...rest } = toRecord(reply);
  return {
    ...rest,
    histogram_usec: Array.isArray(counts) ? toRecord(counts) : {},
  };
}

/** What commands are, by their names; so are their subcommands. */
export function toDocs(reply: Reply): unknown {
  return toRecordOf(reply, toDoc);
}

function toDoc(reply: Reply): unknown {
  const doc: Record<string, unknown> = toRecord(reply);
  const { arguments: args, subcommands } = toRecord(reply);
  if (args !== undefined) doc.arguments = listOf(args).map(toParameter);
  if (subcommands !== undefined) doc.subcommands = toDocs(subcommands);
  return doc;
}

/** An argument of a command, which may be made of others. */
function toParameter(reply: Reply): unknown {
  const parameter: Record<string, unknown> = toRecord(reply);
  const { arguments: parts } = toRecord(reply);
  if (parts !== undefined) parameter.arguments = listOf(parts).map(toParameter);
  return parameter;
}

/** The shards of a Redis Cluster: their slots as pairs, their nodes as records. */
export function toShards(reply: Reply): unknown {
  return listOf(reply).map((shard) => {
    const { slots, nodes, ...rest } = toRecord(shard);
    return {
      ...rest,
      slots: toPairs(slots),
      nodes: listOf(nodes).map(toRecord),
    };
  });
}

/** Slots, each with what is counted of it. */
export function toSlotStats(reply: Reply): unknown {
  return listOf(reply).map((entry) => {
    const [slot, counts] = listOf(entry);
    return [slot, toRecord(counts)];
  });
}

/** Libraries of functions, and the functions of each. */
export function toLibraries(reply: Reply): unknown {
  return listOf(reply).map((entry) => {
    const { functions, ...rest } = toRecord(entry);
    return { ...rest, functions: listOf(functions).map(toRecord) };
  });
}

/** The function that runs, if one does, and what engines have. */
export function toRunning(reply: Reply): unknown {
  const { running_script: running, engines } = toRecord(reply);
  return {
    running_script: Array.isArray(running) ? toRecord(running) : null,
    engines: toRecordOf(engines, toRecord),
  };
}
