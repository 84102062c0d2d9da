/**
 * Measures memory and says what was found.
 *
 * @module
 */

import { TestSetup } from "@rb/rb/testing";
import { grouped, mebibytes } from "../measure/format.ts";
import { importMap } from "../measure/import_map.ts";
import {
  type Amounts,
  type Findings,
  keyOf,
  SMALL_KEY,
  VALUE_SIZE,
} from "./subjects.ts";

/** What is promised of memory. */
const MAX_PER_COMMAND = 140;
const MAX_GROWTH = 64 * 2 ** 20;
/** Far less than a reply of a mebibyte, and room for what is kept. */
const MAX_KEPT = 1_024;

/** The amounts that the promises are about. */
export const FULL: Amounts = {
  keys: 1_000_000,
  batchKeys: 10_000_000,
  largeReplies: 500,
};

const CHUNK = 10_000;
const TIME_LIMIT = 300_000;

/**
 * Starts servers, fills them and measures every subject in a process of its
 * own.
 *
 * @param amounts How much of everything.
 * @returns A line for each subject.
 */
export async function measureMemory(amounts = FULL): Promise<string[]> {
  await using setup = await TestSetup.start({
    databasesEach: 1,
    transport: "tcp",
  });
  await fill(setup, amounts);
  const ports = setup.servers.map(({ port }) => port).join(",");
  const measure = (subject: string) => run(subject, ports, amounts);
  const values = (await measure("values")).endLive;
  const live = await measure("mapLive");
  return [
    mapLine("map of GETs", await measure("map"), values),
    mapLine("map of GETs, not merged", await measure("mapPlain"), values),
    `memory: map of GETs, all issued and none sent: ${
      (live.peakLive / live.commands).toFixed(0)
    } bytes a command in use`,
    batchesLine(await measure("mapBatches")),
    keptLine("text", await measure("keptText")),
    keptLine("bytes", await measure("keptBytes")),
  ];
}

function mapLine(name: string, findings: Findings, values: number): string {
  const { commands, peakResident } = findings;
  const resident = (peakResident - values) / commands;
  return `memory: ${name}, ${grouped(commands)} commands: at its peak ` +
    `${resident.toFixed(0)} bytes a command beyond the values (resident): ` +
    verdict(resident < MAX_PER_COMMAND, `${MAX_PER_COMMAND} bytes`);
}

function batchesLine({ commands, peakResident, endLive }: Findings): string {
  return `memory: mapBatches over ${grouped(commands)} keys: at its peak ` +
    `${mebibytes(peakResident)} above the start (resident), ` +
    `${mebibytes(endLive)} in use at the end: ` +
    verdict(peakResident < MAX_GROWTH, mebibytes(MAX_GROWTH));
}

function keptLine(kind: string, findings: Findings): string {
  const { commands, replySize, endLive } = findings;
  const kept = endLive / commands;
  return `memory: small ${kind} kept from each of ${grouped(commands)} ` +
    `replies of ${mebibytes(replySize)}: ${kept.toFixed(0)} bytes each: ` +
    verdict(kept < MAX_KEPT, `${grouped(MAX_KEPT)} bytes`);
}

function verdict(reached: boolean, limit: string): string {
  return `${reached ? "under" : "OVER"} ${limit}`;
}

async function fill(setup: TestSetup, { keys }: Amounts): Promise<void> {
  const cluster = setup.makeCluster({ timeout: 60_000 });
  const value = "v".repeat(VALUE_SIZE);
  for (let from = 0; from < keys; from += CHUNK) {
    const ids = Array.from(
      { length: Math.min(CHUNK, keys - from) },
      (_, index) => from + index,
    );
    await cluster.map((client) =>
      ids.map((id) => client.set(keyOf(id), value))
    );
  }
  // Both on one server, so that one reply has them.
  const client = cluster.getLocalClientForKey(SMALL_KEY);
  await client.set(SMALL_KEY, value);
  await client.set(`${SMALL_KEY}:large`, "v".repeat(65_536));
}

async function run(
  subject: string,
  ports: string,
  amounts: Amounts,
): Promise<Findings> {
  const map = importMap();
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--allow-all"],
      ...(map === undefined ? [] : [`--import-map=${map}`]),
      "--v8-flags=--expose-gc",
      new URL("child.ts", import.meta.url).href,
      ...[subject, ports, JSON.stringify(amounts)],
    ],
    stdin: "null",
    signal: AbortSignal.timeout(TIME_LIMIT),
  }).output();
  if (success) return JSON.parse(new TextDecoder().decode(stdout));
  throw new Error(
    `Cannot measure "${subject}": ${new TextDecoder().decode(stderr).trim()}`,
  );
}
