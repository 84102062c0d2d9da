/** What the replies of the stream commands become. */
import type { ConditionalArray, Raw } from "../values.ts";
import type {
  XClaimReply,
  XConsumerDetail,
  XGroupDetail,
  XId,
  XInfoConsumersReply,
  XInfoGroupsReply,
  XInfoStreamFullReply,
  XInfoStreamReply,
  XMessage,
  XPendingCount,
  XPendingReply,
  XReadIdData,
  XReadReply,
  XReadReplyRaw,
} from "../types/stream_values.ts";

export function toId(text: string): XId {
  const [unixMs, seqNo] = text.split("-");
  return { unixMs: parseInt(unixMs ?? ""), seqNo: parseInt(seqNo ?? "") };
}

export function toMessages(reply: XReadIdData[]): XMessage[] {
  return reply.map(toMessage);
}

export function toStreams(reply: XReadReplyRaw | null): XReadReply {
  return [...reply ?? []].map(([key, entries]) => ({
    key,
    messages: toMessages(entries),
  }));
}

export function toClaimed(
  reply: (XReadIdData | string)[],
  justXId: boolean,
): XClaimReply {
  const claimed = [...reply];
  if (justXId) {
    const ids = claimed.filter((entry) => typeof entry === "string");
    return { kind: "justxid", xids: ids.map(toId) };
  }
  const entries = claimed.filter((entry) => typeof entry !== "string");
  return { kind: "messages", messages: toMessages(entries) };
}

export function toPending(reply: Raw[]): XPendingReply {
  const { 0: count, 1: start, 2: end, 3: consumers } = reply;
  if (
    typeof count !== "number" || typeof start !== "string" ||
    typeof end !== "string" || !isList(consumers)
  ) {
    throw "parse err"; // The original throws this very text, not an error.
  }
  return {
    count,
    startId: toId(start),
    endId: toId(end),
    consumers: [...consumers]
      .filter((entry): entry is [string, string] =>
        isList(entry) && typeof entry[0] === "string" &&
        typeof entry[1] === "string"
      )
      .map(([name, pending]) => ({ name, pending: parseInt(pending) })),
  };
}

export function toPendingCounts(reply: ConditionalArray): XPendingCount[] {
  return [...reply]
    .filter((entry): entry is [string, string, number, number] =>
      isList(entry) && typeof entry[0] === "string" &&
      typeof entry[1] === "string" && typeof entry[2] === "number" &&
      typeof entry[3] === "number"
    )
    .map(([xid, owner, lastDeliveredMs, timesDelivered]) => ({
      xid: toId(xid),
      owner,
      lastDeliveredMs,
      timesDelivered,
    }));
}

export function toStream(reply: ConditionalArray): XInfoStreamReply {
  const fields = new Fields(reply);
  return {
    length: fields.number("length"),
    radixTreeKeys: fields.number("radix-tree-keys"),
    radixTreeNodes: fields.number("radix-tree-nodes"),
    groups: fields.number("groups"),
    lastGeneratedId: toId(fields.text("last-generated-id")),
    firstEntry: toMessage(fields.raw("first-entry") as XReadIdData),
    lastEntry: toMessage(fields.raw("last-entry") as XReadIdData),
  };
}

export function toFullStream(
  reply: ConditionalArray | null,
): XInfoStreamFullReply {
  if ((reply ?? null) === null) throw "no data"; // As the original does.
  const fields = new Fields(reply as ConditionalArray);
  return {
    length: fields.number("length"),
    radixTreeKeys: fields.number("radix-tree-keys"),
    radixTreeNodes: fields.number("radix-tree-nodes"),
    lastGeneratedId: toId(fields.text("last-generated-id")),
    entries: toMessages(fields.raw("entries") as XReadIdData[]),
    groups: (fields.raw("groups") as ConditionalArray)
      .filter(isList).map(toGroupDetail),
  };
}

export function toGroups(reply: ConditionalArray): XInfoGroupsReply {
  return reply.map((entry) => {
    const fields = new Fields(entry as ConditionalArray);
    return {
      name: fields.text("name"),
      consumers: fields.number("consumers"),
      pending: fields.number("pending"),
      lastDeliveredId: toId(fields.text("last-delivered-id")),
    };
  });
}

export function toConsumers(reply: ConditionalArray): XInfoConsumersReply {
  return reply.map((entry) => {
    const fields = new Fields(entry as ConditionalArray);
    return {
      name: fields.text("name"),
      pending: fields.number("pending"),
      idle: fields.number("idle"),
    };
  });
}

function toGroupDetail(entry: ConditionalArray): XGroupDetail {
  const fields = new Fields(entry);
  return {
    name: fields.text("name"),
    lastDeliveredId: toId(fields.text("last-delivered-id")),
    pelCount: fields.number("pel-count"),
    pending: toPendingCounts(fields.raw("pending") as ConditionalArray),
    consumers: (fields.raw("consumers") as ConditionalArray[])
      .map(toConsumerDetail),
  };
}

function toConsumerDetail(entry: ConditionalArray): XConsumerDetail {
  const fields = new Fields(entry);
  const pending = fields.raw("pending") as [string, number, number][];
  return {
    name: fields.text("name"),
    seenTime: fields.number("seen-time"),
    pelCount: fields.number("pel-count"),
    pending: pending.map(([xid, lastDeliveredMs, timesDelivered]) => ({
      xid: toId(textOf(xid)),
      lastDeliveredMs: numberOf(lastDeliveredMs),
      timesDelivered: numberOf(timesDelivered),
    })),
  };
}

/**
 * Fields become properties of a plain object, so one called `__proto__` is
 * lost: the original loses it too.
 */
function toMessage([xid, flat]: XReadIdData): XMessage {
  const fieldValues: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) {
    fieldValues[flat[i]] = flat[i + 1];
  }
  return { xid: toId(xid), fieldValues };
}

/** A flat list of names and values, read by name. */
class Fields {
  readonly #values = new Map<string, Raw>();

  constructor(flat: ConditionalArray) {
    let name: string | undefined;
    let isName = true;
    for (const item of flat) {
      if (!isName && name !== undefined) this.#values.set(name, item);
      if (isName && typeof item === "string") name = item;
      isName = !isName;
    }
  }

  raw(name: string): Raw | undefined {
    return this.#values.get(name);
  }

  text(name: string): string {
    return textOf(this.raw(name));
  }

  number(name: string): number {
    return numberOf(this.raw(name));
  }
}

function textOf(value: Raw | undefined): string {
  return value ? value.toString() : "";
}

function numberOf(value: Raw | undefined): number {
  return value ? Number(value.toString()) : 0;
}

/** Texts and bytes count as lists, as they do in the original. */
function isList(value: Raw | undefined): value is ConditionalArray {
  return typeof (value as ConditionalArray).length === "number";
}
