/**
 * Where our clients deliberately do not do what `@db/redis` does: why, and what
 * is right.
 *
 * @module
 */

import { BLOCK_PART } from "../../src/commands/block_parts.ts";
import { numberText } from "../../src/values.ts";
import {
  outcomeOf,
  type RecordedCall,
  toJson,
  type Word,
} from "../../support/recorded.ts";
import { DECODE_ERROR, describe, REFUSED } from "./replay.ts";

/** What is right in place of what was recorded. */
export type Right = Partial<Pick<RecordedCall, "words" | "value" | "error">>;

/** Calls that differ for one reason. */
export interface Exception {
  /** Why they differ. */
  readonly because: string;
  /** Whether it holds for a call. */
  applies(call: RecordedCall, protocol: 2 | 3): boolean;
  /** What is right. */
  right(call: RecordedCall, protocol: 2 | 3): Right;
  /** Whether what was recorded is as good. */
  readonly orRecorded?: true;
}

const REFUSAL: Right = { words: null, error: REFUSED };

/** Refused before anything is sent. */
function refused(
  because: string,
  applies: Exception["applies"],
  more: Pick<Exception, "orRecorded"> = {},
): Exception {
  return { because, applies, right: () => REFUSAL, ...more };
}

/** Calls by how they are written, each with what is right. */
function literal(
  because: string,
  rights: Readonly<Record<string, Right>>,
  more: Pick<Exception, "orRecorded"> = {},
): Exception {
  return {
    because,
    applies: (call) => Object.hasOwn(rights, describe(call)),
    right: (call) => rights[describe(call)],
    ...more,
  };
}

/** Calls with some words, each with what to write in its place. */
function reworded(
  because: string,
  reword: (word: Word, call: RecordedCall) => Word,
  more: Pick<Exception, "orRecorded"> = {},
): Exception {
  const words = (call: RecordedCall) =>
    wordsOf(call).map((word) => reword(word, call));
  return {
    because,
    applies: (call) => words(call).join() !== wordsOf(call).join(),
    right: (call) => ({ words: words(call) }),
    ...more,
  };
}

/** What no command can carry, as it is written in a recorded call. */
const NO_ARGUMENTS = [
  '{"$undefined":true}',
  "null",
  '{"$number":"Infinity"}',
  '{"$number":"-Infinity"}',
  "true",
  '["a","b"]',
  '{"a":1}',
  '{"$units":[55296]}',
];

const UNSENDABLE = new Set([
  "get()",
  "smembers()",
  'zadd("k", 1)',
  ...NO_ARGUMENTS.flatMap((text) => [`get(${text})`, `set("k", ${text})`]),
]);

/** The options of a call, if its last argument is an object. */
function options({ args }: RecordedCall): Record<string, unknown> {
  const last = args.at(-1);
  return typeof last === "object" && last !== null && !Array.isArray(last)
    ? last as Record<string, unknown>
    : {};
}

/** How many of some options are given. */
function given(call: RecordedCall, names: string): number {
  return names.split(" ").filter((name) => {
    const value = options(call)[name];
    return typeof value === "number" || typeof value === "string" ||
      value === true;
  }).length;
}

function isSetOrAdd({ method }: RecordedCall): boolean {
  return method === "set" || method.startsWith("zadd");
}

/** The words of a call that sends one command. */
function wordsOf({ words, calls }: RecordedCall): readonly Word[] {
  return calls === undefined ? (words ?? []) as readonly Word[] : [];
}

/** What a call sends first that blocks for ever. */
function inParts(call: RecordedCall): readonly Word[] {
  const words = wordsOf(call);
  if (/^(BL|BR|BZ)/.test(words[0]) && words.at(-1) === "0") {
    return words.with(-1, String(BLOCK_PART / 1_000));
  }
  const block = /^XREAD/.test(words[0]) ? words.indexOf("BLOCK") : -1;
  return block > 0 && words[block + 1] === "0" && words.at(-1) !== "$"
    ? words.with(block + 1, String(BLOCK_PART))
    : words;
}

/** Whether a reply has an integer that a number cannot hold. */
function hasLargeInteger(reply: string): boolean {
  const integers = reply.match(/(?<=^|\n):-?\d+(?=\r)/g) ?? [];
  return integers.some((text) => !Number.isSafeInteger(Number(text.slice(1))));
}

/** What replies with such integers are, exactly. */
const LARGE_VALUES: Readonly<Record<string, unknown>> = {
  ":9007199254740992\r\n": 9007199254740992n,
  ":9007199254740993\r\n": 9007199254740993n,
  ":9007199254740994\r\n": 9007199254740994n,
  ":9007199254740998\r\n": 9007199254740998n,
  ":-9223372036854775808\r\n": -9223372036854775808n,
  "*1\r\n:9007199254740993\r\n": [9007199254740993n],
  "*1\r\n:9223372036854775807\r\n": [9223372036854775807n],
  "*1\r\n:7381240782615871488\r\n": [7381240782615871488n],
  "*2\r\n:9007199254740993\r\n*1\r\n:-9223372036854775808\r\n": [
    9007199254740993n,
    [-9223372036854775808n],
  ],
};

/** What bytes that are no UTF-8 become in the package. */
const REPLACED = "\ufffd";

/** The same value with an error for each text that is none. */
function undecoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(undecoded);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, undecoded(item)]),
    );
  }
  return typeof value === "string" && value.includes(REPLACED)
    ? { $error: DECODE_ERROR }
    : value;
}

/** How the options of GEORADIUS have to be written. */
const GEO_WORDS: Readonly<Record<string, readonly Word[]>> = {
  '{"count":1}': ["COUNT", "1"],
  '{"count":1,"sort":"ASC","withDist":true}': ["WITHDIST", "COUNT", "1", "ASC"],
  '{"store":"dest"}': ["STORE", "dest"],
  '{"storeDist":"dest"}': ["STOREDIST", "dest"],
  '{"sort":"ASC","storeDist":"dest"}': ["ASC", "STOREDIST", "dest"],
};

function geoWords(call: RecordedCall): readonly Word[] | undefined {
  return call.method.startsWith("georadius")
    ? GEO_WORDS[JSON.stringify(options(call))]
    : undefined;
}

/** The names of a Map and its values, one after the other. */
function flatMap({ args }: RecordedCall): Word[] {
  const { $map } = args.at(-1) as { $map: [Word, Word][] };
  return $map.flat();
}

const OK_ERROR =
  "ErrorReplyError: -ERR value is not an integer or out of range";

/** All of them; the first that applies to a call holds. */
export const EXCEPTIONS: readonly Exception[] = [
  refused(
    "What is missing, no number or no text does not become a word",
    (call) =>
      UNSENDABLE.has(describe(call)) ||
      JSON.stringify(call.args).includes('"NaN"'),
  ),
  refused(
    "Options that exclude each other are refused",
    (call) =>
      isSetOrAdd(call) &&
      (given(call, "ex px exat pxat keepttl") > 1 ||
        given(call, "nx xx mode") > 1),
  ),
  refused(
    "Unknown options are refused by name",
    (call) => call.method === "set" && given(call, "NX ttl") > 0,
  ),
  refused(
    "What is no id of a stream is refused with an error",
    (call) => call.error === "string: fail",
  ),
  refused(
    "It is not known what an unknown subcommand does to its connection",
    (call) => describe(call) === 'slowlog("nosuch")',
  ),
  {
    because: "Nothing that is to be set is an error of the call",
    applies: ({ method, words }) =>
      /^mset(nx)?$/.test(method) && words?.length === 1,
    right: (call) =>
      JSON.stringify(call.args).includes("$map")
        ? { words: [...wordsOf(call), ...flatMap(call)] }
        : REFUSAL,
  },
  {
    because: "A Map is as good as a record",
    applies: ({ method, args }) =>
      (method === "hset" || method === "hmset") &&
      JSON.stringify(args).includes("$map"),
    right: (call) => ({ words: [...wordsOf(call), ...flatMap(call)] }),
  },
  literal("No keys have no values", {
    "mget()": { words: null, value: [] },
  }),
  literal("None of no keys is there", {
    "del()": { words: null, value: 0 },
    "exists()": { words: null, value: 0 },
    "touch()": { words: null, value: 0 },
    "unlink()": { words: null, value: 0 },
  }),
  refused(
    "An argument too many may be refused",
    (call) =>
      ['get("k", "l")', 'bitcount("k", 1)'].includes(describe(call)) ||
      describe(call).startsWith('bitpos("k", 1, {"$undefined":true}'),
    { orRecorded: true },
  ),
  reworded(
    "Redis writes what is without end as inf",
    (word, { method }) =>
      method.startsWith("z") && word.endsWith("Infinity")
        ? word.startsWith("-") ? "-inf" : "+inf"
        : word,
  ),
  reworded(
    "A large whole number is written in digits, as Redis reads it",
    (word) => /^\d(\.\d+)?e\+\d+$/.test(word) ? numberText(Number(word)) : word,
  ),
  {
    because: "What blocks for ever does so in parts, which the server ends",
    applies: (call) => inParts(call).join() !== wordsOf(call).join(),
    right: (call) => ({ words: inParts(call) }),
  },
  {
    because: "ZREVRANGEBYLEX begins with its maximum",
    applies: ({ method }) => method === "zrevrangebylex",
    right: (call) => {
      const [command, key, min, max, ...limit] = wordsOf(call);
      return { words: [command, key, max, min, ...limit] };
    },
  },
  {
    because: "COUNT, STORE and STOREDIST are words of their own",
    applies: (call) => geoWords(call) !== undefined,
    right: (call) => {
      const unit = wordsOf(call).indexOf("km") + 1;
      return { words: [...wordsOf(call).slice(0, unit), ...geoWords(call)!] };
    },
  },
  {
    because: "NO ONE are two words",
    applies: ({ method }) => method.endsWith("NoOne"),
    right: (call) => ({ words: [wordsOf(call)[0], "NO", "ONE"] }),
  },
  {
    because: "A message that is empty or 0 is one",
    applies: ({ method, args }) =>
      method === "ping" && (args[0] === "" || args[0] === 0),
    right: ({ args }) => ({ words: ["PING", String(args[0])] }),
  },
  literal("An id that is 0 is given", {
    'clientKill({"id":0})': { words: ["CLIENT", "KILL", "ID", "0"] },
  }),
  refused(
    "A call that the server refuses as it is written may be refused before",
    ({ reply, args: [, one] }) =>
      /^-ERR (wrong number of arguments|at least 1 input key|syntax error|Unbalanced)/
        .test(reply) && one !== "dest",
    { orRecorded: true },
  ),
  literal("MALLOC-STATS is one word", {
    "memoryMallocStats()": { words: ["MEMORY", "MALLOC-STATS"] },
  }),
  {
    because: "OVERFLOW holds for what comes behind it",
    applies: (call) =>
      call.method === "bitfield" && wordsOf(call).includes("OVERFLOW") &&
      wordsOf(call)[2] !== "OVERFLOW",
    right: (call) => {
      const [command, key, ...rest] = wordsOf(call);
      const [word, mode] = rest.splice(-2);
      return { words: [command, key, word, mode, ...rest] };
    },
  },
  {
    because: "An option that is 0 is given",
    applies: (call) =>
      call.method === "xclaim" &&
      call.args.some((one) =>
        /"(idle|retryCount)":0/.test(JSON.stringify(one))
      ),
    right: (call) => {
      const name = JSON.stringify(call.args).includes('"idle":0')
        ? "IDLE"
        : "RETRYCOUNT";
      return { words: [...wordsOf(call), name, "0"] };
    },
    orRecorded: true,
  },
  {
    because: "Nothing pending is no error",
    applies: ({ error }) => error === "string: parse err",
    right: () => ({
      value: { count: 0, startId: null, endId: null, consumers: [] },
    }),
  },
  {
    because: "A stream without entries has no first and no last one",
    applies: ({ method, error }) =>
      method === "xinfoStream" && error?.startsWith("TypeError") === true,
    right: ({ reply }) => ({
      value: {
        length: 0,
        radixTreeKeys: 0,
        radixTreeNodes: 1,
        groups: 1,
        lastGeneratedId: reply.includes("1-1")
          ? { unixMs: 1, seqNo: 1 }
          : { unixMs: 0, seqNo: 0 },
        firstEntry: null,
        lastEntry: null,
      },
    }),
  },
  {
    because: "An entry that is gone from its stream has no fields",
    applies: ({ method, error }) =>
      method === "xreadgroup" && error === "TypeError: raw[1] is not iterable",
    right: () => ({
      value: [{
        key: "k",
        messages: [{ xid: { unixMs: 1, seqNo: 1 }, fieldValues: {} }],
      }],
    }),
  },
  {
    because: "What is no UTF-8 is not changed in silence",
    applies: (call, protocol) =>
      JSON.stringify(levelled(call, protocol).value)?.includes(REPLACED) ===
        true,
    right: (call, protocol) => {
      const { value } = levelled(call, protocol);
      return typeof value === "string"
        ? { error: DECODE_ERROR }
        : { value: undecoded(value) };
    },
  },
  {
    because: "Integers beyond 2^53 are exact",
    applies: (call, protocol) => {
      const { reply, error } = outcomeOf(call, protocol);
      return error === undefined && hasLargeInteger(reply);
    },
    right: ({ reply }) => ({ value: toJson(LARGE_VALUES[reply]) }),
  },
  {
    because: "A big number is exact",
    applies: (call, protocol) =>
      protocol === 3 &&
      describe(call) === 'sendCommand("DEBUG", ["PROTOCOL","bignum"])',
    right: () => ({ value: toJson(1234567999999999999999999999999999999n) }),
  },
  {
    because: "An error inside a reply is a value, and what follows is read",
    applies: ({ reply }) => /\*[1-9]\d*\r\n(.*\r\n)?-[A-Z]/s.test(reply),
    right: (call) => {
      switch (call.method) {
        case "eval":
          return {
            value: [1, { $error: "ErrorReplyError: -MY own words" }, 3],
          };
        case "exec":
          return { value: ["text", { $error: OK_ERROR }, "text"] };
        default:
          return {
            value: ["OK", "QUEUED", "QUEUED", ["OK", { $error: OK_ERROR }]],
          };
      }
    },
  },
  {
    because: "The three letters before a verbatim string are not its text",
    applies: (call, protocol) =>
      protocol === 3 && outcomeOf(call, 3).reply.startsWith("="),
    right: ({ resp3 }) => {
      const { value } = resp3!;
      return typeof value === "string"
        ? { value: value.slice(4) }
        : { value: { $bytes: (value as { $bytes: Word }).$bytes.slice(4) } };
    },
  },
  {
    because: "A double is no text that could be wanted as bytes",
    applies: (call, protocol) =>
      protocol === 3 && outcomeOf(call, 3).reply.startsWith(",") &&
      typeof outcomeOf(call, 3).value === "object",
    right: ({ resp3 }) => ({
      value: (resp3!.value as { $bytes: Word }).$bytes,
    }),
  },
  {
    because: "A reply has one shape, whichever version it came in",
    applies: (call, protocol) =>
      protocol === 3 && SHAPED_BY_RESP3.test(call.words?.[0] as string) &&
      call.resp3 !== undefined &&
      JSON.stringify(call.resp3.value) !== JSON.stringify(call.value),
    right: ({ value }) => ({ value }),
  },
];

/** Commands of which RESP3 shows pairs or streams in another way. */
const SHAPED_BY_RESP3 =
  /^(HRANDFIELD|XREAD|XREADGROUP|ZDIFF|ZINTER|ZPOP.*|ZRAND.*|Z.*RANGE.*)$/;

/** The outcome under a version of the protocol, in the shape of RESP2. */
function levelled(call: RecordedCall, protocol: 2 | 3): Right {
  return SHAPED_BY_RESP3.test(call.words?.[0] as string)
    ? call
    : outcomeOf(call, protocol);
}

/** The exception that holds for a call, if any. */
export function exceptionOf(
  call: RecordedCall,
  protocol: 2 | 3,
): Exception | undefined {
  return EXCEPTIONS.find((one) => one.applies(call, protocol));
}

/** The call as it should be, in place of what was recorded. */
export function corrected(
  call: RecordedCall,
  protocol: 2 | 3,
  exception: Exception,
): RecordedCall {
  const { resp3: _, value, error, ...rest } = {
    ...call,
    ...outcomeOf(call, protocol),
  };
  const right = exception.right(call, protocol);
  const outcome = "value" in right || "error" in right
    ? {}
    : outcomeOf(call, protocol).error === undefined
    ? { value }
    : { error };
  return { ...rest, ...outcome, ...right };
}
