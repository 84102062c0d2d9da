/**
 * The version of the command line, which is that of the library.
 *
 * @module
 */

/** The version, as `deno.json` says it. */
export const VERSION = "0.1.0";
