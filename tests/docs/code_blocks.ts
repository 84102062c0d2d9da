/**
 * Finds the TypeScript in the documentation: in Markdown files, and in the doc
 * comments of the sources.
 *
 * @module
 */

/** A block of TypeScript that a reader may copy. */
export interface CodeBlock {
  /** The file it stands in, from the root of the project. */
  readonly file: string;
  /** The line of its first line of code, from 1. */
  readonly line: number;
  /** Its code, as a module. */
  readonly code: string;
  /** Whether it may run; otherwise its types alone are checked. */
  readonly runs: boolean;
}

const FENCE = /^\s*```(\w*)(.*)$/;
const COMMENT_LINE = /^\s*\* ?(.*)$/;
const EXPORT = /^export (?:abstract )?(?:class|function|const) (\w+)/gm;

/** All blocks of README.md, of docs, and of the doc comments, in that order. */
export async function collectBlocks(root: URL): Promise<CodeBlock[]> {
  const blocks: CodeBlock[] = [];
  for await (const file of documents(root)) {
    const text = await Deno.readTextFile(new URL(file, root));
    blocks.push(
      ...file.endsWith(".md")
        ? blocksOf(file, text.split("\n"))
        : blocksOf(file, commentLines(text)).map((block) =>
          withOwnExports(block, text, root)
        ),
    );
  }
  return blocks;
}

async function* documents(root: URL): AsyncGenerator<string> {
  yield "README.md";
  yield "mod.ts";
  yield* walk(root, "docs", ".md");
  yield* walk(root, "src", ".ts");
}

async function* walk(
  root: URL,
  folder: string,
  ending: string,
): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(folder, root)))
    .catch((error) => {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    });
  for (const { name, isDirectory } of entries) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* walk(root, path, ending);
    else if (name.endsWith(ending)) yield path;
  }
}

/** The text of doc comments on their own lines, and nothing of the code. */
function commentLines(source: string): string[] {
  return source.split("\n").map((line) => COMMENT_LINE.exec(line)?.[1] ?? "");
}

/** The blocks marked `ts` of a text; `ignore` and `no-eval` keep them from running. */
export function blocksOf(file: string, lines: string[]): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let start: { line: number; runs: boolean } | undefined;
  let isOpen = false;
  lines.forEach((text, index) => {
    const fence = FENCE.exec(text);
    if (fence === null) return;
    if (!isOpen) {
      isOpen = true;
      const [, language, marks] = fence;
      const runs = !/\b(ignore|no-eval)\b/.test(marks);
      start = language === "ts" ? { line: index + 2, runs } : undefined;
      return;
    }
    isOpen = false;
    if (start === undefined) return;
    const code = lines.slice(start.line - 1, index).join("\n");
    // Without an import or an export it would be a script, whose names are those
    // of all other scripts.
    blocks.push({ file, ...start, code: `${code}\nexport {};\n` });
  });
  return blocks;
}

/** An example of an internal file sees what that file exports. */
function withOwnExports(
  block: CodeBlock,
  source: string,
  root: URL,
): CodeBlock {
  const names = [...source.matchAll(EXPORT)].map(([, name]) => name)
    .filter((name) => new RegExp(`\\b${name}\\b`).test(block.code))
    .filter((name) =>
      !new RegExp(`import [^;]*\\b${name}\\b`).test(block.code)
    );
  if (names.length === 0) return block;
  const from = new URL(block.file, root).href;
  // On the first line, so that the lines of errors stay right.
  const code = `import { ${names.join(", ")} } from "${from}"; ${block.code}`;
  return { ...block, code };
}
