/**
 * Makes calls of the real `@db/redis`, and notes what became of them.
 *
 * @module
 */

import {
  connect,
  type Redis,
  type RedisPipeline,
  type RedisSubscription,
} from "@db/redis";
import { oracle } from "../../support/raw_client.ts";
import {
  canonical,
  errorText,
  type Outcome,
  type RecordedCall,
  toJson,
  toLatin1,
} from "../../support/recorded.ts";
import type { Argument, Case } from "./cases.ts";
import { known } from "./facts.ts";
import { type Place, type Stage, until } from "./stage.ts";

/** How long a call may take, in milliseconds. */
const TIMEOUT = 10_000;

type Method = (...args: unknown[]) => unknown;

interface Noted {
  readonly commands: readonly (readonly string[])[];
  readonly outcome: Outcome;
}

/** Records one call under both versions of the protocol. */
export async function record(stage: Stage, one: Case): Promise<RecordedCall> {
  const args = known(one.args, stage.facts);
  const [two, three] = [
    await note(stage, { ...one, args }, 2),
    await note(stage, { ...one, args }, 3),
  ];
  if (canonical(two.commands) !== canonical(three.commands)) {
    throw new Error(`"${one.method}" sends other words under RESP3`);
  }
  const { commands, outcome } = two;
  const isSame = canonical(outcome) === canonical(three.outcome);
  return {
    method: one.method,
    args: args.map(toJson),
    ...(one.calls && {
      calls: one.calls.map(({ method, args }) =>
        [method, args.map(toJson)] as const
      ),
    }),
    ...(one.on !== "plain" && { on: one.on }),
    ...(one.given.length > 0 && { given: one.given.map(words) }),
    ...(one.beside.length > 0 && { beside: one.beside.map(words) }),
    ...(one.answer !== undefined && { scripted: true }),
    ...(one.cut && { cut: true }),
    words: one.calls ? commands : commands[0] ?? null,
    ...outcome,
    ...(!isSame && { resp3: three.outcome }),
  };
}

async function note(
  stage: Stage,
  one: Case,
  protocol: 2 | 3,
): Promise<Noted> {
  await stage.reset(one.on);
  const place = stage.place(one.on);
  const { hostname, port } = place.server;
  await using other = oracle({ hostname, port });
  for (const command of one.beside) {
    await other.command(...command as (string | number)[]);
  }
  place.tap.begin({});
  using redis = await connect({
    hostname,
    port: place.tap.port,
    maxRetryCount: 1,
  });
  if (protocol === 3) await redis.sendCommand("HELLO", [3]);
  for (const [name, ...rest] of one.given) {
    await redis.sendCommand(String(name), rest);
  }
  place.tap.begin(one);
  const outcome = await inTime(one, outcomeOf(redis, place, one));
  const { commands } = place.tap;
  if (one.calls === undefined && commands.length > 1) {
    throw new Error(`"${one.method}" sent ${commands.length} commands`);
  }
  const reply = one.published === undefined
    ? await inTime(one, place.tap.whole())
    : place.tap.replied;
  return { commands, outcome: { reply, ...outcome } };
}

async function outcomeOf(
  redis: Redis,
  place: Place,
  one: Case,
): Promise<{ value: unknown } | { error: string }> {
  try {
    const method = Reflect.get(redis, one.method) as Method;
    const result = method.apply(redis, [...one.args]);
    if (one.calls !== undefined) {
      return { value: toJson(await flush(result as RedisPipeline, one.calls)) };
    }
    const value = await result;
    return {
      value: toJson(
        one.published === undefined
          ? value
          : await receive(value as RedisSubscription, place, one),
      ),
    };
  } catch (error) {
    return { error: errorText(error) };
  }
}

async function flush(
  pipeline: RedisPipeline,
  calls: readonly Case[],
): Promise<unknown[]> {
  for (const { method, args } of calls) {
    await (Reflect.get(pipeline, method) as Method).apply(pipeline, [...args]);
  }
  return await pipeline.flush();
}

/** Publishes the messages once the server knows the subscription. */
async function receive(
  subscription: RedisSubscription,
  { oracle }: Place,
  { args, published = [] }: Case,
): Promise<unknown[]> {
  await until(async () => {
    const [counts, patterns] = [
      await oracle.command("PUBSUB", "NUMSUB", ...args as string[]),
      await oracle.command("PUBSUB", "NUMPAT"),
    ];
    const channels = (counts as unknown[]).filter((count) => count === 1);
    return channels.length + Number(patterns) === args.length;
  });
  for (const message of published) await oracle.command("PUBLISH", ...message);
  const received: unknown[] = [];
  for await (const message of subscription.receive()) {
    received.push(message);
    if (received.length === published.length) break;
  }
  return received;
}

async function inTime<T>(one: Case, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`"${one.method}" gives nothing`)),
    TIMEOUT,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The words of a command, one character a byte. */
function words(command: readonly Argument[]): string[] {
  const encoder = new TextEncoder();
  return command.map((word) =>
    toLatin1(word instanceof Uint8Array ? word : encoder.encode(String(word)))
  );
}
