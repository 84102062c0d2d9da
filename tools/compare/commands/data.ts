/**
 * The keys of a command in the servers: made before it is measured, brought back
 * to what they were between its laps, and deleted afterwards.
 *
 * @module
 */

import type { ServerAddress } from "../contender.ts";
import { encode, Feed } from "../feed.ts";
import type { CommandRow, Words } from "./row.ts";

/** Keys of one server, and the value of each. */
export interface KeySet {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

/** Where the keys are. */
export interface CommandDataOptions {
  readonly servers: readonly ServerAddress[];
  readonly database: number;
  /** What each server has, in the order of the servers. */
  readonly sets: readonly KeySet[];
}

/** The keys of one command in one database of all servers. */
export class CommandData {
  readonly #row: CommandRow;
  readonly #options: CommandDataOptions;
  #feed: Feed | undefined;
  #restoring: readonly string[] = [];

  constructor(row: CommandRow, options: CommandDataOptions) {
    this.#row = row;
    this.#options = options;
  }

  /** Connects and makes the keys; disposing of the result deletes them. */
  async open(): Promise<AsyncDisposable> {
    const { servers, database } = this.#options;
    const { load = [], prepare, restore } = this.#row;
    await using opening = new AsyncDisposableStack();
    const feed = opening.use(await Feed.open(servers, database));
    opening.defer(() => this.#close(feed));
    await feed.send(servers.map(() => encode(load)));
    await feed.send(this.#texts(prepare));
    this.#restoring = restore === undefined ? [] : this.#texts(restore.words);
    this.#feed = feed;
    return opening.move();
  }

  /** Has the keys as the command is to meet them. */
  async restore(): Promise<void> {
    await this.#feed?.send(this.#restoring);
  }

  async #close(feed: Feed): Promise<void> {
    this.#feed = undefined;
    this.#restoring = [];
    await feed.send(this.#texts((key) => [["DEL", key]]));
  }

  /** The commands for all keys, as text for each server. */
  #texts(make: (key: string, value: string) => readonly Words[]): string[] {
    const made = new Map<KeySet, string>();
    return this.#options.sets.map((set) => {
      const { keys, values } = set;
      const text = made.get(set) ??
        encode(keys.flatMap((key, at) => make(key, values[at])));
      made.set(set, text);
      return text;
    });
  }
}
