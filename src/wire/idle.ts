/**
 * The connections of a pool that nobody uses.
 *
 * @module
 */

import type { Connection } from "./connection.ts";

/** Milliseconds of idleness after which a connection is checked before use. */
const STALE_AFTER = 100;

/**
 * Keeps idle connections; the one that was used last goes first.
 *
 * What lies between the two ends may forget a connection without a word, by its
 * age. So one whose check is overdue brings all under suspicion that have been
 * idle for as long, and takes them along when it fails.
 */
export class IdleConnections {
  /** In the order in which they became idle. */
  readonly #stack: Connection[] = [];
  /** Those whose check is overdue. */
  readonly #overdue = new Set<Connection>();

  /** How many there are. */
  get size(): number {
    return this.#stack.length;
  }

  /** Whether the one that goes first has been idle for so long that it is checked. */
  get isStale(): boolean {
    const last = this.#stack.findLast(({ usable }) => usable);
    return last !== undefined &&
      performance.now() - last.idleSince > STALE_AFTER;
  }

  /** Takes one that has just become idle. */
  put(connection: Connection): void {
    connection.idleSince = performance.now();
    this.#stack.push(connection);
  }

  /** Gives the one that was used last, unless that is under suspicion. */
  take(): Connection | undefined {
    while (this.#stack.length > 0 && !this.#isSuspect(this.#stack.at(-1)!)) {
      const connection = this.#stack.pop()!;
      if (connection.usable) return connection;
    }
    return undefined;
  }

  /** The check of one is overdue. */
  suspect(connection: Connection): void {
    this.#overdue.add(connection);
  }

  /** The check of one is over: those of its age are as good as it is. */
  checked(connection: Connection, isAlive: boolean): void {
    this.#overdue.delete(connection);
    if (!isAlive) this.closeOlder(connection.idleSince);
  }

  /** Closes those that have been idle since a time, or for longer. */
  closeOlder(time: number): void {
    const old = this.#stack.filter(({ idleSince }) => idleSince <= time);
    for (const connection of old) this.#close(connection);
  }

  /** Closes so many of those under suspicion, the oldest first. */
  closeSuspects(count: number): void {
    const suspects = this.#stack.filter((one) => this.#isSuspect(one));
    for (const connection of suspects.slice(0, count)) this.#close(connection);
  }

  /** Closes the one that has been idle for longest. */
  closeOldest(): void {
    const [oldest] = this.#stack;
    if (oldest !== undefined) this.#close(oldest);
  }

  /** Closes all. */
  closeAll(): void {
    this.closeOlder(Infinity);
  }

  /** Forgets all, which somebody else ends. */
  clear(): void {
    this.#stack.length = 0;
  }

  /** Forgets one that has ended. */
  remove(connection: Connection): void {
    const index = this.#stack.indexOf(connection);
    if (index >= 0) this.#stack.splice(index, 1);
  }

  #close(connection: Connection): void {
    this.remove(connection);
    connection.close();
  }

  #isSuspect({ idleSince }: Connection): boolean {
    for (const overdue of this.#overdue) {
      if (idleSince <= overdue.idleSince) return true;
    }
    return false;
  }
}
