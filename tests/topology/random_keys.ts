/**
 * Texts of every mixture of UTF-8 lengths, the same in every run.
 *
 * @module
 */

/**
 * Makes texts from a fixed seed.
 *
 * @param count How many.
 * @returns Texts of up to 150 characters, a third of them ASCII.
 */
export function* randomTexts(count: number): Iterable<string> {
  let seed = 1;
  function below(limit: number): number {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor(seed / 2 ** 32 * limit);
  }
  const limits = [0x80, 0x800, 0x10000, 0x110000];
  for (let i = 0; i < count; i++) {
    let text = "";
    for (let length = below(150); length > 0; length--) {
      const code = below(i % 3 === 0 ? 0x80 : limits[below(4)]);
      const isSurrogate = code >= 0xd800 && code < 0xe000;
      text += String.fromCodePoint(isSurrogate ? 0xfffd : code);
    }
    yield text;
  }
}
