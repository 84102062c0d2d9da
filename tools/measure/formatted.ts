/**
 * Files as `deno fmt` wants them.
 *
 * @module
 */

/**
 * Formats the text of a file.
 *
 * @param text What is in it.
 * @param extension How its name ends, such as `md`.
 * @returns The text as `deno fmt --check` accepts it.
 * @throws {Error} If it cannot be read.
 */
export async function formatted(
  text: string,
  extension: string,
): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", extension, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { stdout, stderr, success } = await child.output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`Cannot format "${extension}": ${decoder.decode(stderr)}`);
}
