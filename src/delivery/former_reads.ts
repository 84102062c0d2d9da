/**
 * Reads of keys that move, at the hosts where these were.
 *
 * @module
 */

import { isList } from "../commands/arguments.ts";
import { MOVING_GROUPS } from "../topology/mod.ts";
import type { Batch } from "./batch.ts";
import type { Command } from "./command.ts";
import type { HeldCommands } from "./held_commands.ts";
import type { Host } from "./host.ts";
import type { Issuer, Wanted } from "./issuer.ts";
import type { MovingCommands } from "./moving_commands.ts";
import type { Run } from "./run.ts";

/** What the reads of one dispatcher go by. */
export interface FormerReadsOptions {
  /** What they are issued to, */
  readonly issuer: Issuer;
  /** what keeps the commands for a key in order, */
  readonly holder: MovingCommands;
  /** and what has those held that are told null. */
  readonly held: HeldCommands;
}

/** A batch that may still take reads, its host, and the epoch that it goes by. */
interface Open {
  readonly host: Host;
  readonly batch: Batch;
  readonly epoch: number;
}

/**
 * Sends what reads one key to the former host of that, in batches like any others,
 * so that a map of reads costs little more than if nothing moved. While keys move
 * nobody creates one there: what is read there counts, and whoever is told null asks
 * the host that the key goes to, and takes its word. A key that is there but has
 * nothing for the command, as it is of another type, has nothing elsewhere.
 *
 * These batches have lanes of their own, beside what the client issues for keys that
 * stay. Whatever it issues for the same keys is held until they have ended.
 */
export class FormerReads {
  readonly #options: FormerReadsOptions;
  /** By the ids of hosts. */
  readonly #open = new Map<number, Open>();

  /** @param options The dispatcher, and what it has commands held by. */
  constructor(options: FormerReadsOptions) {
    this.#options = options;
  }

  /** Issues a read to where its key was; nothing where that may not be done now. */
  queue(
    { form, args, settler, flags, second, size, by }: Omit<Wanted, "place">,
  ): { run: Run; batch: Batch } | undefined {
    const { steps, command } = form;
    if (command.row.nullIfAbsent !== true) return undefined;
    if (steps !== undefined || by !== undefined) return undefined;
    const { holder, issuer } = this.#options;
    const key = isList(args) ? args[0] : args;
    const hostId = holder.formerHostOf(key);
    if (hostId === undefined) return undefined;
    const host = issuer.hostFor(hostId, form.name);
    if (!host.admit(size)) return undefined;
    const batch = this.#batchFor(host);
    holder.reads(batch, key);
    const run = batch.add(form, args, settler, flags, size, second);
    return { run, batch };
  }

  #batchFor(host: Host): Batch {
    const { issuer, held } = this.#options;
    const moves = issuer.cluster.moves!;
    const { epoch } = moves.topology.state;
    const open = this.#open.get(host.id);
    const fits = open?.host === host && open.epoch === epoch &&
      !open.batch.sealed;
    if (fits) return open.batch;
    const { lanes, exclusive, gate } = issuer.options;
    const lane = lanes.readingLaneFor(host);
    const take = (command: Command) => {
      if (moves.topology.state.epoch === epoch) {
        moves.noteAbsent(command.args[0], host.id);
      }
      held.takeBack({
        ...{ command, batch, lane, terms: held.terms },
        // It is routed by its key, wherever that belongs by then.
        redirect: { group: MOVING_GROUPS, to: undefined, asking: false },
        error: undefined,
        deadline: batch.deadline,
        absentIn: epoch,
      });
    };
    const batch: Batch = issuer.start(host, lane, {
      deadline: issuer.deadline(0),
      exclusive,
      gate,
      absence: { take },
    });
    this.#open.set(host.id, { host, batch, epoch });
    return batch;
  }
}
