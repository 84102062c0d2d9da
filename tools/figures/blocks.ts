/**
 * The places in a document that a program writes: between
 * `<!-- figures: name -->` and `<!-- /figures -->`.
 *
 * Inside of a paragraph a mark follows the word before it without a blank. At the
 * start of a line, where a formatter might put it, it would be a block of HTML.
 *
 * @module
 */

const BLOCK = /(^|.)<!-- figures: (\w+) -->([\s\S]*?)<!-- \/figures -->/gm;

/**
 * Puts texts between their marks, and leaves all around them alone.
 *
 * @param document Its Markdown.
 * @param texts What is written, by the names of the marks.
 * @returns The document, which is to be formatted yet.
 * @throws {Error} If the document has a mark without a text, or the other way
 * round.
 */
export function fillBlocks(
  document: string,
  texts: ReadonlyMap<string, string>,
): string {
  const missing = new Set(texts.keys());
  const filled = document.replace(BLOCK, (_, before: string, name: string) => {
    const text = texts.get(name);
    if (text === undefined) throw new Error(`Nobody writes "${name}"`);
    missing.delete(name);
    // Whatever has paragraphs, or begins a line, ends with a mark of its own.
    const start = before === "" ? "\n\n" : " ";
    const end = before === "" || text.includes("\n\n") ? "\n\n" : "";
    const inside = `${start}${text}${end}`;
    return `${before}<!-- figures: ${name} -->${inside}<!-- /figures -->`;
  });
  if (missing.size === 0) return filled;
  const names = [...missing].join('", "');
  throw new Error(`The document has no place for "${names}"`);
}
