import { assert, assertEquals } from "@std/assert";
import { RedisServer } from "../src/testing/redis_server.ts";
import { blocksOf, type CodeBlock, collectBlocks } from "./docs/code_blocks.ts";
import { importMapFor } from "./docs/import_map.ts";

const ROOT = new URL("../", import.meta.url);
/** A test that readers run as it is, whose types are checked with the rest. */
const CART_TEST = new URL("examples/cart_test.ts", ROOT).href;
const RUN_BLOCK = new URL("docs/run_block.ts", import.meta.url).href;
/** The ports that the documentation speaks of; real servers stand in for them. */
const PORTS = [6379, 6380, 6381, 6382];
/** What registers tests; a block with it is a test file, not a program. */
const TESTS = /^(Deno\.test|routerConformance)\(/m;

Deno.test("blocksOf() finds blocks with their lines and marks", () => {
  const text = [
    "Text",
    "```ts",
    "const one = 1;",
    "```",
    "```sh",
    "echo",
    "```",
    "```ts ignore",
    "two();",
    "```",
  ];
  const blocks = blocksOf("README.md", text);
  assertEquals(blocks.map(({ line, runs }) => [line, runs]), [
    [3, true],
    [9, false],
  ]);
  assertEquals(blocks[0].code, "const one = 1;\nexport {};\n");
});

Deno.test("the code of the documentation compiles, runs and prints what it says", async () => {
  await using resources = new AsyncDisposableStack();
  const servers = await Promise.all(PORTS.map(async () => {
    const server = await RedisServer.start({ transport: "tcp" });
    return resources.use(server);
  }));
  const ports = servers.map((server) => server.port);
  const dir = await Deno.makeTempDir({ prefix: "rb-docs-" });
  resources.defer(() => Deno.remove(dir, { recursive: true }));

  const blocks = await collectBlocks(ROOT);
  assert(blocks.some(({ file }) => file === "README.md"));
  assert(blocks.some(({ file }) => file.startsWith("src/")));
  const files = await writeTests(dir, blocks, ports);
  await runTests(dir, files);
});

/** Writes a module for each block, and one test file that runs them all. */
async function writeTests(
  dir: string,
  blocks: CodeBlock[],
  ports: number[],
): Promise<string[]> {
  const files = [`${dir}/blocks_test.ts`];
  const tests = [
    `import { runBlock } from ${JSON.stringify(RUN_BLOCK)};`,
    `import type {} from ${JSON.stringify(CART_TEST)};`,
  ];
  for (const { file, line, runs, code: written } of blocks) {
    const code = withPorts(written, ports);
    const path = `${dir}/${file.replaceAll(/[^\w]/g, "_")}_${line}.ts`;
    await Deno.writeTextFile(path, code);
    if (runs && TESTS.test(code)) {
      files.push(path);
      continue;
    }
    const load = `() => import(${JSON.stringify(`file://${path}`)})`;
    const options = JSON.stringify({ ports, code });
    tests.push(`Deno.test({
      name: ${JSON.stringify(`${file}:${line}`)},
      ignore: ${!runs},
      fn: () => runBlock(${load}, ${options}),
    });`);
  }
  await Deno.writeTextFile(files[0], tests.join("\n"));
  return files;
}

function withPorts(code: string, ports: number[]): string {
  return code.replaceAll(
    /\b6(379|38[0-2])\b/g,
    (port) => String(ports[PORTS.indexOf(Number(port))]),
  );
}

async function runTests(dir: string, files: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--no-lock",
      "--allow-all",
      `--import-map=${await importMapFor(ROOT, dir)}`,
      ...files,
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr) + decoder.decode(stdout));
}
