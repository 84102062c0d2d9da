/**
 * The first byte of a reply, which names its type: RESP2 and RESP3.
 *
 * @module
 */

/** `+`: one line of text. */
export const SIMPLE_STRING = 0x2b;
/** `-`: one line that describes an error. */
export const SIMPLE_ERROR = 0x2d;
/** `:`: a 64-bit integer. */
export const INTEGER = 0x3a;
/** `$`: bytes of a given length. */
export const BULK_STRING = 0x24;
/** `*`: elements of a given count. */
export const ARRAY = 0x2a;
/** `_`: nothing. */
export const NULL = 0x5f;
/** `#`: true or false. */
export const BOOLEAN = 0x23;
/** `,`: a floating-point number. */
export const DOUBLE = 0x2c;
/** `(`: an integer of any size. */
export const BIG_NUMBER = 0x28;
/** `!`: an error of a given length. */
export const BULK_ERROR = 0x21;
/** `=`: text of a given length behind three letters that name its format. */
export const VERBATIM_STRING = 0x3d;
/** `%`: pairs of a given count. */
export const MAP = 0x25;
/** `~`: distinct elements of a given count. */
export const SET = 0x7e;
/** `>`: elements that no command asked for. */
export const PUSH = 0x3e;
/** `|`: pairs that describe the reply behind them. */
export const ATTRIBUTE = 0x7c;
