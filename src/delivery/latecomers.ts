/**
 * The commands of one dispatcher that wait for room in the queues of hosts.
 *
 * @module
 */

import type { Latecomer } from "./backlog.ts";
import { PINNED } from "./command.ts";
import type { Host } from "./host.ts";
import type { Issuer, Wanted } from "./issuer.ts";
import { type Run, runOfOne } from "./run.ts";

/** Has commands wait, and knows when none does any more. */
export class Latecomers {
  readonly #issuer: Issuer;
  /** With the host of each. */
  readonly #waiting = new Map<Latecomer, Host>();
  #whenRoomy: PromiseWithResolvers<void> | undefined = undefined;

  /** @param issuer What they were issued to. */
  constructor(issuer: Issuer) {
    this.#issuer = issuer;
  }

  /** How many there are. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Settles when none of them waits any more.
   *
   * @throws Why one of them has waited in vain.
   */
  roomy(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    this.#whenRoomy ??= Promise.withResolvers<void>();
    return this.#whenRoomy.promise;
  }

  /**
   * Lets a command wait for room in the queue of its host, where its caller has
   * the patience.
   *
   * @returns Where its outcome will stand, unless there is a settler.
   * @throws {QueueFullError} Where its caller has none.
   */
  wait(host: Host, wanted: Wanted): Run {
    const issuer = this.#issuer;
    const { place, form, flags, size, by } = wanted;
    if (this.size >= issuer.patience) {
      throw host.failures.queueFull(form.name);
    }
    const run = runOfOne(wanted);
    const command = run.at(0);
    const origin = issuer.origin();
    const { epoch } = issuer;
    const leave = () => {
      this.#waiting.delete(latecomer);
      if (this.size > 0) return;
      this.#whenRoomy?.resolve();
      this.#whenRoomy = undefined;
    };
    const lane = issuer.options.lanes.laneFor(host);
    const deadline = issuer.deadline(0);
    const latecomer: Latecomer = {
      ...{ name: form.name, size, lane, deadline },
      group: (flags & PINNED) === 0 ? place : undefined,
      objection: () => issuer.objectionTo(command.spec, command.args, host.id),
      divert: () => {
        const { detours } = issuer;
        // What its client has on the way there goes first.
        detours?.begin(place, lane.batches);
        try {
          const before = { size, due: deadline, origin, by };
          issuer.hold(place, command, {
            ...before,
            ...(epoch === undefined ? {} : { epoch }),
          });
          leave();
        } catch (error) {
          latecomer.refuse(error);
        }
        queueMicrotask(() => detours?.release());
      },
      enter: () => {
        const batch = issuer.openBatch(host, form, origin);
        batch.addHeld(command, { flags, size, origin });
        leave();
      },
      refuse: (reason) => {
        issuer.fail(command.settler, reason);
        this.#whenRoomy?.reject(reason);
        leave();
        issuer.endIfIdle();
      },
    };
    issuer.begins();
    this.#waiting.set(latecomer, host);
    host.backlog.add(latecomer);
    host.wakeAt(deadline);
    return run;
  }

  /** Rejects all of them. */
  abandon(reason: unknown): void {
    for (const [latecomer, host] of this.#waiting) {
      host.backlog.delete(latecomer);
      latecomer.refuse(reason);
    }
  }
}
