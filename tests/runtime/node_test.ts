import { nodeRuntime } from "../../src/runtime/node.ts";
import { testConnect } from "./connect_cases.ts";

/*
 * Deno has the modules of Node.js too: what the adapter does by itself shows
 * here. How it does with the real ones, `sh tools/dev runtimes` tells.
 */

testConnect("nodeRuntime", nodeRuntime, "ECONNREFUSED");
