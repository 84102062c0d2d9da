/**
 * Measures the parts of the record, each by the program that is for it, in a
 * process of its own.
 *
 * @module
 */

import { formatted } from "../measure/formatted.ts";
import { importMap } from "../measure/import_map.ts";
import { describeMachine, type Machine } from "../measure/machine.ts";
import { README_SECTIONS } from "./readme.ts";
import {
  type ComparedPart,
  type DemoPart,
  type Figures,
  type PartName,
  type ScalingPart,
  type SectionFigures,
  threeDigits,
} from "./record.ts";

/** How a part is measured. */
export interface MeasureOptions {
  /** Rounds, unless its program has its own number. */
  readonly rounds: number | undefined;
  /** Whether it is only to be seen that everything works. */
  readonly short: boolean;
  /** Where the picture of the demo goes. */
  readonly picture: string;
}

const ROOT = new URL("../../", import.meta.url);

/** No round is left out because of the time, in minutes. */
const MINUTES = 600;
/** How many keys are enough to see that everything works. */
const FEW_KEYS = 2_000;

/** What the comparison prints with `--json`, as far as it is recorded. */
export interface ComparisonReport {
  readonly machine: Machine;
  readonly sections: readonly {
    readonly name: string;
    readonly keys: number;
    readonly contenders: readonly {
      readonly name: string;
      readonly median: number;
      readonly p99?: number;
      readonly rounds: readonly number[];
    }[];
  }[];
}

/** Measures a part anew. */
export async function measurePart(
  name: PartName,
  options: MeasureOptions,
): Promise<Figures[PartName]> {
  if (name === "scaling") return await measureScaling(options);
  if (name === "demo") return await drawDemo(options);
  const only = name === "clients"
    // Those very sections, and none that begins like them.
    ? README_SECTIONS.map((section) => `=${section}`).join(",")
    : name;
  const { rounds, short } = options;
  const report = await runProgram("compare", [
    ...["--json", "--only", only, "--minutes", `${MINUTES}`],
    ...roundsArguments(short ? 1 : rounds),
    ...short ? ["--keys", `${FEW_KEYS}`] : [],
  ]);
  return partOf(JSON.parse(report) as ComparisonReport);
}

/** What is recorded of a comparison. */
export function partOf({ machine, sections }: ComparisonReport): ComparedPart {
  return {
    machine: roundedLoad(machine),
    sections: Object.fromEntries(
      sections.map(({ name, keys, contenders }): [string, SectionFigures] => {
        const tails = contenders.flatMap(({ name, p99 }) =>
          p99 === undefined ? [] : [[name, Number(p99.toFixed(2))]]
        );
        return [name, {
          keys,
          rounds: Math.max(...contenders.map(({ rounds }) => rounds.length)),
          medians: Object.fromEntries(
            contenders.map(({ name, median }) => [name, threeDigits(median)]),
          ),
          ...tails.length === 0 ? {} : { p99: Object.fromEntries(tails) },
        }];
      }),
    ),
  };
}

async function measureScaling(
  { rounds, short }: MeasureOptions,
): Promise<ScalingPart> {
  const report = await runProgram("scaling", [
    "--json",
    ...short ? ["--short"] : roundsArguments(rounds),
  ]);
  const part = JSON.parse(report) as ScalingPart & { machine: Machine };
  return { ...part, machine: roundedLoad(part.machine) };
}

async function drawDemo({ picture }: MeasureOptions): Promise<DemoPart> {
  const machine = roundedLoad(await describeMachine());
  await runProgram("draw_terminal", ["--output", picture]);
  const drawn = await Deno.readTextFile(picture);
  await Deno.writeTextFile(picture, await formatted(drawn, "svg"));
  return { machine };
}

function roundsArguments(rounds: number | undefined): string[] {
  return rounds === undefined ? [] : ["--rounds", `${rounds}`];
}

/** Runs a program of `tools/`; what it prints. */
async function runProgram(
  name: string,
  args: readonly string[],
): Promise<string> {
  const map = importMap();
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--v8-flags=--expose-gc"],
      ...map === undefined ? [] : [`--import-map=${map}`],
      ...[`tools/${name}.ts`, ...args],
    ],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`tools/${name}.ts ${args.join(" ")} failed`);
}

function roundedLoad(machine: Machine): Machine {
  return { ...machine, load: Number(machine.load.toFixed(1)) };
}
