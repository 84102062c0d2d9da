/**
 * How far a move of keys is, and what stands in its way.
 *
 * @module
 */

import type { Cluster } from "../cluster.ts";
import { CommandError } from "../errors.ts";
import type { RingPhase } from "../moving/mod.ts";
import {
  isPositive,
  isSignal,
  isWhole,
  oneOf,
  readOptions,
} from "../options.ts";
import { Barrier } from "./barrier.ts";
import { described, listConnections } from "./connections.ts";
import type { ReshardOptions } from "./reshard.ts";
import { type Problem, Survey } from "./survey.ts";
import { type KeyFlow, surveyKeys } from "./key_survey.ts";
import { ringName } from "./records.ts";
import { rightsAt } from "./rights.ts";
import { refusedBy, TwoRings } from "./two_rings.ts";
import { WriteDenial } from "./write_denial.ts";

/** How things are between two sets of hosts. */
export interface ReshardStatus {
  /** Counts the steps of all moves there were. */
  readonly epoch: number;
  /** How far a move is. */
  readonly phase: RingPhase;
  /** What programs do while it lasts. */
  readonly writers: "follow" | "stopped";
  /**
   * Which hosts are in use, or are being left: those `"before"`, those `"after"`,
   * or `"others"`.
   */
  readonly from: "before" | "after" | "others";
  /** Which hosts keys go to; the same ones where none move. */
  readonly to: "before" | "after" | "others";
  /** What these hosts are, and their router, in a line each. */
  readonly rings: { readonly from: string; readonly to: string };
  /** What keeps keys from being moved now, for people. */
  readonly problems: readonly string[];
  /** What there is to know before, for people. */
  readonly warnings: readonly string[];
  /** Who is connected to the hosts, for people. */
  readonly programs: readonly string[];
  /** What is to be moved from where to where; nothing unless keys are looked at. */
  readonly flows: readonly KeyFlow[];
}

/** What is looked at, and what gives it up. */
export interface ReshardStatusOptions extends
  Pick<
    ReshardOptions,
    "writers" | "maxValueBytes" | "rate" | "replicated" | "signal"
  > {
  /**
   * Whether all keys are looked at, where no move has begun: how many move, how
   * large they are, and which are where they do not belong. It asks for the size of
   * each one that moves, `rate` of them a second at the most.
   *
   * @default {false}
   */
  keys?: boolean;
}

const CHECKS = {
  writers: oneOf("follow", "stopped"),
  maxValueBytes: isPositive,
  rate: isPositive,
  replicated: isWhole(0, 1_000),
  keys: oneOf(true, false),
  signal: isSignal,
};

/**
 * Tells how far a move is, and what keeps keys from being moved now. Nothing is
 * changed.
 *
 * @param before The cluster as it is.
 * @param after The cluster as it shall be.
 * @param options What programs will do meanwhile, and what gives it up.
 * @throws {ReshardingError} If a host refuses to be asked.
 * @throws {TransportError} If a host cannot be asked.
 *
 * @example Is all well?
 * ```ts
 * import { Cluster, ConsistentHashingRouter, reshardStatus } from "@rb/rb";
 *
 * const a = { port: 6379, label: "a" };
 * const b = { port: 6380, label: "b" };
 * const router = ConsistentHashingRouter;
 * const before = new Cluster({ hosts: [a], router });
 * const after = new Cluster({ hosts: [a, b], router });
 * const { phase, problems } = await reshardStatus(before, after);
 * console.log(phase, problems);
 * ```
 */
export async function reshardStatus(
  before: Cluster,
  after: Cluster,
  options: ReshardStatusOptions = {},
): Promise<ReshardStatus> {
  const read = readOptions(options, CHECKS, "reshardStatus()");
  const { replicated = 0, signal } = read;
  const rings = new TwoRings(before, after, { replicated, signal });
  try {
    await rings.found();
    return await statusOf(rings, read);
  } catch (error) {
    throw error instanceof CommandError ? refusedBy(error) : error;
  } finally {
    await rings.close();
  }
}

async function statusOf(
  rings: TwoRings,
  {
    writers = "follow",
    maxValueBytes,
    rate = 20_000,
    keys = false,
    signal,
  }: ReshardStatusOptions,
): Promise<ReshardStatus> {
  const survey = new Survey(rings);
  const hosts = [...rings.hosts.values()];
  const record = await rings.records.read();
  const { epoch, phase, from, to, isStopped = false } = record ??
    { epoch: 0, phase: "stable", from: rings.from, to: rings.from };
  const which = (ring: string) =>
    ring === rings.from ? "before" : ring === rings.to ? "after" : "others";
  const nameOf = (ring: string) => ringName(ring, record ?? {}, rings.names);
  const problems: string[] = [];
  if (writers === "follow") {
    const settings = { strangers: "refuse", grace: 0, signal } as const;
    const barrier = new Barrier(hosts, rings.records, settings);
    problems.push(
      ...(await barrier.strangers())
        .map((one) => `A program does not follow the ring: ${one}`),
    );
  } else {
    const denial = new WriteDenial(await survey.servers());
    problems.push(...textsOf(await denial.problems()));
  }
  problems.push(...textsOf(await survey.serverProblems()));
  if (phase === "stable" && from === rings.from) {
    problems.push(...textsOf(await survey.foreignProblems()));
    // Otherwise all keys are counted.
    if (!keys) problems.push(...textsOf(await survey.sideProblems()));
  }
  const warnings = await survey.warnings();
  const rights = await Promise.all(
    hosts.map((host) =>
      rightsAt(host, {
        waits: rings.areNamed || rings.replicated > 0,
        stops: writers === "stopped",
      })
    ),
  );
  problems.push(...textsOf(rights.flatMap(({ problems }) => problems)));
  warnings.push(...rights.flatMap(({ warnings }) => warnings));
  let flows: readonly KeyFlow[] = [];
  if (keys && phase === "stable" && from === rings.from) {
    const options = { maxValueBytes, rate, signal };
    const found = await surveyKeys(rings, await survey.facts, options);
    problems.push(...textsOf(found.problems));
    warnings.push(...found.warnings);
    flows = found.flows;
  }
  const connections = await Promise.all(
    hosts.map(async (host) =>
      (await listConnections(host))
        .filter(({ db }) => db === host.db)
        .map((one) => described(one, host))
    ),
  );
  return {
    epoch,
    phase,
    writers: isStopped ? "stopped" : "follow",
    from: which(from),
    to: which(to),
    rings: { from: nameOf(from), to: nameOf(to) },
    problems,
    warnings,
    programs: connections.flat(),
    flows,
  };
}

function textsOf(problems: readonly Problem[]): string[] {
  return problems.map(({ text }) => text);
}
