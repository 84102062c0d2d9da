/**
 * The words for bytes that are not the Redis protocol. They name the type byte
 * and what is wrong, never what was sent: values may be secret.
 *
 * @module
 */

import { ProtocolError } from "../../errors.ts";

const TLS_ALERT = 0x15;
const TLS_HANDSHAKE = 0x16;
const LETTER_H = 0x48;

/** The error for a reply of a known type; `fault` goes on with its sentence. */
export function malformed(type: number, fault: string): ProtocolError {
  const name = String.fromCharCode(type);
  return new ProtocolError(
    `Cannot read a reply of type "${name}": it ${fault}`,
  );
}

/** The error for a type byte that no reply starts with: it guesses who sent it. */
export function unknownType(type: number): ProtocolError {
  const code = `0x${type.toString(16).padStart(2, "0")}`;
  const printable = type > 0x20 && type < 0x7f;
  const name = printable ? `"${String.fromCharCode(type)}" (${code})` : code;
  return new ProtocolError(
    `Cannot read a reply: its first byte is ${name}${guessSender(type)}`,
  );
}

function guessSender(type: number): string {
  switch (type) {
    case TLS_ALERT:
    case TLS_HANDSHAKE:
      return ", which starts a TLS record: the port speaks TLS";
    case LETTER_H:
      return ', as in "HTTP/": the port may belong to a web server';
    default:
      return ", which is no type of the Redis protocol";
  }
}
