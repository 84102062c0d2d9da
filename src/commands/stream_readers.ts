/**
 * Readers of replies about streams.
 *
 * @module
 */

import type {
  XClaimJustXId,
  XClaimMessages,
  XId,
  XMessage,
  XPendingCount,
} from "@db/redis";
import type { Reply } from "../values.ts";
import { listOf, setField } from "./readers.ts";

/** `1526569498055-0` */
export function toXId(reply: Reply): XId {
  const text = String(reply);
  const dash = text.indexOf("-");
  return {
    unixMs: Number.parseInt(text.slice(0, dash)),
    seqNo: Number.parseInt(text.slice(dash + 1)),
  };
}

/** An id; null where nothing was appended. */
export function toXIdIfAny(reply: Reply): XId | null {
  return reply === null ? null : toXId(reply);
}

/** An id and its fields; one that is gone from its stream has none. */
export function toMessage(reply: Reply): XMessage {
  const [id, fields] = listOf(reply);
  const fieldValues: Record<string, string> = {};
  if (Array.isArray(fields)) {
    for (let i = 0; i + 1 < fields.length; i += 2) {
      setField(fieldValues, String(fields[i]), fields[i + 1]);
    }
  }
  return { xid: toXId(id), fieldValues };
}

/** A list of messages. */
export function toMessages(reply: Reply): XMessage[] {
  return listOf(reply).map(toMessage);
}

/** Keys and their messages; none if there is nothing to read. */
export function toStreams(reply: Reply): unknown {
  if (reply === null) return [];
  return listOf(reply).map((stream) => {
    const [key, messages] = listOf(stream);
    return { key, messages: toMessages(messages) };
  });
}

/** Messages that were claimed; those that are gone are no messages. */
export function toClaimed(reply: Reply): XClaimMessages {
  const messages = listOf(reply).filter(Array.isArray);
  return { kind: "messages", messages: messages.map(toMessage) };
}

/** The ids of messages that were claimed. */
export function toClaimedIds(reply: Reply): XClaimJustXId {
  return { kind: "justxid", xids: listOf(reply).map(toXId) };
}

/** Where to go on, what was claimed, and what is gone. */
export function toAutoClaimed(reply: Reply): unknown {
  const [next, claimed, deleted = []] = listOf(reply);
  const messages = listOf(claimed).filter(Array.isArray).map(toMessage);
  return {
    next: toXId(next),
    messages,
    xids: messages.map(({ xid }) => xid),
    deleted: listOf(deleted).map(toXId),
  };
}

/** The same of ids alone. */
export function toAutoClaimedIds(reply: Reply): unknown {
  const [next, claimed, deleted = []] = listOf(reply);
  return {
    next: toXId(next),
    messages: [],
    xids: listOf(claimed).map(toXId),
    deleted: listOf(deleted).map(toXId),
  };
}

/** How many messages are pending, and whose. */
export function toPending(reply: Reply): unknown {
  const [count, start, end, consumers] = listOf(reply);
  return {
    count,
    startId: start === null ? null : toXId(start),
    endId: end === null ? null : toXId(end),
    consumers: consumers === null ? [] : listOf(consumers).map((consumer) => {
      const [name, pending] = listOf(consumer);
      return { name, pending: Number(pending) };
    }),
  };
}

/** The messages that are pending. */
export function toPendingCounts(reply: Reply): XPendingCount[] {
  return listOf(reply).map((one) => {
    const [id, owner, idle, times] = listOf(one);
    return {
      xid: toXId(id),
      owner: String(owner),
      lastDeliveredMs: Number(idle),
      timesDelivered: Number(times),
    };
  });
}

/** Names and values in turn, by name: new ones may come at any time. */
function fieldsOf(reply: Reply): Map<string, Reply> {
  const list = listOf(reply);
  const fields = new Map<string, Reply>();
  for (let i = 0; i + 1 < list.length; i += 2) {
    fields.set(String(list[i]), list[i + 1]);
  }
  return fields;
}

function numberIn(fields: Map<string, Reply>, name: string): number {
  return Number(fields.get(name) ?? 0);
}

function textIn(fields: Map<string, Reply>, name: string): string {
  return String(fields.get(name) ?? "");
}

function entryIn(fields: Map<string, Reply>, name: string): XMessage | null {
  const entry = fields.get(name) ?? null;
  return entry === null ? null : toMessage(entry);
}

function listIn(fields: Map<string, Reply>, name: string): Reply[] {
  return listOf(fields.get(name) ?? []);
}

/** What XINFO STREAM tells. */
export function toStreamInfo(reply: Reply): unknown {
  const fields = fieldsOf(reply);
  return {
    length: numberIn(fields, "length"),
    radixTreeKeys: numberIn(fields, "radix-tree-keys"),
    radixTreeNodes: numberIn(fields, "radix-tree-nodes"),
    groups: numberIn(fields, "groups"),
    lastGeneratedId: toXId(textIn(fields, "last-generated-id")),
    firstEntry: entryIn(fields, "first-entry"),
    lastEntry: entryIn(fields, "last-entry"),
  };
}

/** What XINFO STREAM FULL tells. */
export function toFullStreamInfo(reply: Reply): unknown {
  const fields = fieldsOf(reply);
  return {
    length: numberIn(fields, "length"),
    radixTreeKeys: numberIn(fields, "radix-tree-keys"),
    radixTreeNodes: numberIn(fields, "radix-tree-nodes"),
    lastGeneratedId: toXId(textIn(fields, "last-generated-id")),
    entries: listIn(fields, "entries").map(toMessage),
    groups: listIn(fields, "groups").map(toGroupDetail),
  };
}

function toGroupDetail(reply: Reply): unknown {
  const fields = fieldsOf(reply);
  return {
    name: textIn(fields, "name"),
    lastDeliveredId: toXId(textIn(fields, "last-delivered-id")),
    pelCount: numberIn(fields, "pel-count"),
    pending: toPendingCounts(listIn(fields, "pending")),
    consumers: listIn(fields, "consumers").map(toConsumerDetail),
  };
}

function toConsumerDetail(reply: Reply): unknown {
  const fields = fieldsOf(reply);
  return {
    name: textIn(fields, "name"),
    seenTime: numberIn(fields, "seen-time"),
    pelCount: numberIn(fields, "pel-count"),
    pending: listIn(fields, "pending").map((one) => {
      const [id, idle, times] = listOf(one);
      return {
        xid: toXId(id),
        lastDeliveredMs: Number(idle),
        timesDelivered: Number(times),
      };
    }),
  };
}

/** What XINFO GROUPS tells. */
export function toGroups(reply: Reply): unknown {
  return listOf(reply).map((group) => {
    const fields = fieldsOf(group);
    return {
      name: textIn(fields, "name"),
      consumers: numberIn(fields, "consumers"),
      pending: numberIn(fields, "pending"),
      lastDeliveredId: toXId(textIn(fields, "last-delivered-id")),
    };
  });
}

/** What XINFO CONSUMERS tells. */
export function toConsumers(reply: Reply): unknown {
  return listOf(reply).map((consumer) => {
    const fields = fieldsOf(consumer);
    return {
      name: textIn(fields, "name"),
      pending: numberIn(fields, "pending"),
      idle: numberIn(fields, "idle"),
    };
  });
}
