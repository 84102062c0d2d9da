/**
 * Numbers whose text is not obvious, and the text that a server is sent.
 *
 * @module
 */

/** Each number with its text. */
export const numberTexts: readonly [number: number, text: string][] = [
  [0, "0"],
  [-0, "0"],
  [0.1, "0.1"],
  [1e-7, "1e-7"],
  [-1.5e-9, "-1.5e-9"],
  [999999999999999900000, "999999999999999900000"],
  [1e21, "1000000000000000000000"],
  [-1e21, "-1000000000000000000000"],
  [1e22, "10000000000000000000000"],
  [-1e23, "-99999999999999991611392"],
];
