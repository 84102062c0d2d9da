/**
 * The randomised run: four servers and two replicas behind proxies that
 * misbehave, and every kind of client at work at once, beside callers who give
 * up, scripts that answer with false errors, and byte arrays that are reused.
 *
 * Run it with `sh tools/dev soak --seconds 60 --seed 1`. It prints what happened
 * and `ok`, or what is wrong with the seed that repeats it. On a busy machine
 * `--patience 20` lets everything take twenty times as long.
 *
 * @module
 */

import { describeRun } from "./soak/report.ts";
import { runSoak, type SoakOptions } from "./soak/run.ts";

const USAGE =
  "Usage: sh tools/dev soak [--seconds <number>] [--seed <integer>] " +
  "[--patience <number>]";

/** Seconds that a run may take beyond the faults before it is given up. */
const GRACE = 60;

function readArguments(args: readonly string[]): SoakOptions | undefined {
  const options = {
    seconds: 60,
    seed: Math.floor(Math.random() * 2 ** 31),
    patience: 1,
  };
  for (let i = 0; i < args.length; i += 2) {
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
  }, (options.seconds + GRACE) * 1_000);
  const report = await runSoak(options);
  clearTimeout(watchdog);
  console.log(`\n${describeRun(report, options)}`);
  return report.problems.length === 0 ? 0 : 1;
}

Deno.exitCode = await main();
