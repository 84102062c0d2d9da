/** The full client, put together from the families of commands. */
import type {
  ConnectionEventMap,
  SendCommandOptions,
  TypedEventTarget,
} from "../client.ts";
import type { RawOrError, RedisReply, RedisValue } from "../values.ts";
import type {
  GeoCommands,
  HashCommands,
  ListCommands,
  SetCommands,
} from "./collections.ts";
import type {
  KeyCommands,
  ScriptCommands,
  TransactionCommands,
} from "./keys.ts";
import type {
  ChannelCommands,
  ClientCommands,
  ClusterCommands,
  ConnectionCommands,
  ServerCommands,
} from "./server.ts";
import type { SortedSetCommands } from "./sorted_sets.ts";
import type { StreamCommands } from "./streams.ts";
import type {
  BitCommands,
  HyperLogLogCommands,
  StringCommands,
} from "./strings.ts";

/** Every command as a method. */
export interface RedisCommands
  extends
    ConnectionCommands,
    KeyCommands,
    StringCommands,
    BitCommands,
    HyperLogLogCommands,
    GeoCommands,
    HashCommands,
    ListCommands,
    SetCommands,
    SortedSetCommands,
    StreamCommands,
    ChannelCommands,
    ClientCommands,
    ClusterCommands,
    ServerCommands,
    ScriptCommands,
    TransactionCommands {
  pipeline(): RedisPipeline;
  tx(): RedisPipeline;
}

/** A client. */
export interface Redis
  extends RedisCommands, TypedEventTarget<ConnectionEventMap> {
  readonly isClosed: boolean;
  readonly isConnected: boolean;
  sendCommand(
    command: string,
    args?: RedisValue[],
    options?: SendCommandOptions,
  ): Promise<RedisReply>;
  connect(): Promise<void>;
  close(): void;
  [Symbol.dispose](): void;
}

/** A client that keeps its commands until they are flushed. */
export interface RedisPipeline extends Redis {
  flush(): Promise<RawOrError[]>;
}
