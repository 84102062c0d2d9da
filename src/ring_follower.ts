/**
 * Following the ring of a cluster: reads what its hosts say of it.
 *
 * @module
 */

import { specOf } from "./commands/table.ts";
import { Dispatcher } from "./delivery/dispatcher.ts";
import type { ClusterView } from "./delivery/cluster_view.ts";
import { issue } from "./delivery/issue.ts";
import { Lanes } from "./delivery/lane.ts";
import { CommandError, ConnectionError } from "./errors.ts";
import {
  confirmation,
  connectionName,
  isConfirmed,
  parseRecord,
  RECORD_KEY,
  type RingPhase,
  type RingRecord,
  withoutHolding,
} from "./moving/mod.ts";
import { runtime, type Timer } from "./runtime/mod.ts";
import type { RingTopology, RouterHost } from "./topology/mod.ts";
import type { Reply } from "./values.ts";
import type { Greeting } from "./wire/dial.ts";

/** Milliseconds between two looks at the record, by how far a move is. */
const INTERVALS: Readonly<Record<RingPhase, number>> = {
  stable: 1_000,
  announced: 50,
  holding: 50,
  moving: 250,
};

/**
 * Milliseconds that writes wait for keys to move: whoever wanted that may have died
 * meanwhile.
 */
const LONGEST_HOLD = 3_000;

/** Milliseconds that a host has to say what its record is. */
const PATIENCE = 1_000;

/** Looks at the record of a cluster again and again, as soon as it is in use. */
export class RingFollower {
  readonly #cluster: ClusterView;
  readonly #topology: RingTopology<RouterHost>;
  #dispatcher: Dispatcher | undefined = undefined;
  #timer: Timer | undefined = undefined;
  #state: "idle" | "busy" | "stopped" = "idle";
  /** Whose word is asked for, as those before it say nothing. */
  #turn = 0;
  /** The epoch in which writes wait, and since when. */
  #held: { readonly epoch: number; readonly since: number } | undefined =
    undefined;

  /**
   * @param cluster Its hosts.
   * @param topology Its rings, which are told what the record says.
   */
  constructor(cluster: ClusterView, topology: RingTopology<RouterHost>) {
    this.#cluster = cluster;
    this.#topology = topology;
  }

  /** What a connection to a host says of itself when it is opened, and asks. */
  greeting(hostId: number, name: string | undefined): Greeting {
    let epoch = 0;
    /** What the host says, and its replicas may not have. */
    let doubtful: RingRecord | undefined;
    return {
      commands: () => {
        ({ epoch } = this.#topology.state);
        return [
          ["CLIENT", "SETNAME", connectionName(epoch, name)],
          ...doubtful === undefined
            ? [["GET", RECORD_KEY]]
            : confirmation(doubtful),
        ];
      },
      take: ([named, ...replies]) => {
        const refusal = [named, ...replies].find((reply) =>
          reply instanceof CommandError
        );
        if (refusal !== undefined) throw refused(refusal);
        if (doubtful !== undefined) {
          if (isConfirmed(doubtful, replies)) this.#topology.apply(doubtful);
          else if (!this.#topology.makesDoWith(doubtful)) throw unconfirmed();
          doubtful = undefined;
        } else {
          const record = readRecord(replies[0]);
          if (this.#topology.isDoubtful(record)) doubtful = record;
          else this.#take(record, hostId);
        }
        this.start();
        return doubtful !== undefined || this.#topology.state.epoch > epoch;
      },
    };
  }

  /** Looks from now on. */
  start(): void {
    if (this.#state !== "idle" || this.#timer !== undefined) return;
    const interval = INTERVALS[this.#topology.state.phase];
    this.#timer = setTimeout(() => this.#look(), interval);
    runtime.unref(this.#timer);
  }

  /** There is a new record, so that the next one may come soon. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.start();
  }

  /** Looks no more. */
  stop(): void {
    this.#state = "stopped";
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#timer = undefined;
    this.#state = "busy";
    this.#endHolding();
    const { anchors } = this.#topology;
    const hostId = anchors[this.#turn % anchors.length];
    const next = () => {
      if (this.#state !== "busy") return;
      this.#state = "idle";
      this.start();
    };
    issue(this.#carrier, hostId, specOf("GET").form(), [RECORD_KEY], {
      resolve: (reply) => {
        this.#read(reply, hostId).then(
          () => this.#turn = 0,
          // What is no record, or not what its replicas have, counts for nothing:
          // others may say more.
          () => this.#turn++,
        ).finally(next);
      },
      reject: () => {
        // The others have copies.
        this.#turn++;
        next();
      },
    });
  }

  /**
   * Goes back to the ring there was, where nobody goes on: the first host decides
   * which of the two it is.
   */
  #endHolding(): void {
    const { anchors, state } = this.#topology;
    if (state.phase !== "holding") {
      this.#held = undefined;
      return;
    }
    const now = performance.now();
    const { epoch } = state;
    if (this.#held?.epoch !== epoch) this.#held = { epoch, since: now };
    if (now - this.#held.since < LONGEST_HOLD) return;
    this.#held = undefined;
    const next = { ...withoutHolding(state), epoch: epoch + 1 };
    // The next look tells what has come of it.
    this.#cluster.moves?.setRecord(anchors[0], next, epoch).catch(() => {});
  }

  /**
   * Takes what a host says, and reminds it where it says nothing any more, or what
   * was so before: it was emptied, or another server has taken over that had not
   * heard of it.
   */
  async #read(reply: Reply, hostId: number): Promise<void> {
    const record = readRecord(reply);
    if (this.#topology.isDoubtful(record)) {
      await this.#cluster.moves?.setRecord(hostId, record);
    }
    this.#take(record, hostId);
  }

  #take(record: RingRecord | undefined, hostId: number): void {
    // A host without a record has nothing to say where there is one.
    if (record !== undefined || !this.#topology.isRead) {
      this.#topology.apply(record);
    }
    if ((record?.epoch ?? 0) < this.#topology.state.epoch) {
      this.#cluster.moves?.restoreRecord(hostId);
    }
  }

  get #carrier(): Dispatcher {
    const { timeout, signal } = this.#cluster;
    return this.#dispatcher ??= new Dispatcher(this.#cluster, {
      timeout: Math.min(timeout, PATIENCE),
      signal,
      autoBatch: false,
      idempotent: true,
      lanes: new Lanes(),
      movesKeys: true,
    });
  }
}

function readRecord(reply: Reply | undefined): RingRecord | undefined {
  return parseRecord(reply === null ? null : String(reply));
}

function unconfirmed(): ConnectionError {
  return new ConnectionError(
    "The replicas of the server do not have what it says of the ring",
    { outcome: "not-sent" },
  );
}

function refused(cause: CommandError): ConnectionError {
  return new ConnectionError(
    `The server refused what is asked of it to follow the ring: ${cause.message}`,
    { cause, outcome: "not-sent" },
  );
}
