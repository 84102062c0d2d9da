/**
 * Commands that run scripts and functions.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import {
  alone,
  type AloneRows,
  made,
  type MethodRow,
  type MethodRows,
  plain,
} from "../methods.ts";
import { OptionNames, pushValue } from "../options.ts";
import { toLibraries, toRunning } from "../server_readers.ts";
import type { ScriptingMethods } from "../signatures/scripting.ts";
import { countedFrom } from "../key_rules.ts";
import { subcommands } from "../subcommands.ts";
import type { CommandRow, CommandRows } from "../spec.ts";

/** What it answers is up to whoever wrote the code. */
const CODE: CommandRow = {
  keys: countedFrom(1),
  runsCode: true,
  dataFrom: 2,
};

/** Commands that run scripts and functions. */
export const SCRIPTING_COMMANDS: CommandRows = {
  EVAL: CODE,
  EVALSHA: CODE,
  EVALSHA_RO: { ...CODE, reads: true },
  EVAL_RO: { ...CODE, reads: true },
  FCALL: CODE,
  FCALL_RO: { ...CODE, reads: true },
  FUNCTION: {
    ahead: new Set(["KILL", "STATS"]),
    subcommands: subcommands("DELETE DUMP FLUSH KILL LIST LOAD RESTORE STATS"),
  },
  SCRIPT: {
    ahead: new Set(["KILL"]),
    subcommands: subcommands("EXISTS FLUSH KILL LOAD SHOW", "DEBUG"),
  },
};

const LIST_OPTIONS = new OptionNames("functionList", "libraryName withCode");
const LOAD_OPTIONS = new OptionNames("functionLoad", "replace");

/** Code, keys behind their count, and arguments. */
function running(command: string): MethodRow {
  const make = (code: Argument, keys: unknown, args: unknown) => {
    if (!Array.isArray(keys) || !Array.isArray(args)) {
      throw new TypeError(
        `The keys and the arguments of "${command}" are lists`,
      );
    }
    const words: Argument[] = [code, keys.length];
    for (const key of keys) words.push(key);
    for (const one of args) words.push(one);
    return words;
  };
  return made(command, 3, make);
}

function functionList(options?: unknown): Argument[] {
  const args: Argument[] = [];
  const given = LIST_OPTIONS.check(options);
  if (given === undefined) return args;
  pushValue(args, "LIBRARYNAME", given.libraryName);
  if (LIST_OPTIONS.isOn(given, "withCode")) args.push("WITHCODE");
  return args;
}

function functionLoad(code: Argument, options?: unknown): Argument[] {
  const given = LOAD_OPTIONS.check(options);
  return given !== undefined && LOAD_OPTIONS.isOn(given, "replace")
    ? ["REPLACE", code]
    : [code];
}

/** The methods of the family. */
export const SCRIPTING_METHODS: MethodRows<ScriptingMethods> = {
  eval: running("EVAL"),
  evalRo: running("EVAL_RO"),
  evalsha: running("EVALSHA"),
  evalshaRo: running("EVALSHA_RO"),
  fcall: running("FCALL"),
  fcallRo: running("FCALL_RO"),
  functionDelete: plain("FUNCTION DELETE", 1),
  functionDump: plain("FUNCTION DUMP", 0, 0, { bytes: true }),
  functionFlush: plain("FUNCTION FLUSH", 0, 1),
  functionKill: plain("FUNCTION KILL", 0),
  functionList: made("FUNCTION LIST", 0, functionList, {
    records: toLibraries,
  }),
  functionLoad: made("FUNCTION LOAD", 1, functionLoad),
  functionRestore: plain("FUNCTION RESTORE", 1, 2),
  functionStats: plain("FUNCTION STATS", 0, 0, { records: toRunning }),
  scriptExists: plain("SCRIPT EXISTS", 1, Infinity),
  scriptFlush: plain("SCRIPT FLUSH", 0, 1),
  scriptKill: plain("SCRIPT KILL", 0),
  scriptLoad: plain("SCRIPT LOAD", 1),
};

/** What stops at each line of the scripts behind it. */
export const SCRIPTING_ALONE: AloneRows = {
  scriptDebug: alone("SCRIPT DEBUG"),
};
