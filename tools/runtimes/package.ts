/**
 * The package as JSR hands it out to npm: modules of JavaScript.
 *
 * @module
 */

import { stripTypeScriptTypes } from "node:module";

/** What `deno info --json` tells of a program. */
interface Graph {
  modules: readonly GraphModule[];
  redirects: Readonly<Record<string, string>>;
  npmPackages: Readonly<Record<string, { name: string; localPath?: string }>>;
}

interface GraphModule {
  kind: string;
  specifier: string;
  local?: string;
  npmPackage?: string;
  dependencies?: readonly Dependency[];
}

interface Dependency {
  specifier: string;
  code?: { specifier?: string };
  type?: { specifier?: string };
}

/** Where the pieces of a package come from and go to. */
export interface PackageOptions {
  /** The root of the project. */
  root: URL;
  /** The import map to resolve packages with. */
  importMap: string;
  /** A folder that exists and is empty. */
  dir: string;
}

/**
 * Writes `node_modules/@rb/rb` and what it needs, and the suite beside it. Types
 * are taken away, and no syntax is lowered.
 *
 * @param suite The files of the suite, below the root.
 * @param options Where from and where to.
 */
export async function writePackage(
  suite: readonly string[],
  options: PackageOptions,
): Promise<void> {
  const { root, dir } = options;
  const config = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  const entries: Record<string, string> = config.exports;
  const graph = await readGraph(Object.values(entries), options);
  const home = `${dir}/node_modules/${config.name}`;
  const places = new Map<string, string>();
  for (const module of graph.modules) {
    const place = placeOf(module, root);
    if (place !== undefined) places.set(module.specifier, place);
  }
  for (const module of graph.modules) {
    const place = places.get(module.specifier);
    if (place === undefined || module.local === undefined) continue;
    const resolve = ({ code, type }: Dependency) => {
      const target = (code ?? type)?.specifier ?? "";
      const known = places.get(graph.redirects[target] ?? target);
      return known === undefined ? packageName(target) : relative(place, known);
    };
    const isOurs = module.specifier.startsWith(root.href);
    const source = await Deno.readTextFile(module.local);
    await write(
      `${home}/${place}`,
      rewrite(source, module, { isOurs, resolve }),
    );
  }
  for (const { name, localPath } of Object.values(graph.npmPackages)) {
    if (localPath === undefined) throw new Error(`There is no "${name}" here`);
    await copyFolder(localPath, `${dir}/node_modules/${name}`);
  }
  const { name, version } = config;
  const exports = Object.fromEntries(
    Object.entries(entries).map(([key, path]) => [key, toJavaScript(path)]),
  );
  await writeJson(`${home}/package.json`, {
    name,
    version,
    type: "module",
    exports,
  });
  await writeJson(`${dir}/package.json`, { type: "module" });
  for (const path of suite) {
    const source = await Deno.readTextFile(new URL(path, root));
    const name = path.slice(path.lastIndexOf("/") + 1);
    const code = withoutTypes(source)
      .replace(/(\bfrom\s*"\.[^"]*)\.ts"/g, '$1.js"');
    await write(`${dir}/${toJavaScript(name)}`, code);
  }
}

async function readGraph(
  entries: readonly string[],
  { root, importMap, dir }: PackageOptions,
): Promise<Graph> {
  // One file that imports all entry points: `deno info` takes no more than one.
  const program = `${dir}/entries.ts`;
  const imports = entries.map((path) => `import "${new URL(path, root)}";`);
  await Deno.writeTextFile(program, imports.join("\n"));
  const flags = ["--no-lock", "--no-config", `--import-map=${importMap}`];
  // The packages of npm are where they are told to be once they were fetched.
  await deno(["cache", "--quiet", ...flags, program]);
  const graph: Graph = JSON.parse(
    await deno(["info", "--json", ...flags, program]),
  );
  await Deno.remove(program);
  return {
    ...graph,
    modules: graph.modules.filter(({ local }) => local !== program),
  };
}

async function deno(args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** Where a module goes in the package; nowhere if it is no module of ours. */
function placeOf(
  { kind, specifier }: GraphModule,
  root: URL,
): string | undefined {
  if (kind !== "esm") return undefined;
  const path = specifier.startsWith(root.href)
    ? specifier.slice(root.href.length)
    : `packages/${specifier.replace(/^\w+:\/+/, "")}`;
  return toJavaScript(path);
}

function rewrite(
  source: string,
  { dependencies = [] }: GraphModule,
  { isOurs, resolve }: {
    isOurs: boolean;
    resolve: (dependency: Dependency) => string;
  },
): string {
  // Packages of others may have syntax that is more than types.
  let code = withoutTypes(source, isOurs ? "strip" : "transform");
  for (const dependency of dependencies) {
    const literal = RegExp.escape(dependency.specifier);
    const pattern = new RegExp(
      `(\\bfrom\\s*|\\bimport\\s*\\(?\\s*)(["'])${literal}\\2`,
      "g",
    );
    const target = resolve(dependency);
    code = code.replace(pattern, (_all, before) => `${before}"${target}"`);
  }
  return code;
}

function withoutTypes(
  source: string,
  mode: "strip" | "transform" = "strip",
): string {
  return stripTypeScriptTypes(source, { mode });
}

/** What a package of npm, or of Node.js, is imported by. */
function packageName(specifier: string): string {
  return specifier.replace(/^npm:\/?(@?[^@]+)@.*$/, "$1");
}

function relative(from: string, to: string): string {
  const up = "../".repeat(from.split("/").length - 1);
  return `./${up}${to}`;
}

function toJavaScript(path: string): string {
  return path.replace(/\.ts$/, ".js");
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await write(path, JSON.stringify(value, null, 2));
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}
