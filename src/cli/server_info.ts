/**
 * What INFO says of a server.
 *
 * @module
 */

/** The numbers of a server at one moment. */
export interface ServerInfo {
  /** Which process it was, so that a restart is noticed. */
  readonly runId: string;
  /** Commands since its start. */
  readonly commands: number;
  /** Reads that found a key, since its start. */
  readonly hits: number;
  /** Reads that found none. */
  readonly misses: number;
  /** Bytes that it uses. */
  readonly memory: number;
  /** Bytes that it may use; 0 if there is no bound. */
  readonly maxMemory: number;
  /** Connections of clients. */
  readonly clients: number;
  /** Keys of the database that the cluster uses. */
  readonly keys: number;
}

/**
 * Reads the reply to INFO. What a server does not tell counts as 0.
 *
 * @param text The reply.
 * @param db The database whose keys count.
 */
export function parseInfo(text: string, db: number): ServerInfo {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^(\w+):(.*?)\r?$/.exec(line) ?? [];
    if (name !== undefined) fields.set(name, value);
  }
  const number = (name: string) => Number(fields.get(name) ?? 0);
  const keys = /^keys=(\d+)/.exec(fields.get(`db${db}`) ?? "")?.[1];
  return {
    runId: fields.get("run_id") ?? "",
    commands: number("total_commands_processed"),
    hits: number("keyspace_hits"),
    misses: number("keyspace_misses"),
    memory: number("used_memory"),
    maxMemory: number("maxmemory"),
    clients: number("connected_clients"),
    keys: Number(keys ?? 0),
  };
}
