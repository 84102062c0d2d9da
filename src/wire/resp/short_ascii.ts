/**
 * Short ASCII, the most common value of all, as text.
 *
 * @module
 */

/** How long a text may be; beyond, calling a decoder is as fast. */
export const SHORT_LENGTH = 16;

const text = String.fromCharCode;

/**
 * Decodes up to 16 bytes. One call with all the codes makes a flat string at
 * once, where adding up characters would make a tree of strings; and each byte
 * is loaded once, to be checked and to be used. A loop in front takes a fifth
 * of the time of a whole reply more.
 *
 * @param s The bytes.
 * @param at Where the text starts.
 * @param length How long it is.
 * @returns The text; undefined when it is not ASCII.
 */
// deno-fmt-ignore: the sixteen cases are to be read as a table
export function decodeShortAscii(
  s: Uint8Array,
  at: number,
  length: number,
): string | undefined {
  switch (length) {
    case 0:
      return "";
    case 1: {
      const a = s[at];
      return a < 0x80
        ? text(a) : undefined;
    }
    case 2: {
      const a = s[at], b = s[at + 1];
      return (a | b) < 0x80
        ? text(a, b) : undefined;
    }
    case 3: {
      const a = s[at], b = s[at + 1], c = s[at + 2];
      return (a | b | c) < 0x80
        ? text(a, b, c) : undefined;
    }
    case 4: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3];
      return (a | b | c | d) < 0x80
        ? text(a, b, c, d) : undefined;
    }
    case 5: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4];
      return (a | b | c | d | e) < 0x80
        ? text(a, b, c, d, e) : undefined;
    }
    case 6: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5];
      return (a | b | c | d | e | f) < 0x80
        ? text(a, b, c, d, e, f) : undefined;
    }
    case 7: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6];
      return (a | b | c | d | e | f | g) < 0x80
        ? text(a, b, c, d, e, f, g) : undefined;
    }
    case 8: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6], h = s[at + 7];
      return (a | b | c | d | e | f | g | h) < 0x80
        ? text(a, b, c, d, e, f, g, h) : undefined;
    }
    case 9: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6], h = s[at + 7], i = s[at + 8];
      return (a | b | c | d | e | f | g | h | i) < 0x80
        ? text(a, b, c, d, e, f, g, h, i) : undefined;
    }
    case 10: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6], h = s[at + 7], i = s[at + 8],
            j = s[at + 9];
      return (a | b | c | d | e | f | g | h | i | j) < 0x80
        ? text(a, b, c, d, e, f, g, h, i, j) : undefined;
    }
    case 11: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6], h = s[at + 7], i = s[at + 8],
            j = s[at + 9], k = s[at + 10];
      return (a | b | c | d | e | f | g | h | i | j | k) < 0x80
        ? text(a, b, c, d, e, f, g, h, i, j, k) : undefined;
    }
    case 12: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6], h = s[at + 7], i = s[at + 8],
            j = s[at + 9], k = s[at + 10], l = s[at + 11];
      return (a | b | c | d | e | f | g | h | i | j | k | l) < 0x80
        ? text(a, b, c, d, e, f, g, h, i, j, k, l) : undefined;
    }
    case 13: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6], h = s[at + 7], i = s[at + 8],
            j = s[at + 9], k = s[at + 10], l = s[at + 11], m = s[at + 12];
      return (a | b | c | d | e | f | g | h | i | j | k | l | m) < 0x80
        ? text(a, b, c, d, e, f, g, h, i, j, k, l, m) : undefined;
    }
    case 14: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6], h = s[at + 7], i = s[at + 8],
            j = s[at + 9], k = s[at + 10], l = s[at + 11], m = s[at + 12],
            n = s[at + 13];
      return (a | b | c | d | e | f | g | h | i | j | k | l | m | n) < 0x80
        ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n) : undefined;
    }
    case 15: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6], h = s[at + 7], i = s[at + 8],
            j = s[at + 9], k = s[at + 10], l = s[at + 11], m = s[at + 12],
            n = s[at + 13], o = s[at + 14];
      return (a | b | c | d | e | f | g | h | i | j | k | l | m | n | o) < 0x80
        ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) : undefined;
    }
    case 16: {
      const a = s[at], b = s[at + 1], c = s[at + 2], d = s[at + 3], e = s[at + 4],
            f = s[at + 5], g = s[at + 6], h = s[at + 7], i = s[at + 8],
            j = s[at + 9], k = s[at + 10], l = s[at + 11], m = s[at + 12],
            n = s[at + 13], o = s[at + 14], p = s[at + 15];
      return (a | b | c | d | e | f | g | h | i | j | k | l | m | n | o | p) < 0x80
        ? text(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) : undefined;
    }
    default:
      return undefined;
  }
}
