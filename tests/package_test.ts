import { assert, assertEquals, assertMatch } from "@std/assert";
import { importMapFor } from "./docs/import_map.ts";

const ROOT = new URL("../", import.meta.url);

interface Config {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  publish: { include: string[] };
}

const CONFIG: Config = JSON.parse(await read("deno.json"));

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await filesBelow(path));
    else files.push(path);
  }
  return files;
}

/** Every file that `publish.include` names, alone or as a source of a folder. */
async function publishedFiles(): Promise<string[]> {
  const files: string[] = [];
  for (const pattern of CONFIG.publish.include) {
    const folder = /^(\w+)\/\*\*\/\*\.ts$/.exec(pattern)?.[1];
    if (folder === undefined) files.push(pattern);
    else {
      const below = await filesBelow(folder);
      files.push(...below.filter((path) => path.endsWith(".ts")));
    }
  }
  return files.sort();
}

async function withDir<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await Deno.makeTempDir({ prefix: "rb-package-" });
  try {
    return await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function deno(args: string[], cwd: string | URL): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return decoder.decode(stdout) + decoder.decode(stderr);
}

/** The modules of this project that an entry point loads, by their paths. */
async function modulesOf(entry: string): Promise<string[]> {
  const graph = await withDir(async (dir) => {
    const map = `--import-map=${await importMapFor(ROOT, dir)}`;
    const path = new URL(entry, ROOT).pathname;
    return JSON.parse(
      await deno(["info", "--json", "--no-lock", map, path], ROOT),
    );
  });
  return graph.modules
    .map(({ specifier }: { specifier: string }) => specifier)
    .filter((specifier: string) => specifier.startsWith(ROOT.href))
    .map((specifier: string) => specifier.slice(ROOT.href.length))
    .filter((path: string) => !path.startsWith("tests/standin/"));
}

Deno.test("the package has a name, a version and a license", async () => {
  assertEquals([CONFIG.name, CONFIG.license], ["@rb/rb", "MIT"]);
  assertMatch(CONFIG.version, /^\d+\.\d+\.\d+(-[\w.]+)?$/);
  assertMatch(await read("LICENSE"), /^MIT License/);
});

Deno.test("the package exports entry points that exist", async () => {
  assertEquals(Object.keys(CONFIG.exports), [
    ".",
    "./testing",
    "./otel",
    "./cli",
  ]);
  for (const path of Object.values(CONFIG.exports)) {
    assertMatch(path, /^\.\/[\w/]+\.ts$/);
    assertMatch(await read(path), /^\/\*\*\n(?: \*.*\n)+? \* @module\n/);
  }
});

Deno.test("the package has every module that its entry points load", async () => {
  const published = await publishedFiles();
  for (const entry of Object.values(CONFIG.exports)) {
    const modules = await modulesOf(entry);
    assert(modules.length > 10, `${entry} loads ${modules.length} modules`);
    assertEquals(modules.filter((path) => !published.includes(path)), []);
  }
});

Deno.test("the package has the documents, and nothing that only developers need", async () => {
  const published = await publishedFiles();
  const sources = published.filter((path) => /^(mod\.ts$|src\/)/.test(path));
  const others = published.filter((path) => !sources.includes(path));
  assertEquals(others, ["CHANGELOG.md", "LICENSE", "README.md", "deno.json"]);
  for (const path of published) {
    assert((await Deno.stat(new URL(path, ROOT))).size > 0, `${path} is empty`);
    assert(!/_test\.ts$|_bench\.ts$|standin/.test(path), path);
  }
});

Deno.test("every file of src/ is loaded by an entry point", async () => {
  const loaded = await Promise.all(
    Object.values(CONFIG.exports).map(modulesOf),
  );
  const published = await publishedFiles();
  const idle = published.filter((path) => path.endsWith(".ts"))
    .filter((path) => !loaded.flat().includes(path));
  assertEquals(idle, []);
});

Deno.test("the package imports what deno.json names with a version", async () => {
  const names = new Set<string>();
  for (const path of await publishedFiles()) {
    if (!path.endsWith(".ts")) continue;
    const code = (await read(path)).replace(/\/\*[\s\S]*?\*\//g, "");
    const specifiers = code.matchAll(
      /(?:\bfrom |^import |\bimport\()"([^"\n]+)"/gm,
    );
    for (const [, specifier] of specifiers) {
      if (/^(\.|node:)/.test(specifier)) continue;
      assert(specifier in CONFIG.imports, `${path} imports "${specifier}"`);
      names.add(specifier);
    }
  }
  assertEquals([...names].sort(), [
    "@db/redis",
    "@ioredis/commands",
    "@opentelemetry/api",
    "commander",
  ]);
  for (const [name, target] of Object.entries(CONFIG.imports)) {
    const [, , named] = /^(jsr|npm):(@?[^@]+)@\^\d+\.\d+\.\d+$/.exec(target) ??
      [];
    assertEquals(named, name);
  }
});

Deno.test("CHANGELOG.md has an entry for the version", async () => {
  const heading = new RegExp(
    `^## ${CONFIG.version.replaceAll(".", "\\.")}( |$)`,
    "m",
  );
  assertMatch(await read("CHANGELOG.md"), heading);
});

Deno.test("deno publish would take the package as it is", async () => {
  await withDir(async (dir) => {
    const files = await publishedFiles();
    for (const path of files) {
      const folder = path.slice(0, path.lastIndexOf("/") + 1);
      await Deno.mkdir(`${dir}/${folder}`, { recursive: true });
      await Deno.copyFile(new URL(path, ROOT), `${dir}/${path}`);
    }
    const standin = await addStandin(dir);
    const printed = await deno(
      // Types are checked elsewhere; slow types are found all the same.
      ["publish", "--dry-run", "--allow-dirty", "--no-check"],
      dir,
    );
    const listed = [
      ...printed.matchAll(/^ +file:\/\/\S+?\/rb-package-[^/]+\/(\S+) \(/gm),
    ]
      .map(([, path]) => path)
      .filter((path) => !path.startsWith(standin));
    assertEquals(listed.sort(), files);
    assertMatch(printed, /Dry run complete/);
    assert(!/warning/i.test(printed), printed);
  });
});

/**
 * Where JSR is out of reach, its package becomes a part of the copy, since a
 * package must not import what lies outside.
 *
 * @returns What the paths of that part start with.
 */
async function addStandin(dir: string): Promise<string> {
  const standin = "standin/";
  if (!import.meta.resolve("@db/redis").startsWith("file:")) return standin;
  for (const path of await filesBelow("tests/standin/db_redis")) {
    const target = `${dir}/${path.replace("tests/standin/db_redis/", standin)}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), {
      recursive: true,
    });
    await Deno.copyFile(new URL(path, ROOT), target);
  }
  const config: Config = structuredClone(CONFIG);
  config.imports["@db/redis"] = `./${standin}mod.ts`;
  config.publish.include.push(standin);
  await Deno.writeTextFile(`${dir}/deno.json`, JSON.stringify(config));
  return standin;
}
