/**
 * The part of the page that is about single calls.
 *
 * @module
 */

import type { CallCosts } from "./calls.ts";

/** Another client's calls beside ours: the ratio of their speeds. */
export interface CallsBeside {
  /** How many times as fast GETs are as those of Bun's own client, */
  readonly get: number | undefined;
  /** and SETs that expire. */
  readonly setEx: number | undefined;
}

/** What single calls cost, and what most of that is. */
export function callsPart(
  { call, promise, keptByCall, keptByAll }: CallCosts,
  { get, setEx }: CallsBeside,
): string {
  const kept = keptByCall === undefined || keptByAll === undefined ? "" : `
Until its reply is there a call keeps ${
    keptByCall.toFixed(0)
  } bytes (its promise,
and the one function that resolves it, with what that keeps), and \`Promise.all\`
another ${
    keptByAll.toFixed(0)
  } for it: with so many calls at a time, all of that is copied by the collector of
garbage.`;
  const beside = get === undefined || setEx === undefined ? "" : `

The client that is built into Bun is native code. Beside it, each in a process of its own, GETs are ${
    get.toFixed(2)
  } times as fast, and SETs with \`ex\` ${
    setEx.toFixed(2)
  } times (\`sh tools/dev compare --only calls\`).`;
  return `## Single calls

50,000 GETs of a routing client under \`Promise.all\`, on four hosts, cost ${
    call.toFixed(0)
  } ns each.
A promise of the language costs ${
    promise.toFixed(0)
  } ns of that by itself: made, put under \`Promise.all\` and resolved.${kept}${beside}

${ROOM}`;
}

/** What the program can do for them. */
const ROOM =
  `V8 collects its new objects whenever they fill 16 MB, and with so many calls at a
time most of them are still in use then. With room for all of them a program of that
kind is faster; measure yours:

\`\`\`sh
deno run --v8-flags=--min-semi-space-size=64,--max-semi-space-size=64 …
\`\`\``;
