/**
 * Fills a cluster from a CSV file: the first column is the key, the rest of the
 * line is the value. A value has no line break in it, and the file has a header.
 *
 *     load_csv.ts                    makes a file of a million rows and loads it
 *     load_csv.ts --rows 5000        the same with 5,000 rows
 *     load_csv.ts people.csv         loads a file of yours
 *     load_csv.ts people.csv --rows 5000   loads the first 5,000 rows of it
 *
 * How far it came stands in `people.csv.progress`, and it goes on from there. The
 * servers are those of `REDIS_HOSTS`, or some of its own.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { openCluster } from "./open_cluster.ts";
import { grouped, heading, note, showProgress, success } from "./terminal.ts";

/** After how many rows it writes down how far it came. */
const SAVE_EVERY = 10_000;

const { values: flags, positionals } = parseArgs({
  options: { rows: { type: "string" } },
  allowPositionals: true,
});

await using cleanup = new AsyncDisposableStack();
const path = positionals[0] ?? await makeCsv(Number(flags.rows ?? 1_000_000));
const progress = `${path}.progress`;
const total = Math.min(Number(flags.rows ?? Infinity), await countRows());
const first = await readProgress();
const cluster = cleanup.use(await openCluster());

heading(`${grouped(total)} rows for ${cluster.hosts.size} Redis servers`);
if (first > 0) note(`Goes on behind row ${grouped(first)}.`);

// Rows are read as they are needed: three batches are in memory, not the file.
const entries = cluster.mapBatches(
  rowsBetween(first, total),
  (client, { key, value }) => client.set(key, value),
);
const start = performance.now();
let done = first;
try {
  // An entry comes when its reply is there, in the order of the rows. So every
  // row up to this one is in Redis, and whatever ends this run, the next one
  // goes on here.
  for await (const _entry of entries) {
    done++;
    if (done % 1_000 === 0) showProgress("load", done, total);
    if (done % SAVE_EVERY === 0) await writeProgress(done);
  }
  const seconds = (performance.now() - start) / 1_000;
  if (done % 1_000 !== 0) showProgress("load", done, total);
  success(`Loaded ${grouped(done - first)} rows in ${seconds.toFixed(1)} s.`);
  const sizes = await cluster.all((client) => client.dbsize());
  note(`Keys by host: ${[...sizes.values()].map(grouped).join(" + ")}.`);
} catch (error) {
  console.error(`\nStopped behind row ${grouped(done)}:`, error);
  Deno.exitCode = 1;
} finally {
  await writeProgress(done);
}

interface Row {
  readonly key: string;
  readonly value: string;
}

async function* rowsBetween(from: number, to: number): AsyncGenerator<Row> {
  let number = 0;
  for await (const lines of chunksOfLines()) {
    for (const line of lines) {
      number++;
      if (number <= from) continue;
      if (number > to) return;
      const comma = line.indexOf(",");
      const end = comma < 0 ? line.length : comma;
      yield { key: line.slice(0, end), value: line.slice(end + 1) };
    }
  }
}

async function countRows(): Promise<number> {
  let count = 0;
  for await (const lines of chunksOfLines()) count += lines.length;
  return count;
}

/** The lines behind the header, as many at a time as a read brings. */
async function* chunksOfLines(): AsyncGenerator<string[]> {
  const { readable } = await Deno.open(path);
  let rest = "";
  let hasHeader = true;
  for await (const text of readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    if (hasHeader && lines.shift() !== undefined) hasHeader = false;
    yield lines;
  }
  if (rest !== "") yield [rest];
}

/** A file of products in a temporary directory, which is removed at the end. */
async function makeCsv(rows: number): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "rb-csv-" });
  cleanup.defer(() => Deno.remove(dir, { recursive: true }));
  let next = 1;
  const chunks = ReadableStream.from((function* () {
    yield "key,name,price\n";
    while (next <= rows) {
      const end = Math.min(next + 10_000, rows + 1);
      let text = "";
      for (; next < end; next++) {
        text += `product:${next},Product ${next},${next % 1_000}\n`;
      }
      yield text;
    }
  })());
  const path = `${dir}/products.csv`;
  await Deno.writeTextFile(path, chunks);
  return path;
}

async function readProgress(): Promise<number> {
  try {
    return JSON.parse(await Deno.readTextFile(progress)).rows;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Renamed into its place, so that a crash leaves the old file or the new one. */
async function writeProgress(rows: number): Promise<void> {
  await Deno.writeTextFile(`${progress}.new`, JSON.stringify({ rows }));
  await Deno.rename(`${progress}.new`, progress);
}
