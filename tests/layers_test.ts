import { assert, assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const SRC = new URL("src/", ROOT);

/** From the bottom up: a layer imports its own files and those of lower ones. */
const LAYERS = [
  "runtime",
  "leaves",
  "commands",
  "wire",
  "delivery",
  "clients",
  "cluster",
  "otel",
  "door",
  "testing",
  "cli",
];

/** What everybody else imports, as a path below `src/`. */
const DOOR = "../mod.ts";

/** Files of `src/` itself that everybody may import. */
const LEAVES = new Set([
  "async_context.ts",
  "errors.ts",
  "host_ids.ts",
  "inspect.ts",
  "options.ts",
  "partial_error.ts",
  "promise.ts",
  "reactions.ts",
  "values.ts",
]);

/** The layer of a path below `src/`. */
function layerOf(path: string): string {
  if (path.startsWith("runtime/")) return "runtime";
  if (LEAVES.has(path)) return "leaves";
  if (path.startsWith("commands/")) return "commands";
  // Topology and wire are neighbours that do not know each other.
  if (path.startsWith("topology/")) return "wire";
  // So does what moves keys: it asks through an interface.
  if (path.startsWith("moving/")) return "wire";
  if (path.startsWith("wire/")) return "wire";
  if (path.startsWith("delivery/")) return "delivery";
  if (path.startsWith("clients/")) return "clients";
  if (path.startsWith("otel/")) return "otel";
  if (path === DOOR) return "door";
  if (path === "cli.ts" || path.startsWith("cli/")) return "cli";
  if (path === "testing.ts" || path.startsWith("testing/")) return "testing";
  return "cluster";
}

interface Import {
  readonly specifier: string;
  /** Whether nothing of it is left at run time. */
  readonly isType: boolean;
}

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Code without its comments, in which examples import too. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  const statements =
    /^(?:import|export)\s+(?:(type)\s+)?([^;"']*?)\s*from\s*["']([^"']+)["']/gm;
  for (const [, type, names, specifier] of code.matchAll(statements)) {
    const members = /^\{([\s\S]*)\}$/.exec(names)?.[1].split(",")
      .map((member) => member.trim()).filter((member) => member !== "");
    const isType = type !== undefined ||
      members?.every((member) => member.startsWith("type ")) === true;
    found.push({ specifier, isType });
  }
  const bare = /^import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
  for (const [, plain, dynamic] of code.matchAll(bare)) {
    found.push({ specifier: plain ?? dynamic, isType: false });
  }
  return found;
}

/** All files of a folder, with their paths below `root`. */
async function readSources(root = SRC, directory = root): Promise<Source[]> {
  const sources: Source[] = [];
  for await (const entry of Deno.readDir(directory)) {
    const url = new URL(entry.name, directory);
    if (entry.isDirectory) {
      sources.push(...await readSources(root, new URL(`${url}/`)));
    } else if (entry.name.endsWith(".ts")) {
      const text = await Deno.readTextFile(url);
      const path = url.href.slice(root.href.length);
      sources.push({ path, text, imports: importsOf(text) });
    }
  }
  return sources.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** The path below `src/` that a relative import names. */
function target(path: string, specifier: string): string {
  const { href } = new URL(specifier, new URL(path, SRC));
  if (href === new URL(DOOR, SRC).href) return DOOR;
  assert(href.startsWith(SRC.href), `${path} imports ${specifier}`);
  return href.slice(SRC.href.length);
}

Deno.test("importsOf() sees every way to import", () => {
  const text = [
    '// import "./comment.ts";',
    '/** import { a } from "./doc.ts"; */',
    'import { a, type B } from "./mixed.ts";',
    'import { type A, type B } from "./types.ts";',
    'import type { A } from "./type.ts";',
    "import {\n  a,\n  b,\n} from './lines.ts';",
    'export * from "./again.ts";',
    'export type { A } from "./again_type.ts";',
    'import "./bare.ts";',
    'await import("./dynamic.ts");',
    'import name from "./default.ts";',
  ].join("\n");
  assertEquals(
    importsOf(text).map(({ specifier, isType }) => `${specifier} ${isType}`),
    [
      "./mixed.ts false",
      "./types.ts true",
      "./type.ts true",
      "./lines.ts false",
      "./again.ts false",
      "./again_type.ts true",
      "./default.ts false",
      "./bare.ts false",
      "./dynamic.ts false",
    ],
  );
});

Deno.test("src/ imports from the cluster down to the leaves, never back", async () => {
  const wrong: string[] = [];
  let count = 0;
  for (const { path, imports } of await readSources()) {
    for (const { specifier } of imports) {
      if (!specifier.startsWith(".")) continue;
      count++;
      const to = target(path, specifier);
      const isUp = LAYERS.indexOf(layerOf(to)) > LAYERS.indexOf(layerOf(path));
      // One of topology and wire names the other.
      const isAside = layerOf(path) === "wire" && layerOf(to) === "wire" &&
        path.split("/")[0] !== to.split("/")[0];
      if (isUp || isAside) wrong.push(`${path} imports ${to}`);
    }
  }
  assert(count > 100, "hardly any import was found");
  assertEquals(wrong, []);
});

Deno.test("src/cli/ knows the library by its door alone", async () => {
  let count = 0;
  for (const { path, imports } of await readSources()) {
    if (layerOf(path) !== "cli") continue;
    for (const { specifier } of imports) {
      if (!specifier.startsWith(".")) continue;
      const to = target(path, specifier);
      assert(["cli", "door"].includes(layerOf(to)), `${path} imports ${to}`);
      if (to === DOOR) count++;
    }
  }
  assert(count > 3, "hardly any import was found");
});

/** By this Deno asks an object to print itself; others do not mind it. */
const INSPECT = 'Symbol.for("Deno.customInspect")';

Deno.test("src/ uses Deno in src/runtime/ and src/testing/ alone", async () => {
  const users: string[] = [];
  for (const { path, text } of await readSources()) {
    if (layerOf(path) === "testing") continue;
    const code = withoutComments(text).replaceAll(INSPECT, "");
    // A text for people may speak of it: "Deno: --allow-net".
    if (/\bDeno\b(?!: )/.test(code)) users.push(path);
  }
  assertEquals(users, ["runtime/deno.ts", "runtime/mod.ts"]);
});

Deno.test("src/ has no syntax that Node.js lacks", async () => {
  for (const { path, text } of await readSources()) {
    if (layerOf(path) === "testing") continue;
    const code = withoutComments(text);
    // The packages that JSR makes for npm keep it as it is.
    assert(!/^\s*(?:await )?using \w+ =/m.test(code), path);
    assert(!/\busing \w+ of\b/.test(code), path);
  }
});

Deno.test("src/runtime/ imports nothing of src/ but itself", async () => {
  for (const { path, imports } of await readSources()) {
    if (layerOf(path) !== "runtime") continue;
    for (const { specifier } of imports) {
      assert(
        specifier.startsWith("node:") ||
          layerOf(target(path, specifier)) === "runtime",
        `${path} imports ${specifier}`,
      );
    }
  }
});

/** Which folders the files of one import, and which file each of them is. */
async function foldersUsedBy(folder: string): Promise<Map<string, string>> {
  const used = new Map<string, string>();
  const sources = await readSources(ROOT, new URL(`${folder}/`, ROOT));
  assert(sources.length > 0, `${folder}/ is empty`);
  for (const { path, imports } of sources) {
    for (const { specifier } of imports) {
      if (!specifier.startsWith(".")) continue;
      const { href } = new URL(specifier, new URL(path, ROOT));
      const to = href.slice(ROOT.href.length).split("/")[0];
      // Tests of programs are the ones that may import programs.
      if (!path.startsWith(`tests/${to}/`)) used.set(to, path);
    }
  }
  return used;
}

Deno.test("tests and tools share support/ and import nothing of each other", async () => {
  for (
    const [folder, foreign] of Object.entries({
      bench: ["tests"],
      examples: ["tests", "tools", "support", "bench"],
      src: ["tests", "tools", "support", "bench", "examples"],
      support: ["tests", "tools", "bench", "examples"],
      tests: ["tools", "bench"],
      tools: ["tests", "bench"],
    })
  ) {
    const used = await foldersUsedBy(folder);
    for (const other of foreign) {
      assertEquals(used.get(other), undefined, `${folder}/ uses ${other}/`);
    }
  }
});

Deno.test("src/ has leaves that import only leaves", async () => {
  for (const { path, imports } of await readSources()) {
    if (!LEAVES.has(path)) continue;
    for (const { specifier } of imports) {
      const isLeaf = LEAVES.has(specifier.replace(/^\.\//, ""));
      const isGiven = specifier === "@db/redis" ||
        specifier === "node:async_hooks";
      assert(isLeaf || isGiven, `${path}: ${specifier}`);
    }
  }
});

Deno.test("src/ uses @db/redis at run time in its two places alone", async () => {
  const users = (await readSources()).filter(({ imports }) =>
    imports.some(({ specifier, isType }) =>
      specifier === "@db/redis" && !isType
    )
  );
  assertEquals(users.map(({ path }) => path), [
    "clients/redis_surface.ts",
    "errors.ts",
  ]);
});

Deno.test("src/ imports nothing but itself, its packages and Node's modules", async () => {
  for (const { path, imports } of await readSources()) {
    // Who has only the library pays for no command line.
    const packages = layerOf(path) === "cli"
      ? new Set(["commander"])
      : new Set(["@db/redis", "@ioredis/commands"]);
    for (const { specifier } of imports) {
      // Programs that have no use for it do not load it.
      const isOtel = specifier === "@opentelemetry/api" &&
        layerOf(path) === "otel";
      assert(
        specifier.startsWith(".") || specifier.startsWith("node:") ||
          packages.has(specifier) || isOtel,
        `${path} imports ${specifier}`,
      );
    }
  }
});

Deno.test("src/ has no files that import each other in a circle, types included", async () => {
  const graph = new Map<string, string[]>();
  for (const { path, imports } of await readSources()) {
    graph.set(
      path,
      imports.filter(({ specifier }) => specifier.startsWith(".")).map((
        { specifier },
      ) => target(path, specifier)),
    );
  }
  const done = new Set<string>();
  function visit(path: string, way: string[]): void {
    assert(!way.includes(path), `a circle: ${[...way, path].join(" → ")}`);
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  }
  for (const path of graph.keys()) visit(path, []);
});

/**
 * Clients, and the commands that they issue, are shown as wholes by tests of
 * what they do together.
 */
const SHOWN_ELSEWHERE = [
  /^clients\//,
  /^commands\//,
  /^delivery\/(?:command|issue|reply_shape|run)\.ts$/,
];

Deno.test("every file of src/ that does something has a test of its name", async () => {
  const missing: string[] = [];
  for (const { path, text } of await readSources()) {
    if (SHOWN_ELSEWHERE.some((pattern) => pattern.test(path))) continue;
    // Types and doors do nothing.
    const code = withoutComments(text);
    if (!/^(?:export )?(?:\w+ )?(?:function|class)\b/m.test(code)) continue;
    const test = path.replace(/\.ts$/, "_test.ts");
    const file = await Deno.stat(new URL(`tests/${test}`, ROOT))
      .catch(() => undefined);
    if (file === undefined) missing.push(path);
  }
  assertEquals(missing, []);
});

Deno.test("every entry point has a module doc", async () => {
  const config = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const entries: string[] = Object.values(config.exports);
  assertEquals(entries.length, 4);
  for (const entry of entries) {
    const text = await Deno.readTextFile(new URL(entry, ROOT));
    assertMatch(text, /^\/\*\*[\s\S]*?^ \* @module$[\s\S]*?^ \*\/$/m, entry);
    assert(text.trimStart().startsWith("/**"), `${entry} starts with its doc`);
  }
});

Deno.test("every file of src/ says at its top what it is", async () => {
  for (const { path, text } of await readSources()) {
    assertMatch(text, /^\/\*\*\n \* [\s\S]*?\n \* @module\n \*\/\n/, path);
  }
});
