/**
 * What an error reply makes of a command that may go again.
 *
 * @module
 */

import type { CommandError } from "../errors.ts";
import type { Detour } from "./batch_options.ts";
import { APART, type Command, PINNED, WITH_SOURCE } from "./command.ts";
import { isForbidden, type Returned, type WayOut, wayOut } from "./policy.ts";
import type { Run } from "./run.ts";

/** How a command has come back. */
export type Refusal = Omit<Returned, "command" | "batch">;

/** Where commands of a batch may go. */
export interface Ways {
  /** The host that they went to. */
  readonly hostId: number;
  /** What takes them elsewhere, where hosts do not keep their keys. */
  readonly detour: Detour | undefined;
  /** Names of commands that the user may not issue merged. */
  readonly unmerged: Set<string> | undefined;
}

/**
 * What an error reply makes of commands; nothing, if it settles them.
 *
 * @param run Theirs.
 * @param error The reply.
 * @param index The first one that it is for.
 */
export function refusalOf(
  { hostId, detour, unmerged }: Ways,
  run: Run,
  { error, index }: { error: CommandError; index: number },
): Refusal | undefined {
  const { name, form, flags, merging, travelsAs, isAsking } = run;
  const isMerged = merging !== undefined;
  const hasSource = form.script !== undefined && (flags & WITH_SOURCE) === 0;
  const mayMove = detour !== undefined && (flags & PINNED) === 0;
  const state = { isMerged, hasSource, mayMove };
  const way = wayOut(travelsAs, error, state);
  if (way === undefined) return undefined;
  if (isMerged && isForbidden(merging.as, error)) unmerged?.add(name);
  return way === "moved"
    ? movedBy({ hostId, detour }, run.at(index), error)
    : { progress: "refused", error, wayOut: way, isAsking };
}

/**
 * Where a command belongs that its server has refused for that reason; nothing
 * where the error does not say.
 */
export function movedBy(
  { hostId, detour }: Pick<Ways, "hostId" | "detour">,
  command: Command,
  error: CommandError,
): Refusal | undefined {
  let redirect = detour?.redirect(error);
  // It has to wait for its keys (TRYAGAIN); so does a transaction, in which
  // ASKING has no place.
  const mustWait = command.form.steps !== undefined && redirect?.asking;
  if (redirect === undefined || mustWait) {
    const group = redirect?.group ?? detour?.groupOfCommand(command);
    if (group === undefined) return undefined;
    redirect = { group, to: undefined, asking: false };
  }
  // The same host may be another server by now.
  const isHere = redirect.to === hostId && !redirect.asking;
  const wayOut = isHere ? "elsewhere" : "moved";
  return { progress: "refused", error, wayOut, redirect };
}

/** A command that has ended with nothing before its time goes on elsewhere. */
export function cutShort(
  detour: Detour | undefined,
  command: Command,
): Refusal | undefined {
  const group = detour?.groupOfCommand(command);
  if (group === undefined) return undefined;
  const redirect = { group, to: undefined, asking: false };
  return { progress: "refused", wayOut: "moved", redirect };
}

/** How a command differs that goes again. */
export function flagsOf(wayOut: WayOut | undefined): number {
  if (wayOut === "apart") return APART;
  return wayOut === "source" ? WITH_SOURCE : 0;
}
