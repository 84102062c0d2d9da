/**
 * The randomised run: four servers and two replicas behind proxies that
 * misbehave, and every kind of client at work at once, beside callers who give
 * up, scripts that answer with false errors, and byte arrays that are reused.
 *
 * Run it with `sh tools/dev soak --seconds 60 --seed 1`. It prints what happened
 * and `ok`, or what is wrong with the seed that repeats it. On a busy machine
 * `--patience 20` lets everything take twenty times as long.
 *
 * With `--reshard` it is another one: processes write while keys move there and
 * back, whoever moves them dies and others go on.
 *
 * @module
 */

import { describeReshardSoak, soakReshard } from "./soak/reshard.ts";
import { describeRun } from "./soak/report.ts";
import { runSoak, type SoakOptions } from "./soak/run.ts";

const USAGE = "Usage: sh tools/dev soak [--reshard] [--seconds <number>] " +
  "[--seed <integer>] [--patience <number>]";

/** Seconds that a run may take beyond the faults before it is given up, */
const GRACE = 60;
/** and where keys move, which have to come where they go. */
const RESHARD_GRACE = 300;

function readArguments(
  args: readonly string[],
): SoakOptions & { reshard: boolean } | undefined {
  const options = {
    reshard: false,
    seconds: 60,
    seed: Math.floor(Math.random() * 2 ** 31),
    patience: 1,
  };
  for (let i = 0; i < args.length; i += 2) {
    if (args[i] === "--reshard") {
      options.reshard = true;
      i--;
      continue;
    }
    const value = Number(args[i + 1]);
    if (args[i] === "--seconds" && value > 0) options.seconds = value;
    else if (args[i] === "--patience" && value > 0) options.patience = value;
    else if (args[i] === "--seed" && Number.isInteger(value)) {
      options.seed = value;
    } else return undefined;
  }
  return options;
}

async function main(): Promise<number> {
  const options = readArguments(Deno.args);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  console.log(`${options.seconds} seconds of faults with seed ${options.seed}`);
  const watchdog = setTimeout(() => {
    console.error(`It hangs; repeat it with --seed ${options.seed}`);
    Deno.exit(1);
  }, (options.seconds + (options.reshard ? RESHARD_GRACE : GRACE)) * 1_000);
  const { text, isWell } =
    await (options.reshard ? reshardRun(options) : plainRun(options));
  clearTimeout(watchdog);
  console.log(`\n${text}`);
  return isWell ? 0 : 1;
}

/** What a run has come to. */
interface Outcome {
  readonly text: string;
  readonly isWell: boolean;
}

async function plainRun(options: SoakOptions): Promise<Outcome> {
  const report = await runSoak(options);
  const isWell = report.problems.length === 0;
  return { text: describeRun(report, options), isWell };
}

async function reshardRun(options: SoakOptions): Promise<Outcome> {
  const report = await soakReshard(options);
  const isWell = report.problems.length === 0;
  return { text: describeReshardSoak(report, options), isWell };
}

Deno.exitCode = await main();
