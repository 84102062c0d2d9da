/**
 * Measures what the documents cite, keeps it in docs/figures.json, and writes the
 * documents from there: the figures of README.md and docs/comparison.md,
 * docs/performance.md and its picture, and docs/demo.svg.
 *
 * Usage: sh tools/dev figures [options]
 *
 * | Option                   | What it does                                    |
 * | ------------------------ | ----------------------------------------------- |
 * | `--only cluster,scaling` | measures only these parts anew: `clients`,      |
 * |                          | `crowds`, `commands`, `cluster`, `resharding`,  |
 * |                          | `scaling`, `demo`                               |
 * | `--rounds 15`            | so many rounds of all of them                   |
 * | `--write`                | measures nothing, writes the documents          |
 * | `--out folder`           | writes there, and leaves the documents alone    |
 * | `--short`                | shows that everything works; needs `--out`      |
 *
 * Without options it takes an hour or so, on a machine that does nothing else. A
 * part is recorded as soon as it has been measured; one that fails keeps what it
 * had, and the program goes on and exits with 1.
 *
 * @module
 */

import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readArguments } from "./figures/arguments.ts";
import { documentsOf } from "./figures/documents.ts";
import { measurePart } from "./figures/measure.ts";
import { type Figures, RECORD_PATH, recordText } from "./figures/record.ts";
import { formatted } from "./measure/formatted.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

const { only, out, ...options } = readArguments(Deno.args);
const target = out === undefined ? ROOT : resolve(out);

let figures = JSON.parse(await read(RECORD_PATH)) as Figures;
for (const name of only) {
  console.error(`measures ${name}`);
  try {
    const picture = await place("docs/demo.svg");
    const part = await measurePart(name, { ...options, picture });
    figures = { ...figures, [name]: part };
  } catch (error) {
    // The others do not depend on it, and take their time.
    console.error(`keeps ${name} as it was: ${error}`);
    Deno.exitCode = 1;
    continue;
  }
  await write(RECORD_PATH, await formatted(recordText(figures), "json"));
}
for (const [path, text] of await documentsOf(figures, read)) {
  if (await read(path).catch(() => undefined) === text) continue;
  await write(path, text);
  console.error(`wrote ${path}`);
}

/** A file where it is written, or else the one in its place. */
async function read(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(resolve(target, path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return await Deno.readTextFile(resolve(ROOT, path));
  }
}

async function write(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(await place(path), text);
}

/** Where a file is to be, in a folder that is there. */
async function place(path: string): Promise<string> {
  const file = resolve(target, path);
  await Deno.mkdir(dirname(file), { recursive: true });
  return file;
}
