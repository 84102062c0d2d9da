/**
 * Commands that travel in lanes of their own: those that block, those that go
 * ahead of all others, and sequences that hold some that block.
 *
 * @module
 */

import { sizeOf } from "../commands/arguments.ts";
import { BlockParts } from "../commands/block_parts.ts";
import type { Form } from "../commands/spec.ts";
import type { Argument, Key } from "../values.ts";
import type { Batch } from "./batch.ts";
import type { NextPart } from "./batch_options.ts";
import { Command, type Settler } from "./command.ts";
import type { Carrier, Issuer } from "./issuer.ts";
import { Lane } from "./lane.ts";

/** A command that travels apart. */
export interface ApartCommand {
  /** The group that it goes by, or the host where it is pinned. */
  readonly place: number;
  readonly form: Form;
  readonly args: readonly Argument[];
  readonly settler: Settler;
  readonly flags: number;
  /** How many milliseconds it may block, if it does. */
  readonly time: number | undefined;
  /** The key that it goes by, where its caller has named one. */
  readonly by?: Key | undefined;
}

/**
 * Issues a command in a lane of its own, so that it delays nobody else, and nobody
 * delays it.
 *
 * @throws What keeps it from being issued.
 */
export function sendApart(issuer: Issuer, command: ApartCommand): void {
  const { place, form, args, settler, flags, time, by } = command;
  const size = sizeOf(args);
  const parts = BlockParts.of(form.name, args, time ?? 0);
  const first = parts?.next() ?? { args, time: time ?? 0 };
  const exclusive = time !== undefined;
  const nextPart = parts &&
    ((taken: number) => nextOf(issuer, parts, taken));
  if (issuer.mustWait(place, form, flags, args)) {
    const held = new Command(form, first.args, settler, flags);
    const terms = { exclusive, isApart: true, nextPart, time: first.time };
    return issuer.hold(place, held, { size, terms, by });
  }
  const host = issuer.hostFor(issuer.hostOf(place, flags), form.name);
  if (!issuer.admits(host, size)) throw host.failures.queueFull(form.name);
  const links = exclusive ? host.blockingLinks : host.urgentLinks;
  issuer.start(host, new Lane(host, links), {
    deadline: issuer.deadline(first.time),
    sendBy: issuer.deadline(0),
    exclusive,
    nextPart,
    isApart: true,
  }).add(form, first.args, settler, flags, size);
}

/**
 * What carries commands to one host that keep their order although some of them
 * block: together, over a connection that they have to themselves. They leave once
 * everything is settled that was issued before to that host; what is issued later
 * does not wait for them.
 *
 * @param time How many milliseconds they may block, all together.
 * @returns It takes commands in this turn only.
 */
export function sequenceOf(issuer: Issuer, time: number): Carrier {
  let batch: Batch | undefined;
  const terms = { exclusive: true, isApart: true, isSequence: true, time };
  const due = issuer.deadline(0);
  const { cluster, options } = issuer;
  return {
    cluster,
    options,
    send: (place, form, args, whole, flags = issuer.flags, by) => {
      const settler = issuer.settlerFor(form, whole);
      try {
        const size = sizeOf(args);
        if (issuer.mustWait(place, form, flags, args)) {
          const command = new Command(form, args, settler, flags);
          return issuer.hold(place, command, { size, terms, due, by });
        }
        const host = issuer.hostFor(issuer.hostOf(place, flags), form.name);
        if (!issuer.admits(host, size)) {
          throw host.failures.queueFull(form.name);
        }
        if (batch === undefined) {
          const lane = new Lane(host, host.blockingLinks);
          lane.follow(options.lanes.laneFor(host));
          const deadline = issuer.deadline(time);
          const own = { deadline, exclusive: true, isApart: true };
          batch = issuer.start(host, lane, own);
        }
        batch.add(form, args, settler, flags, size);
      } catch (error) {
        issuer.refuse(settler, error);
      }
    },
    refuse: (settler, reason) => issuer.refuse(settler, reason),
  };
}

function nextOf(
  issuer: Issuer,
  parts: BlockParts,
  taken: number,
): NextPart | undefined {
  const part = parts.next(taken);
  return part && { args: part.args, deadline: issuer.deadline(part.time) };
}
