/**
 * Streams.
 *
 * @module
 */

import type { CommandRow, Words } from "./row.ts";

/** How many entries a stream has, for a group that reads two at a time. */
const ENTRIES = 12;
const GROUP = "workers";
const CONSUMER = "worker-1";

const isIdOfEntry = /^\d+-\d+$/;

/** A group that has read nothing. */
const newGroup = (key: string): Words[] => [
  ["XGROUP", "DESTROY", key, GROUP],
  ["XGROUP", "CREATE", key, GROUP, "0"],
];

interface EntryId {
  readonly unixMs: number;
  readonly seqNo: number;
}

const idText = ({ unixMs, seqNo }: EntryId) => `${unixMs}-${seqNo}`;

export const STREAMS: readonly CommandRow[] = [
  {
    name: "xadd",
    title: "XADD of 2 fields",
    words: (key, value) => ["XADD", key, "*", "name", value, "visits", "42"],
    reply: () => [isIdOfEntry],
    prepare: (key, value) => [
      ["DEL", key],
      ["XADD", key, "*", "name", value, "visits", "42"],
    ],
    restore: {
      before: "run",
      words: (key) => [["XTRIM", key, "MAXLEN", "1"]],
    },
    rb: (client, key, value) =>
      client.xadd(key, "*", { name: value, visits: "42" }),
    ioredis: (client, key, value) =>
      client.xadd(key, "*", "name", value, "visits", "42"),
    nodeRedis: (client, key, value) =>
      client.xAdd(key, "*", { name: value, visits: "42" }),
    shape: { rb: idText },
  },
  {
    name: "xreadgroup",
    title: "XREADGROUP of 2 entries",
    words: (key) => [
      ...["XREADGROUP", "GROUP", GROUP, CONSUMER],
      ...["COUNT", "2", "STREAMS", key, ">"],
    ],
    reply: (key, value) => [key, "1-1", "name", value, "2-1", "name", value],
    prepare: (key, value) => [
      ["DEL", key],
      ...Array.from(
        { length: ENTRIES },
        (_, at) => ["XADD", key, `${at + 1}-1`, "name", value],
      ),
      ["XGROUP", "CREATE", key, GROUP, "0"],
    ],
    restore: { before: "lap", words: newGroup },
    // So few that a stream has hardly ever been read to its end.
    perKey: 2,
    rb: (client, key) =>
      client.xreadgroup([[key, ">"]], {
        group: GROUP,
        consumer: CONSUMER,
        count: 2,
      }),
    ioredis: (client, key) =>
      client.xreadgroup(
        ...["GROUP", GROUP, CONSUMER, "COUNT", 2, "STREAMS", key, ">"] as const,
      ),
    nodeRedis: (client, key) =>
      client.xReadGroup(GROUP, CONSUMER, { key, id: ">" }, { COUNT: 2 }),
    shape: {
      rb: (
        reply: {
          key: string;
          messages: { xid: EntryId; fieldValues: Record<string, string> }[];
        }[],
      ) =>
        reply.map(({ key, messages }) => [
          key,
          messages.map(({ xid, fieldValues }) => [idText(xid), fieldValues]),
        ]),
      nodeRedis: (
        reply: {
          name: string;
          messages: { id: string; message: Record<string, string> }[];
        }[],
      ) =>
        reply.map(({ name, messages }) => [
          name,
          messages.map(({ id, message }) => [id, message]),
        ]),
    },
  },
];
