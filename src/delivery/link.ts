/**
 * Links: connections in use, with the lanes whose batches travel over them.
 *
 * @module
 */

import type { Connection, ConnectionOwner } from "../wire/connection.ts";
import type { Identity } from "../wire/identity.ts";
import type { Exchange } from "../wire/exchange.ts";
import type { Applicant, Lender, Refusal } from "../wire/pool.ts";
import { FewSet } from "./few.ts";

/**
 * One that wants a link, and uses it while its batches are on the way: a lane,
 * of which links know no more.
 */
export interface Passenger {
  /** There is a link. */
  granted(link: Link): void;
  /** There is none to be had. */
  refused(refusal: Refusal): void;
  /** The link it is on is gone. */
  lost(link: Link, error: Error): void;
  /** The same, and nothing that was sent over it counts. */
  returned(link: Link): void;
  /** The link it is on takes from now on what may not be sent twice. */
  proven(link: Link): void;
}

/** Told what becomes of a link. */
export interface LinkEvents {
  /** It has gone back, or is lost. */
  onEnd(link: Link): void;
  /** It takes from now on what may not be sent twice. */
  onProven(link: Link): void;
}

/**
 * A leased connection. It goes back to its pool as soon as everything that was
 * sent over it is answered.
 */
export class Link implements ConnectionOwner {
  readonly #connection: Connection;
  readonly #pool: Lender;
  readonly #events: LinkEvents;
  readonly #passengers = new FewSet<Passenger>();
  #isUsed = false;

  /**
   * @param connection The connection, which is leased.
   * @param pool Where it goes back to.
   * @param events Told what becomes of it, before its passengers are.
   */
  constructor(connection: Connection, pool: Lender, events: LinkEvents) {
    this.#connection = connection;
    this.#pool = pool;
    this.#events = events;
    connection.owner = this;
  }

  /** Whether it takes further batches. */
  get usable(): boolean {
    return this.#connection.usable;
  }

  /**
   * Whether it is known to be good. Until then nothing that was sent counts, and
   * it takes only what may be sent again.
   */
  get isProven(): boolean {
    return this.#connection.probation === undefined;
  }

  /** Whether whatever is sent now has to wait for something large to pass. */
  get clogged(): boolean {
    return this.#connection.clogged;
  }

  /** How many bytes have come over the connection. */
  get received(): number {
    return this.#connection.received;
  }

  /** Where it leads, for people. */
  get address(): string {
    return this.#connection.address;
  }

  /** By what the server knows the connection, if it said so. */
  get identity(): Identity | undefined {
    return this.#connection.identity;
  }

  /** Has a passenger told of its loss, until that leaves. */
  board(passenger: Passenger): void {
    this.#passengers.add(passenger);
  }

  /** Tells a passenger nothing more. */
  leave(passenger: Passenger): void {
    this.#passengers.delete(passenger);
  }

  /** Sends an exchange behind those sent before. */
  send(exchange: Exchange, atOnce = false): void {
    this.#isUsed = true;
    if (this.isProven) this.#connection.used = true;
    this.#connection.send(exchange, atOnce);
  }

  /** Goes on writing an exchange that has grown. */
  proceed(): void {
    this.#connection.proceed();
  }

  /** Has nothing more to do with an exchange whose replies are all in. */
  forget(exchange: Exchange): void {
    this.#connection.forget(exchange);
  }

  /** Takes no further batches, and ends when nobody waits for replies. */
  retire(): void {
    this.#connection.retire();
  }

  /** Goes back at once if nobody had a use for it. */
  giveBackUnused(): void {
    if (!this.#isUsed) this.connectionIdle();
  }

  connectionIdle(): void {
    this.#passengers.clear();
    this.#events.onEnd(this);
    this.#pool.release(this.#connection);
  }

  connectionProven(): void {
    this.#connection.used = this.#isUsed;
    this.#events.onProven(this);
    for (const passenger of [...this.#passengers]) passenger.proven(this);
  }

  connectionLost(_connection: Connection, error: Error): void {
    const passengers = [...this.#passengers];
    const { isProven } = this;
    this.#passengers.clear();
    this.#events.onEnd(this);
    for (const passenger of passengers) {
      if (isProven) passenger.lost(this, error);
      else passenger.returned(this);
    }
  }
}

/**
 * What one wants of a link: to share it with others; to have it apart, where that
 * costs no waiting; or to have it alone in any case.
 */
export type Wish = "shared" | "apart" | "exclusive";

/** Gets links to one host: one that all may share, and others for one alone. */
export class Links implements Applicant {
  readonly #pool: Lender;
  /** The link that is shared, while there is one. */
  #shared: Link | undefined = undefined;
  /** One that somebody has apart, for those who would find none otherwise. */
  #apart: Link | undefined = undefined;
  /** Those who wait for the shared link; all of them get the same one. */
  readonly #waiting = new Set<Passenger>();
  /** Whether a connection is sought for them. */
  #isApplying = false;
  readonly #applicants = new Map<Passenger, Applicant>();
  readonly #events: LinkEvents = {
    onEnd: (link) => {
      if (this.#apart === link) this.#apart = undefined;
      if (this.#shared !== link) return;
      this.#shared = undefined;
      this.#applyForAll();
    },
    onProven: (link) => {
      if (this.#shared !== link || this.#isApplying) return;
      if (!link.usable) return this.#applyForAll();
      for (const one of this.#takeWaiting()) one.granted(link);
    },
  };

  /** Whether commands may block its links. */
  readonly blocks: boolean;

  /**
   * @param pool Where connections come from.
   * @param blocks Whether commands may block them.
   */
  constructor(pool: Lender, blocks = false) {
    this.#pool = pool;
    this.blocks = blocks;
  }

  /**
   * A link at once, or nothing: then apply for one.
   *
   * @param wish Who else may use it.
   * @param mayRepeat Whether all that is sent over it as long as it is not proven
   * may be sent again.
   */
  take(wish: Wish, mayRepeat = false): Link | undefined {
    if (wish === "shared") {
      const shared = this.#shared;
      if (shared?.usable === true && !shared.clogged) {
        return mayRepeat || shared.isProven ? shared : undefined;
      }
      if (this.#waiting.size > 0) return undefined;
    }
    const connection = this.#pool.tryLease(this.blocks, mayRepeat);
    if (connection !== undefined) return this.#link(connection, wish);
    // Whoever has to wait in any case waits where its turn is certain to come.
    if (wish === "exclusive" || this.#pool.hasRoom) return undefined;
    return this.#makeshift;
  }

  /** Queues for a link. */
  apply(passenger: Passenger, wish: Wish): void {
    if (wish !== "shared") {
      const applicant = this.#applicant(passenger, wish);
      this.#applicants.set(passenger, applicant);
      this.#pool.apply(applicant);
      return;
    }
    this.#waiting.add(passenger);
    // One that is about to be proven is for all of them.
    const shared = this.#shared;
    if (shared?.usable !== true || shared.isProven) this.#applyForAll();
  }

  /** Leaves the queue. */
  withdraw(passenger: Passenger): void {
    const applicant = this.#applicants.get(passenger);
    if (applicant !== undefined) {
      this.#applicants.delete(passenger);
      this.#pool.withdraw(applicant);
    } else if (this.#waiting.delete(passenger) && this.#waiting.size === 0) {
      this.#isApplying = false;
      this.#pool.withdraw(this);
    }
  }

  granted(connection: Connection): void {
    const passengers = this.#takeWaiting();
    const link = this.#link(connection, "shared");
    for (const passenger of passengers) passenger.granted(link);
    link.giveBackUnused();
  }

  refused(refusal: Refusal): void {
    for (const one of this.#takeWaiting()) this.#refuse(one, refusal);
  }

  /** There is no further connection: whoever may share one has it all the same. */
  #refuse(passenger: Passenger, refusal: Refusal): void {
    const link = this.#makeshift;
    if (link === undefined) passenger.refused(refusal);
    else passenger.granted(link);
  }

  /** What can be had where nothing else can. */
  get #makeshift(): Link | undefined {
    return [this.#shared, this.#apart].find((link) =>
      link?.usable && link.isProven
    );
  }

  /** Seeks a connection for those who wait, if any do. */
  #applyForAll(): void {
    if (this.#isApplying || this.#waiting.size === 0) return;
    this.#isApplying = true;
    this.#pool.apply(this);
  }

  #applicant(passenger: Passenger, wish: Wish): Applicant {
    return {
      blocks: this.blocks,
      granted: (connection) => {
        this.#applicants.delete(passenger);
        const link = this.#link(connection, wish);
        passenger.granted(link);
        link.giveBackUnused();
      },
      refused: (refusal) => {
        this.#applicants.delete(passenger);
        if (wish === "exclusive") passenger.refused(refusal);
        else this.#refuse(passenger, refusal);
      },
    };
  }

  #link(connection: Connection, wish: Wish): Link {
    const link = new Link(connection, this.#pool, this.#events);
    if (wish === "shared") this.#shared = link;
    else if (wish === "apart") this.#apart = link;
    return link;
  }

  #takeWaiting(): Passenger[] {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#isApplying = false;
    return waiting;
  }
}
