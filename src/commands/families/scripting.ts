/**
 * Commands that run scripts and functions.
 *
 * @module
 */

import { countedFrom } from "../key_rules.ts";
import { subcommands } from "../subcommands.ts";
import type { CommandRow, CommandRows } from "../spec.ts";

/** What it answers is up to whoever wrote the code. */
const CODE: CommandRow = { keys: countedFrom(1), runsCode: true };

/** Commands that run scripts and functions. */
export const SCRIPTING_COMMANDS: CommandRows = {
  EVAL: CODE,
  EVALSHA: CODE,
  EVALSHA_RO: { ...CODE, reads: true },
  EVAL_RO: { ...CODE, reads: true },
  FCALL: CODE,
  FCALL_RO: { ...CODE, reads: true },
  FUNCTION: {
    subcommands: subcommands("DELETE DUMP FLUSH KILL LIST LOAD RESTORE STATS"),
  },
  SCRIPT: { subcommands: subcommands("EXISTS FLUSH KILL LOAD SHOW", "DEBUG") },
};
