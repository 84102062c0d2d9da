/**
 * Servers that follow a script, for tests of faults.
 *
 * @module
 */

export {
  type Script,
  ScriptedLink,
  ScriptedServer,
} from "../../support/scripted_server.ts";
