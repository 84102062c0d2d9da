/**
 * What is to be moved, before anything is changed.
 *
 * @module
 */

import { KeyWalk } from "./key_walk.ts";
import { wrongSide } from "./key_sides.ts";
import { sizesOf } from "./large_values.ts";
import { Tally } from "./progress.ts";
import { type Problem, problem, type ServerFacts } from "./survey.ts";
import type { RingHost, TwoRings } from "./two_rings.ts";

/** How many keys go from one host to another. */
export interface KeyFlow {
  /** The host that they leave, */
  readonly from: number;
  /** and the one that they go to. */
  readonly to: number;
  /** How many of them, */
  readonly keys: number;
  /** and the bytes that they take in the memory of their server. */
  readonly bytes: number;
}

/** What is looked for, and how fast. */
export interface KeySurveyOptions {
  /** The most bytes that a value may take, if somebody has said so. */
  readonly maxValueBytes: number | undefined;
  readonly rate: number;
  readonly signal: AbortSignal | undefined;
}

/** What was found. */
export interface KeyReport {
  readonly flows: readonly KeyFlow[];
  readonly problems: readonly Problem[];
  /** What is to be known, for people. */
  readonly warnings: readonly string[];
}

/** What stands for keys of a host that are at home elsewhere now. */
const FOREIGN = -1;
const PAGE_SIZE = 250;
/** A value of so many bytes takes its server about a tenth of a second. */
const LARGE = 16 * 1024 * 1024;

/** Keys of a host that are larger than others should be. */
interface Large {
  count: number;
  most: number;
}

/** Looks at all keys of the hosts; it asks for the size of those that move. */
export async function surveyKeys(
  rings: TwoRings,
  facts: readonly ServerFacts[],
  { maxValueBytes, rate, signal }: KeySurveyOptions,
): Promise<KeyReport> {
  const limit = maxValueBytes ?? LARGE;
  const flows = new Map<
    string,
    { -readonly [K in keyof KeyFlow]: KeyFlow[K] }
  >();
  const large = new Map<RingHost, Large>();
  const foreign = new Map<RingHost, number>();
  const newcomers = new Set(rings.newcomers);
  const walk = new KeyWalk([...rings.hosts.values()], {
    // It is counted about.
    isWhole: false,
    choose: (key, hostId) =>
      rings.destination(key, hostId) ??
        (rings.origin(key, hostId) === undefined ? undefined : FOREIGN),
    handle: async (host, choice, keys) => {
      if (choice === FOREIGN) {
        foreign.set(host, (foreign.get(host) ?? 0) + keys.length);
        return;
      }
      const sizes = await sizesOf(host, keys);
      const name = `${host.hostId}:${choice}`;
      let flow = flows.get(name);
      if (flow === undefined) {
        flow = { from: host.hostId, to: choice, keys: 0, bytes: 0 };
        flows.set(name, flow);
      }
      flow.keys += keys.length;
      for (const size of sizes) {
        flow.bytes += size;
        if (size <= limit) continue;
        const { count, most } = large.get(host) ?? { count: 0, most: 0 };
        large.set(host, { count: count + 1, most: Math.max(most, size) });
      }
    },
    tally: new Tally(),
    rate,
    pageSize: PAGE_SIZE,
    signal,
  });
  for await (const _ of walk.steps()) { /* On. */ }

  const problems: Problem[] = [];
  const warnings: string[] = [];
  const sum = (counts: Iterable<number>) =>
    [...counts].reduce((total, count) => total + count, 0);
  const text = wrongSide({
    before: sum(flows.values().map(({ keys }) => keys)),
    after: sum(foreign.values()),
  });
  if (text !== undefined) problems.push({ text });
  for (const [host, count] of foreign) {
    // Of those that only come it is told anyway, and here of all of them.
    if (newcomers.has(host) || text !== undefined) continue;
    problems.push(problem(
      host,
      `has keys that are at home elsewhere now, and will be here: ${count}, ` +
        'which "rb check" lists',
    ));
  }
  for (const [host, { count, most }] of large) {
    const what = problem(
      host,
      `has values that move and take more than ${limit} bytes: ${count}, the ` +
        `largest of them ${most}; reading one keeps its server from all else`,
    );
    if (maxValueBytes === undefined) warnings.push(what.text);
    else problems.push(what);
  }
  problems.push(...fullTargets(facts, [...flows.values()]));
  return { flows: [...flows.values()], problems, warnings };
}

/** Hosts without room for what goes there. */
function fullTargets(
  facts: readonly ServerFacts[],
  flows: readonly KeyFlow[],
): Problem[] {
  const problems: Problem[] = [];
  for (const { host, usedMemory, maxMemory } of facts) {
    const coming = flows.filter(({ to }) => to === host.hostId)
      .reduce((sum, { bytes }) => sum + bytes, 0);
    if (maxMemory === 0 || coming === 0) continue;
    const room = Math.max(0, maxMemory - usedMemory);
    if (coming <= room) continue;
    problems.push(problem(
      host,
      `has room for ${room} bytes, and ${coming} are to come: give it more ` +
        "(CONFIG SET maxmemory)",
    ));
  }
  return problems;
}
