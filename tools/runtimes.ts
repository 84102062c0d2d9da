/**
 * Runs one suite on Deno, Node.js and Bun: on Deno from the sources, on the
 * others from the package that JSR makes of them for npm.
 *
 * Usage: sh tools/dev runtimes [--only node]
 *
 * `tools/dev` passes the programs to run: `--program node=/path/of/node`.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { importMapFor } from "./runtimes/import_map.ts";
import { writePackage } from "./runtimes/package.ts";
import { type Program, runSuite } from "./runtimes/run_suite.ts";

const ROOT = new URL("../", import.meta.url);
const SUITE = [
  "tools/runtimes/suite/suite.ts",
  "tools/runtimes/suite/commands.ts",
  "tools/runtimes/suite/links.ts",
  "tools/runtimes/suite/printing.ts",
  "tools/runtimes/suite/stage.ts",
];

const { values: flags } = parseArgs({
  options: {
    map: { type: "string", default: "" },
    only: { type: "string", default: "" },
    program: { type: "string", multiple: true, default: [] },
  },
});

const dir = await Deno.makeTempDir({ prefix: "rb-runtimes-" });
try {
  const importMap = await importMapFor(flags.map, { root: ROOT, dir });
  await Deno.mkdir(`${dir}/package`);
  await writePackage(SUITE, {
    root: ROOT,
    importMap,
    dir: `${dir}/package`,
  });
  const deno = (path: string): Program => ({
    name: "deno",
    command: [path, "run", "--quiet", "--no-check", "--no-lock", "--no-config"],
    args: [
      `--import-map=${importMap}`,
      "--allow-all",
      new URL(SUITE[0], ROOT).href,
    ],
  });
  const programs = [deno(Deno.execPath())];
  for (const given of flags.program) {
    const [name, path] = given.split("=", 2);
    if (name === "deno") programs.push(deno(path));
    else {
      programs.push({
        name,
        command: [path],
        args: [`${dir}/package/suite.js`],
      });
    }
  }
  let passed = 0;
  const chosen = programs.filter(({ name }) => name.startsWith(flags.only));
  for (const program of chosen) if (await runSuite(program)) passed++;
  console.log(`runtimes: ${passed} of ${chosen.length} passed`);
  Deno.exitCode = passed === chosen.length && passed > 0 ? 0 : 1;
} finally {
  await Deno.remove(dir, { recursive: true });
}
