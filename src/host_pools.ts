/**
 * The connections to the servers of a cluster, and who is told about them.
 *
 * @module
 */

import type { PoolOptions } from "./cluster_options.ts";
import {
  connectionChannel,
  type ConnectionMessage,
} from "./delivery/diagnostics.ts";
import type { HostCounters } from "./delivery/stats.ts";
import { ConnectionError, HostDownError } from "./errors.ts";
import type { HostInfo } from "./host_info.ts";
import type { Connection } from "./wire/connection.ts";
import { dial, type DialOptions, type ServerRole } from "./wire/dial.ts";
import {
  type Dialer,
  Pool,
  type PoolEvents,
  type Refusal,
} from "./wire/pool.ts";

/** Told what happens to a host. */
export type HostListener = (
  type: "down" | "up" | "reconnect",
  hostId: number,
  error: unknown,
) => void;

/** Where a server is now. */
export interface ServerAddress {
  /** All that is known of it, */
  readonly info: HostInfo;
  /** and its address, for people. */
  readonly address: string;
}

/** What {@linkcode HostPools} are made of. */
export interface HostPoolsOptions {
  /** Their settings. */
  readonly pool: PoolOptions;
  /** The longest that anything may take, in milliseconds. */
  readonly timeout: number;
  /** Told what happens to a host. */
  readonly listener: HostListener;
  /** Whether connections to replicas have to say that they only read. */
  readonly readOnly: boolean;
  /** What a connection says of itself, where that is asked for. */
  readonly greetingOf: (info: HostInfo) => DialOptions["greeting"];
  /** Told that a host may be somewhere else. */
  readonly seek: (hostId: number) => void;
  /** Whether a server that is demoted ends its connections: then it is sought. */
  readonly seeksLost: boolean;
}

/** Makes pools. */
export class HostPools {
  readonly #options: HostPoolsOptions;

  /** @param options What they have in common. */
  constructor(options: HostPoolsOptions) {
    this.#options = options;
  }

  /**
   * The connections to a server. A replica that fails once is left alone until it
   * is fit again, and that is no event of its host.
   *
   * @param place Where it is, which is asked at each dial.
   * @param counters What counts its connections.
   * @param role What it has to be.
   */
  make(place: ServerAddress, counters: HostCounters, role: ServerRole): Pool {
    const { pool } = this.#options;
    const settings = role === "primary"
      ? pool
      : { ...pool, breaker: { ...pool.breaker, threshold: 1 } };
    return new Pool(
      this.#dialer(place, counters, role),
      settings,
      this.#events(place, counters, role),
    );
  }

  #dialer(
    place: ServerAddress,
    { traffic }: HostCounters,
    role: ServerRole,
  ): Dialer {
    const { pool, timeout, readOnly, greetingOf } = this.#options;
    const options = { ...dialOptions(pool, timeout), traffic };
    return (manner, signal) => {
      const { info, address } = place;
      const greeting = greetingOf(info);
      const own = { ...options, address, manner, signal, greeting };
      if (role !== "primary") {
        return dialReplica(info, { ...own, role, readOnly });
      }
      const isNamed = info.primaryName !== undefined;
      return dial(info, { ...own, role: isNamed ? role : undefined });
    };
  }

  #events(
    place: ServerAddress,
    counters: HostCounters,
    role: ServerRole,
  ): PoolEvents {
    const { hostId } = place.info;
    const { listener, seek, seeksLost } = this.#options;
    const isPrimary = role === "primary";
    const tell = (message: Omit<ConnectionMessage, "hostId">) => {
      if (!connectionChannel.hasSubscribers) return;
      connectionChannel.publish({ error: undefined, ...message, hostId });
    };
    return {
      onHealth: (refusal) => {
        if (isPrimary) this.#healthChanged(place, refusal);
      },
      onConnect: ({ address }, again) => {
        counters.opened++;
        tell({ address, type: "open" });
        if (again && isPrimary) listener("reconnect", hostId, undefined);
      },
      onClose: ({ address, failed }) => {
        counters.lost++;
        tell({ address, type: "close" });
        // A server that becomes a replica ends all connections.
        if (failed && seeksLost) seek(hostId);
      },
      onFail: (error) => {
        tell({ address: place.address, type: "fail", error });
        seek(hostId);
      },
    };
  }

  /** Tells that the primary of a host counts as down, or is back. */
  #healthChanged(
    { info: { hostId }, address }: ServerAddress,
    refusal: Refusal | undefined,
  ): void {
    const { listener } = this.#options;
    if (refusal === undefined) return listener("up", hostId, undefined);
    const { cause: error, retryIn } = refusal;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Host ${hostId} at ${address} is down: ${reason}`;
    const details = { hostId, outcome: "not-sent", cause: error } as const;
    listener(
      "down",
      hostId,
      new HostDownError(message, { ...details, retryIn }),
    );
  }
}

/** Opens a connection to a replica: one that lets nobody in is as good as none. */
async function dialReplica(
  info: HostInfo,
  options: DialOptions,
): Promise<Connection> {
  try {
    return await dial(info, options);
  } catch (cause) {
    throw cause instanceof ConnectionError
      ? new ConnectionError(cause.message, { cause, outcome: "not-sent" })
      : cause;
  }
}

function dialOptions(options: PoolOptions, longest: number) {
  const { dialTimeout = Math.min(5_000, longest), protocol = 2 } = options;
  const { maxDepth, maxBulkBytes, maxElements } = options;
  return {
    timeout: dialTimeout,
    protocol,
    maxDepth,
    maxBulkBytes,
    maxElements,
  };
}
