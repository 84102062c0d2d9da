/**
 * All commands of the command line, in the order of its help.
 *
 * @module
 */

import type { CommandSpec } from "../command.ts";
import { BIG } from "./big.ts";
import { CHECK } from "./check.ts";
import { PING } from "./ping.ts";
import { PLAN } from "./plan.ts";
import { RESHARD } from "./reshard.ts";
import { TOP } from "./top.ts";
import { WHERE } from "./where.ts";

/** One line for each: a new command begins here. */
export const COMMANDS: readonly CommandSpec[] = [
  WHERE,
  PLAN,
  PING,
  TOP,
  BIG,
  CHECK,
  RESHARD,
];
