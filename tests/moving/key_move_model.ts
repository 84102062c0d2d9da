/**
 * A world in which parties move one key, with all that can happen in it: messages
 * that are lost, late, or overtaken; parties that give up or take over; a key that
 * expires; a target without room; a stranger who writes to the target. Of parties
 * that die there is nothing to be said: one does nothing more, as in all worlds in
 * which the others go on before it does. What the parties decide is the code
 * itself; what servers do is modelled here, and compared with the scripts in
 * `scripts_test.ts`.
 *
 * @module
 */

import { assertLess } from "@std/assert";
import {
  afterDrop,
  afterFence,
  afterGeneration,
  afterPut,
  afterRelease,
  afterTake,
  afterWait,
  begin,
  type KeyMove,
  type PutAnswer,
  type TakeAnswer,
} from "../../src/moving/key_move.ts";

/** What a party wants of the key. */
export type Role = "move" | "set" | "del";

/** A piece of the protocol that is taken out, to see that it is needed. */
export type Flaw =
  /** Claims keep nobody away. */
  | "noclaims"
  /** Whoever takes over leaves the generation as it is. */
  | "nobump"
  /** PUT carries the generation that is current when it is sent. */
  | "lategen"
  /** Whoever takes over does not know that it does. */
  | "fresh"
  /** A value at the target is replaced. */
  | "replace"
  /** A claim that was taken over is given back when there is no room. */
  | "giveback"
  /** A token is used again after a stale PUT. */
  | "sametoken";

/** What there is to explore. */
export interface Exploration {
  readonly roles: readonly Role[];
  /** How often each party begins anew. */
  readonly retries: number;
  readonly flaw?: Flaw;
  /** Whether the key may expire. */
  readonly expires?: boolean;
  /** Whether the target may be out of memory. */
  readonly fills?: boolean;
  /** Whether a stranger may write to the target once. */
  readonly stranger?: boolean;
}

/** What the source holds of the key, as PUT carries it. */
const VALUE = new Uint8Array([0]);

/** What a database has of the key. */
type Value = "v0" | "stranger" | `by ${number}` | null;

/** What servers know. */
export interface Servers {
  /** The key at the source, */
  readonly source: Value;
  /** who has claimed it there, */
  readonly claim: string | null;
  /** and its copy under another name. */
  readonly aside: Value;
  /** The key at the target, */
  readonly target: Value;
  /** and the generation there. */
  readonly generation: number;
}

/** A message on its way to a server. */
type Message =
  | { readonly to: number; readonly kind: "write"; readonly value: Value }
  | {
    readonly to: number;
    readonly kind: "take" | "fence" | "put" | "drop" | "set-aside" | "release";
    readonly token: string;
    readonly replaces?: string | undefined;
    readonly generation?: number;
  };

interface Party {
  readonly at: KeyMove | "write" | "done" | "dead";
  /** Whether it waits for an answer. */
  readonly isWaiting: boolean;
  readonly retries: number;
}

interface World extends Servers {
  /** What the key holds, as everybody who uses it understands it. */
  readonly truth: Value;
  readonly hasExpired: boolean;
  /** Whether the stranger has written. */
  readonly isStrange: boolean;
  /** Whether the first value has to be somewhere. */
  readonly isKept: boolean;
  readonly parties: readonly Party[];
  readonly messages: readonly Message[];
}

/** What TAKE does at the source. */
export function take(
  servers: Servers,
  { token, replaces }: { token: string; replaces?: string | undefined },
): { servers: Servers; answer: TakeAnswer } {
  const { claim, source } = servers;
  if (claim !== null && claim !== replaces) {
    return { servers, answer: { kind: "busy", owner: claim } };
  }
  if (source === null) {
    return { servers: { ...servers, claim: null }, answer: { kind: "absent" } };
  }
  const isTakenOver = claim !== null;
  return {
    servers: { ...servers, claim: token },
    answer: { kind: "taken", value: VALUE, due: 0, isTakenOver },
  };
}

/** What PUT does at the target, which has the room for it. */
export function put(
  servers: Servers,
  { generation }: { generation?: number },
  value: Value,
): { servers: Servers; answer: PutAnswer } {
  if (generation !== servers.generation) return { servers, answer: "stale" };
  if (servers.target !== null) return { servers, answer: "exists" };
  return { servers: { ...servers, target: value }, answer: "put" };
}

/** What DROP does at the source, or setting aside. */
export function drop(
  servers: Servers,
  { token }: { token: string },
  kind: "drop" | "set-aside",
): { servers: Servers; isDone: boolean } {
  if (servers.claim !== token) return { servers, isDone: false };
  const aside = kind === "drop" ? servers.aside : servers.source;
  return {
    servers: { ...servers, aside, source: null, claim: null },
    isDone: true,
  };
}

/** What giving back a claim does. */
export function release(
  servers: Servers,
  { token }: { token: string },
): Servers {
  return servers.claim === token ? { ...servers, claim: null } : servers;
}

/** What is wrong with a world; nothing where all is as it should be. */
function wrong(world: World): string | undefined {
  const { source, target, aside, truth, isStrange, isKept } = world;
  if (isStrange) {
    const isSomewhere = [source, target, aside].includes("v0");
    return isKept && !isSomewhere ? "a value is destroyed" : undefined;
  }
  if (aside !== null) return "a copy is set aside without need";
  if (source !== null) {
    return source === truth ? undefined : "the source is wrong";
  }
  return target === truth ? undefined : "the target is wrong";
}

/** How a world was reached, or how many there are if none is wrong. */
export type Finding =
  | { readonly count: number }
  | { readonly problem: string; readonly way: readonly string[] };

/** Explores all that can happen. */
export function explore(exploration: Exploration): Finding {
  const { roles, retries } = exploration;
  const first: World = {
    source: "v0",
    claim: null,
    aside: null,
    target: null,
    generation: 0,
    truth: "v0",
    hasExpired: false,
    isStrange: false,
    isKept: true,
    parties: roles.map((_, index) => ({
      at: begin(`${index}.${retries}`),
      isWaiting: false,
      retries,
    })),
    messages: [],
  };
  const names = new Names();
  const seen = new Set([names.of(first)]);
  let worlds: [world: World, way: Way | undefined][] = [[first, undefined]];
  while (worlds.length > 0) {
    const next: typeof worlds = [];
    for (const [world, before] of worlds) {
      for (const [event, after] of successors(world, exploration)) {
        const { size } = seen;
        if (seen.add(names.of(after)).size === size) continue;
        const way = { before, event };
        const problem = wrong(after);
        if (problem !== undefined) return { problem, way: eventsOf(way) };
        next.push([after, way]);
      }
    }
    worlds = next;
  }
  return { count: seen.size };
}

/** How a world was reached. */
interface Way {
  readonly before: Way | undefined;
  readonly event: string;
}

function eventsOf(way: Way): string[] {
  const events: string[] = [];
  for (let at: Way | undefined = way; at !== undefined; at = at.before) {
    events.unshift(at.event);
  }
  return events;
}

/**
 * Short names of worlds: what they consist of is numbered, and a number is one
 * character. There are millions of worlds to name.
 */
class Names {
  readonly #numbers = new Map<string | null, number>();
  readonly #known = new WeakMap<object, number>();

  of(world: World): string {
    const { source, claim, aside, target, generation, truth } = world;
    const { hasExpired, isStrange, isKept } = world;
    const sent = world.messages.map((message) => this.#part(message));
    if (sent.length > 1) sent.sort((a, b) => a - b);
    return String.fromCharCode(
      this.#number(source),
      this.#number(claim),
      this.#number(aside),
      this.#number(target),
      this.#number(truth),
      generation,
      +hasExpired + 2 * +isStrange + 4 * +isKept,
      ...world.parties.map((party) => this.#part(party)),
      ...sent,
    );
  }

  #part(part: object): number {
    let number = this.#known.get(part);
    if (number === undefined) {
      number = this.#number(JSON.stringify(part));
      this.#known.set(part, number);
    }
    return number;
  }

  #number(text: string | null): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#numbers.size;
      // A character has no room for more.
      assertLess(number, 2 ** 16);
      this.#numbers.set(text, number);
    }
    return number;
  }
}

function* successors(
  world: World,
  exploration: Exploration,
): Iterable<[event: string, after: World]> {
  const { expires, stranger, roles } = exploration;
  if (expires === true && !world.hasExpired) {
    const gone = (value: Value) => value === "v0" ? null : value;
    yield ["the key expires", {
      ...world,
      source: gone(world.source),
      target: gone(world.target),
      truth: gone(world.truth),
      hasExpired: true,
      isKept: false,
    }];
  }
  if (stranger === true && !world.isStrange) {
    // What it replaces is its own affair.
    const isKept = world.isKept && world.target !== "v0";
    yield ["a stranger writes", {
      ...world,
      target: "stranger",
      isStrange: true,
      isKept,
    }];
  }
  for (const index of roles.keys()) {
    yield* partyEvents(world, index, exploration);
  }
  for (const message of world.messages) {
    yield* messageEvents(world, message, exploration);
  }
}

/** What a party may do by itself. */
function* partyEvents(
  world: World,
  index: number,
  { roles, flaw }: Exploration,
): Iterable<[event: string, after: World]> {
  const party = world.parties[index];
  const { at, retries } = party;
  if (at === "done" || at === "dead") return;
  if (party.isWaiting) {
    if (at !== "write" && retries > 0) {
      const next = begin(`${index}.${retries - 1}`);
      yield [`${index} gives up waiting`, goOn(world, index, next, 1)];
    }
    return;
  }
  if (at === "write") {
    const role = roles[index];
    if (role === "move") {
      yield [
        `${index} is done`,
        withParty(world, index, { ...party, at: "done" }),
      ];
    } else {
      const value = role === "set" ? `by ${index}` as const : null;
      yield send(world, index, { to: index, kind: "write", value });
    }
    return;
  }
  switch (at.step) {
    case "generation":
      yield [
        `${index} reads the generation`,
        goOn(world, index, afterGeneration(at, world.generation), 0),
      ];
      return;
    case "wait":
      if (retries > 0) {
        yield [
          `${index} is patient`,
          goOn(world, index, afterWait(at, true), 1),
        ];
      }
      yield [
        `${index} has waited long enough`,
        goOn(world, index, afterWait(at, false), 0),
      ];
      return;
    case "take":
      yield send(world, index, {
        to: index,
        kind: "take",
        token: at.token,
        replaces: at.former?.token,
      });
      return;
    case "put": {
      const generation = flaw === "lategen" ? world.generation : at.generation;
      const { token } = at;
      yield send(world, index, { to: index, kind: "put", token, generation });
      return;
    }
    case "fence":
    case "drop":
    case "set-aside":
    case "release":
      yield send(world, index, { to: index, kind: at.step, token: at.token });
      return;
    case "end": {
      const isThere = typeof at.ending === "string";
      const next = isThere ? "write" : "done";
      yield [
        `${index} ends`,
        withParty(world, index, { ...party, at: next }),
      ];
    }
  }
}

/** What may become of a message. */
function* messageEvents(
  world: World,
  message: Message,
  { flaw, fills }: Exploration,
): Iterable<[event: string, after: World]> {
  const { kind, to } = message;
  const messages = world.messages.filter((other) => other !== message);
  const rest = { ...world, messages };
  yield [`${kind} of ${to} is lost`, rest];
  const party = world.parties[to];
  if (kind === "write") {
    const { value } = message;
    yield [
      `write of ${to}`,
      withParty(
        { ...rest, target: value, truth: value, isKept: false },
        to,
        party.at === "write"
          ? { ...party, at: "done", isWaiting: false }
          : party,
      ),
    ];
    return;
  }
  const { at } = party;
  const isAwaited = party.isWaiting && typeof at === "object" &&
    at.step === kind && at.token === message.token;
  /** The world after an answer, and what the party makes of it if it waits. */
  const answered = (
    servers: Partial<World>,
    next: (at: KeyMove) => KeyMove,
    cost = 0,
  ): World => {
    const after = { ...rest, ...servers };
    if (!isAwaited) return after;
    if (cost > party.retries) {
      return withParty(after, to, { ...party, at: "dead", isWaiting: false });
    }
    return goOn(after, to, next(at as KeyMove), cost);
  };
  const fresh = `${to}.${party.retries - 1}`;
  type At<S extends KeyMove["step"]> = Extract<KeyMove, { readonly step: S }>;
  switch (kind) {
    case "take": {
      const claim = flaw === "noclaims" ? null : world.claim;
      const { servers, answer } = take({ ...rest, claim }, message);
      const isTakenOver = answer.kind === "taken" && answer.isTakenOver;
      const seen = flaw === "fresh" && isTakenOver
        ? { ...answer, isTakenOver: false }
        : answer;
      yield [
        `take of ${to}: ${answer.kind}`,
        answered(
          // Whoever takes over believes that what is at the target is its own.
          { ...servers, isKept: world.isKept && !isTakenOver },
          (at) => afterTake(at as At<"take">, seen),
        ),
      ];
      return;
    }
    case "fence": {
      const generation = world.generation + (flaw === "nobump" ? 0 : 1);
      yield [
        `fence of ${to}`,
        answered(
          { generation },
          (at) => afterFence(at as At<"fence">, generation),
        ),
      ];
      return;
    }
    case "put": {
      const value = world.hasExpired ? null : "v0";
      const target = flaw === "replace" ? null : world.target;
      const { servers, answer } = put({ ...rest, target }, message, value);
      yield [
        `put of ${to}: ${answer}`,
        answered(
          servers,
          (at) => {
            const own = at as At<"put">;
            const next = flaw === "sametoken" ? own.token : fresh;
            return afterPut(own, answer, next);
          },
          answer === "stale" ? 1 : 0,
        ),
      ];
      if (fills !== true) return;
      const reply = { reply: "OOM" };
      yield [
        `put of ${to}: no room`,
        answered({}, (at) => {
          const own = at as At<"put">;
          const mayBePut = flaw === "giveback" ? false : own.mayBePut;
          return afterPut({ ...own, mayBePut }, reply, fresh);
        }),
      ];
      return;
    }
    case "drop":
    case "set-aside": {
      const claim = flaw === "noclaims" ? message.token : world.claim;
      const { servers, isDone } = drop({ ...rest, claim }, message, kind);
      yield [
        `${kind} of ${to}: ${isDone}`,
        answered(
          isDone ? servers : {},
          (at) => afterDrop(at as At<"drop" | "set-aside">, isDone, fresh),
          isDone ? 0 : 1,
        ),
      ];
      return;
    }
    case "release":
      yield [
        `release of ${to}`,
        answered(
          release(rest, message),
          (at) => afterRelease(at as At<"release">),
        ),
      ];
  }
}

function withParty(world: World, index: number, party: Party): World {
  const parties = world.parties.with(index, party);
  return { ...world, parties };
}

function goOn(world: World, index: number, at: KeyMove, cost: number): World {
  const retries = world.parties[index].retries - cost;
  return withParty(world, index, { at, retries, isWaiting: false });
}

function send(
  world: World,
  index: number,
  message: Message,
): [event: string, after: World] {
  const waiting = { ...world.parties[index], isWaiting: true };
  const after = withParty(world, index, waiting);
  const messages = [...world.messages, message];
  return [`${index} sends ${message.kind}`, { ...after, messages }];
}
