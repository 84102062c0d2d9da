/**
 * The documents that have figures, written from the record.
 *
 * @module
 */

import { formatted } from "../measure/formatted.ts";
import { type Findings, performancePage } from "../scaling/document.ts";
import { performancePlot } from "../scaling/plot.ts";
import type { Series } from "../scaling/series.ts";
import { fillBlocks } from "./blocks.ts";
import { comparisonTexts } from "./comparison.ts";
import { readmeTexts } from "./readme.ts";
import { ratioOf } from "./words.ts";
import {
  type ComparedPart,
  type Figures,
  RECORD_PATH,
  recordText,
  type SeriesFigures,
} from "./record.ts";

/**
 * All files that the record makes, itself included.
 *
 * @param figures The record.
 * @param read Gives the text of a file, by its path in the repository.
 * @returns What is to be in them, by their paths.
 */
export async function documentsOf(
  figures: Figures,
  read: (path: string) => Promise<string>,
): Promise<Map<string, string>> {
  const files: [path: string, text: string][] = [
    [RECORD_PATH, recordText(figures)],
    ["README.md", fillBlocks(await read("README.md"), readmeTexts(figures))],
    [
      "docs/comparison.md",
      fillBlocks(await read("docs/comparison.md"), comparisonTexts(figures)),
    ],
  ];
  const findings = findingsOf(figures);
  if (findings !== undefined) {
    files.push(
      ["docs/performance.md", performancePage(findings)],
      ["docs/performance.svg", performancePlot(findings)],
    );
  }
  return new Map(
    await Promise.all(
      files.map(async ([path, text]): Promise<[string, string]> => {
        const extension = path.slice(path.lastIndexOf(".") + 1);
        return [path, await formatted(text, extension)];
      }),
    ),
  );
}

/** What docs/performance.md is about, if it was measured. */
export function findingsOf(
  { scaling, clients, calls }: Figures,
): Findings | undefined {
  if (scaling === undefined) return undefined;
  const { memoryHosts, ...rest } = scaling;
  const get = clients?.sections.get;
  const rate = get?.medians["rb: map get"];
  return {
    ...rest,
    keys: seriesOf(scaling.keys),
    hosts: seriesOf(scaling.hosts),
    memoryHosts: memoryHosts && seriesOf(memoryHosts),
    other: clients === undefined || get === undefined || rate === undefined
      ? undefined
      : { rate, keys: get.keys, date: clients.machine.date },
    callsBeside: {
      get: besideBun(calls, "calls", "Promise.all get"),
      setEx: besideBun(calls, "calls set ex", "Promise.all set ex"),
    },
  };
}

/** How fast single calls are beside those of Bun's own client. */
function besideBun(
  part: ComparedPart | undefined,
  section: string,
  way: string,
): number | undefined {
  const found = part?.sections[section];
  return ratioOf(found, `rb alone: ${way}`, `bun: ${way}`);
}

function seriesOf({ costs, ...rest }: SeriesFigures): Series {
  return { ...rest, costs: new Map(Object.entries(costs)) };
}
