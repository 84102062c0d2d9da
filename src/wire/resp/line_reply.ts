/**
 * The replies that are one line.
 *
 * @module
 */

import type { CommandError } from "../../errors.ts";
import type { Reply } from "../../values.ts";
import type { LineOptions, LineReader } from "./line_reader.ts";
import { malformed, unknownType } from "./malformed.ts";
import { errorReply } from "./reply_errors.ts";
import { isDouble, parseBigNumber, parseInteger } from "./reply_number.ts";
import { decodeErrorText, decodeText } from "./reply_text.ts";
import * as types from "./reply_types.ts";

const TEXT_LINE: LineOptions = { maxBytes: 4_194_304, digits: false };
const DOUBLE_LINE: LineOptions = { maxBytes: 65_536, digits: false };
const FLAG_LINE: LineOptions = { maxBytes: 1, digits: false };

/** What every SET answers. */
const OK_LINE: Uint8Array = new TextEncoder().encode("+OK\r\n");

const LETTER_F = 0x66;
const LETTER_T = 0x74;

/**
 * Reads the line at the start of the input, which is not consumed: the line
 * ends at `after`.
 *
 * @returns The reply; undefined when it has not arrived whole.
 * @throws {ProtocolError} When the line is not what its type byte says.
 */
export function readLine(
  input: LineReader,
  type: number,
  asBytes: boolean,
): Reply | undefined {
  switch (type) {
    case types.INTEGER:
      return readInteger(input);
    case types.SIMPLE_STRING:
      return readText(input, asBytes);
    case types.SIMPLE_ERROR:
      return readError(input);
    case types.DOUBLE:
      return readDouble(input);
    case types.BIG_NUMBER:
      return readBigNumber(input);
    case types.NULL:
    case types.BOOLEAN:
      return readFlag(input, type);
    default:
      throw unknownType(type);
  }
}

function readInteger(input: LineReader): number | bigint | undefined {
  const line = input.digits();
  if (line === undefined) return undefined;
  const value = parseInteger(line);
  if (value !== undefined) return value;
  throw malformed(types.INTEGER, "is not an integer of 64 bits");
}

function readText(input: LineReader, asBytes: boolean): Reply | undefined {
  if (!asBytes && input.shortLine(OK_LINE)) return "OK";
  const to = input.line(TEXT_LINE);
  if (to === -1) return undefined;
  const from = input.start + 1;
  return asBytes ? input.bytes.slice(from, to) : decodeText(input, from, to);
}

function readError(input: LineReader): CommandError | undefined {
  const to = input.line(TEXT_LINE);
  if (to === -1) return undefined;
  return errorReply(decodeErrorText(input, input.start + 1, to));
}

function readBigNumber(input: LineReader): bigint | undefined {
  const line = input.digits();
  if (line === undefined) return undefined;
  const value = parseBigNumber(line);
  if (value !== undefined) return value;
  throw malformed(types.BIG_NUMBER, "is not a whole number");
}

function readDouble(input: LineReader): string | undefined {
  const to = input.line(DOUBLE_LINE);
  if (to === -1) return undefined;
  const line = input.buffer.toString("latin1", input.start + 1, to);
  if (isDouble(line)) return line;
  throw malformed(types.DOUBLE, "is not a number");
}

function readFlag(input: LineReader, type: number): Reply | undefined {
  const to = input.line(FLAG_LINE);
  if (to === -1) return undefined;
  const size = to - input.start - 1;
  if (type === types.NULL) {
    if (size === 0) return null;
  } else if (size === 1) {
    const flag = input.bytes[to - 1];
    if (flag === LETTER_T) return 1;
    if (flag === LETTER_F) return 0;
  }
  throw malformed(type, "has a value that its type does not know");
}
