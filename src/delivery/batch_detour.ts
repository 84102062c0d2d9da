/**
 * What takes commands of a batch elsewhere.
 *
 * @module
 */

import { blockingFor } from "../commands/block_parts.ts";
import { positionsOf } from "../commands/keys.ts";
import { seenKeys } from "../commands/transaction.ts";
import { type CommandError, ReshardingError } from "../errors.ts";
import {
  MOVING_GROUPS,
  type Redirect,
  type Topology,
} from "../topology/mod.ts";
import type { Key } from "../values.ts";
import type { Batch } from "./batch.ts";
import type { Detour } from "./batch_options.ts";
import { Command } from "./command.ts";
import type { HeldCommands } from "./held_commands.ts";
import type { Holder } from "./holder.ts";
import type { Host } from "./host.ts";
import type { HeldTerms, Issuer } from "./issuer.ts";
import type { Lane } from "./lane.ts";

/** What a batch leaves its host by. */
export interface BatchDetourOptions {
  /** What issued its commands. */
  readonly issuer: Issuer;
  /** What takes those that leave. */
  readonly held: HeldCommands;
  /** What keeps these in order. */
  readonly holder: Holder;
  /** Where the batch goes. */
  readonly host: Host;
  /** Its lane. */
  readonly lane: Lane;
  /** What its commands have in common. */
  readonly terms: HeldTerms;
  /** The batch, which is made with this. */
  readonly batch: () => Batch;
}

/** Takes commands of one batch elsewhere, whose keys may be there. */
export class BatchDetour implements Detour {
  readonly #options: BatchDetourOptions;
  readonly #topology: Topology;
  readonly groupOf: (key: Key) => number;
  readonly mergesAll: boolean;
  readonly groupsStay: boolean;

  /** @param options The batch, and what takes its commands. */
  constructor(options: BatchDetourOptions) {
    const { topology } = options.issuer.cluster;
    this.#options = options;
    this.#topology = topology;
    this.groupOf = (key) => topology.groupOf(key);
    this.mergesAll = topology.groupOfKeys !== undefined;
    this.groupsStay = topology.groupOfKeys === undefined;
  }

  groupOfCommand(
    command: Pick<Command, "form" | "spec" | "args">,
  ): number | undefined {
    return groupOfCommand(this.#topology, command);
  }

  hostOf(group: number): number {
    return this.#topology.hostOf(group);
  }

  leads(group: number): boolean {
    return this.#options.holder.leads(group);
  }

  objectionTo({ form, spec, args, isPinned }: Command): Error | undefined {
    const { issuer, host } = this.#options;
    if (isPinned) return issuer.objectionTo(spec, args, host.id);
    const isSame = issuer.cluster.moves?.topology.haveChanged !== true;
    if (isSame || seenKeys(form, args).areAll) return undefined;
    return new ReshardingError(
      `Cannot send "${spec.name}": keys have begun to move since it was issued, ` +
        "and its own ones cannot be seen",
      { command: spec.name, outcome: "not-sent" },
    );
  }

  redirect(error: CommandError): Redirect | undefined {
    const { issuer, host } = this.#options;
    return issuer.cluster.redirect(host.id, error);
  }

  take(command: Command, redirect: Redirect, error?: CommandError): void {
    const { held, holder, host, lane, terms } = this.#options;
    const batch = this.#options.batch();
    const own = this.#goingOn(command, batch.deadline);
    held.takeBack({ ...own, redirect, error, batch, lane, terms });
    if (terms.isApart) queueMicrotask(() => holder.release());
    // Those that wait for room at the host were issued later.
    else if (host.backlog.size > 0) {
      host.backlog.groupsLeft(new Set([redirect.group]));
    }
  }

  /** A command that blocks goes on elsewhere for the rest of its time. */
  #goingOn(
    command: Command,
    deadline: number,
  ): { command: Command; deadline: number } {
    const { issuer, terms } = this.#options;
    const { form, args, settler, flags } = command;
    const time = form.command.row.blocks?.(args);
    const isRing = issuer.cluster.moves !== undefined;
    if (!isRing || !terms.isApart || time === undefined) {
      return { command, deadline };
    }
    // A part of it begins anew, so that the next one follows it.
    if (terms.nextPart !== undefined) {
      return { command, deadline: issuer.deadline(time) };
    }
    const left = deadline - performance.now() - issuer.options.timeout;
    if (left === Infinity) return { command, deadline };
    const rest = blockingFor(form.name, args, Math.max(1, left));
    return { command: new Command(form, rest, settler, flags), deadline };
  }
}

/** The group of all keys of a command; nothing where there is none. */
export function groupOfCommand(
  topology: Topology,
  { form, spec, args }: Pick<Command, "form" | "spec" | "args">,
): number | undefined {
  try {
    if (topology.groupOfKeys !== undefined) {
      const { keys } = seenKeys(form, args);
      if (keys.length === 0) return undefined;
      return topology.groupOfKeys(keys) ?? MOVING_GROUPS;
    }
    const keys = positionsOf(spec, args).map((position) => args[position]);
    const [first, ...others] = keys.map((key) => topology.groupOf(key));
    return others.every((group) => group === first) ? first : undefined;
  } catch (error) {
    // It goes nowhere, which whatever holds it says.
    if (error instanceof ReshardingError) return MOVING_GROUPS;
    // It was issued to a host that was named, or by another key.
    return undefined;
  }
}
