/**
 * The runtime that this program runs on.
 *
 * @module
 */

import { denoRuntime } from "./deno.ts";
import { nodeRuntime } from "./node.ts";
import type { Runtime } from "./runtime.ts";

export type { Address, Runtime, Socket, Timer } from "./runtime.ts";

/** Deno, or what has the modules of Node.js: itself or Bun. */
export const runtime: Runtime = "Deno" in globalThis
  ? denoRuntime
  : nodeRuntime;
