import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  return await Array.fromAsync(Deno.readDir(new URL(folder, ROOT)));
}

/** The folders of this project, one below the other for two levels. */
async function folders(): Promise<string[]> {
  const ignored = (await read(".gitignore")).split("\n");
  // A folder of `tests/` that mirrors one of `src/` needs no line of its own.
  const mirrored = new Set((await entriesOf("src/")).map(({ name }) => name));
  const found: string[] = [];
  for (const { name, isDirectory } of await entriesOf(".")) {
    if (!isDirectory || name.startsWith(".")) continue;
    if (ignored.includes(`/${name}/`)) continue;
    found.push(`${name}/`);
    for (const inner of await entriesOf(`${name}/`)) {
      const isMirror = name === "tests" && mirrored.has(inner.name);
      if (inner.isDirectory && !isMirror) found.push(`${name}/${inner.name}/`);
    }
  }
  return found.sort();
}

/** All files below a folder, by their paths. */
async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  const files = await Promise.all(
    entries.map(({ name, isDirectory }) =>
      isDirectory ? sourceFiles(`${folder}${name}/`) : [`${folder}${name}`]
    ),
  );
  return files.flat();
}

/** All documents, by their paths. */
async function documents(): Promise<string[]> {
  const names = [...await entriesOf("."), ...await entriesOf("docs/")]
    .map(({ name }) => name).filter((name) => name.endsWith(".md"));
  const root = (await entriesOf(".")).map(({ name }) => name);
  return names.map((name) => root.includes(name) ? name : `docs/${name}`);
}

Deno.test("CONTRIBUTING.md maps every folder", async () => {
  const text = await read("CONTRIBUTING.md");
  const rows = [...text.matchAll(/^\| +(`.+?) +\|/gm)].map(([, where]) => where)
    .join(" ");
  const known = new Set(
    [...rows.matchAll(/`([\w./]+\/)(?:\*\.ts)?`/g)].map(([, path]) => path),
  );
  // A folder all of whose folders are there needs no line of its own.
  const missing = (await folders()).filter((path) =>
    !known.has(path) && ![...known].some((other) => other.startsWith(path))
  );
  assertEquals(missing, []);
  for (const path of known) await Deno.stat(new URL(path, ROOT));
});

Deno.test("docs/delivery.md has a promise for every fault with a test", async () => {
  const text = await read("docs/delivery.md");
  const promised = [...text.matchAll(/^\| (\d+) +\|/gm)]
    .map(([, number]) => Number(number));
  const tested = new Set<number>();
  for (const { name } of await entriesOf("tests/faults/")) {
    const code = await read(`tests/faults/${name}`);
    for (const [, number] of code.matchAll(/["`]fault (\d+): /g)) {
      tested.add(Number(number));
    }
  }
  assertEquals(promised, [...tested].sort((a, b) => a - b));
  assert(promised.length >= 35, `${promised.length} promises`);
  const [, said] = /\[(\d+) faults\]/.exec(await read("README.md")) ?? [];
  assertEquals(Number(said), promised.length);
});

Deno.test("docs/delivery.md has a promise for every case of Sentinel with a test", async () => {
  const text = await read("docs/delivery.md");
  const promised = [...text.matchAll(/^\| Case (\d+) +\|/gm)]
    .map(([, number]) => Number(number));
  const tested = new Set<number>();
  for (const { name } of await entriesOf("tests/sentinel/")) {
    const code = await read(`tests/sentinel/${name}`);
    for (const [, number] of code.matchAll(/["`]case (\d+): /g)) {
      tested.add(Number(number));
    }
  }
  assertEquals(promised, [...tested].sort((a, b) => a - b));
});

Deno.test("README.md is short, and leads to every guide", async () => {
  const text = await read("README.md");
  assert(text.split("\n").length <= 301, "it has more than 300 lines");
  const linked = [...text.matchAll(/\]\((docs\/\w+\.md)[)#]/g)]
    .map(([, path]) => path);
  const guides = (await documents()).filter((path) => path.startsWith("docs/"));
  assertEquals(guides.filter((path) => !linked.includes(path)), []);
});

Deno.test("docs/architecture.md speaks of files that there are, and of as many as a command passes", async () => {
  const text = await read("docs/architecture.md");
  const files = await sourceFiles("src/");
  const wrong = [...text.matchAll(/`([\w./]+\.ts)`/g)].map(([, name]) => name)
    .filter((name) =>
      !name.startsWith("tests/") &&
      !files.some((file) => file === name || file.endsWith(`/${name}`))
    );
  assertEquals(wrong, []);
  const [, passed] = /A\s+`get` passes (\d+) files/.exec(text) ?? [];
  const [, most] = /^ +call: (\d+),$/m.exec(await read("tools/way/ways.ts")) ??
    [];
  assertEquals(passed, most);
});

Deno.test("the links between documents lead somewhere", async () => {
  for (const path of await documents()) {
    const text = (await read(path)).replace(/^```[\s\S]*?^```/gm, "");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file, anchor] = target.split("#");
      const url = new URL(file, new URL(path, ROOT));
      const linked = await Deno.readTextFile(url).catch(() => undefined);
      assert(linked !== undefined, `${path} links to "${target}"`);
      if (anchor === undefined) continue;
      const anchors = [...linked.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
        heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-")
      );
      assert(anchors.includes(anchor), `${path} links to "${target}"`);
    }
  }
});
