/** Commands about streams. */
import type { BulkString, Integer, SimpleString } from "../values.ts";
import type {
  StartEndCount,
  XAddFieldValues,
  XClaimOpts,
  XClaimReply,
  XId,
  XIdAdd,
  XIdInput,
  XIdNeg,
  XIdPos,
  XInfoConsumersReply,
  XInfoGroupsReply,
  XInfoStreamFullReply,
  XInfoStreamReply,
  XKeyId,
  XKeyIdGroup,
  XKeyIdGroupLike,
  XKeyIdLike,
  XMaxlen,
  XMessage,
  XPendingCount,
  XPendingReply,
  XReadGroupOpts,
  XReadOpts,
  XReadReply,
} from "./stream_values.ts";

export interface StreamCommands {
  xack(key: string, group: string, ...xids: XIdInput[]): Promise<Integer>;
  xadd(key: string, xid: XIdAdd, fields: XAddFieldValues): Promise<XId>;
  xadd(
    key: string,
    xid: XIdAdd,
    fields: XAddFieldValues,
    maxlen: XMaxlen,
  ): Promise<XId>;
  xclaim(
    key: string,
    opts: XClaimOpts,
    ...xids: XIdInput[]
  ): Promise<XClaimReply>;
  xdel(key: string, ...xids: XIdInput[]): Promise<Integer>;
  xgroupCreate(
    key: string,
    group: string,
    xid: XIdInput | "$",
    mkstream?: boolean,
  ): Promise<SimpleString>;
  xgroupDelConsumer(
    key: string,
    group: string,
    consumer: string,
  ): Promise<Integer>;
  xgroupDestroy(key: string, group: string): Promise<Integer>;
  xgroupHelp(): Promise<BulkString>;
  xgroupSetID(
    key: string,
    group: string,
    xid: XIdInput,
  ): Promise<SimpleString>;
  xinfoConsumers(key: string, group: string): Promise<XInfoConsumersReply>;
  xinfoGroups(key: string): Promise<XInfoGroupsReply>;
  xinfoStream(key: string): Promise<XInfoStreamReply>;
  xinfoStreamFull(key: string, count?: number): Promise<XInfoStreamFullReply>;
  xlen(key: string): Promise<Integer>;
  xpending(key: string, group: string): Promise<XPendingReply>;
  xpendingCount(
    key: string,
    group: string,
    range: StartEndCount,
    consumer?: string,
  ): Promise<XPendingCount[]>;
  xrange(
    key: string,
    start: XIdNeg,
    end: XIdPos,
    count?: number,
  ): Promise<XMessage[]>;
  xread(
    keys: (XKeyId | XKeyIdLike)[],
    opts?: XReadOpts,
  ): Promise<XReadReply>;
  xreadgroup(
    keys: (XKeyIdGroup | XKeyIdGroupLike)[],
    opts: XReadGroupOpts,
  ): Promise<XReadReply>;
  xrevrange(
    key: string,
    start: XIdPos,
    end: XIdNeg,
    count?: number,
  ): Promise<XMessage[]>;
  xtrim(key: string, maxlen: XMaxlen): Promise<Integer>;
}
