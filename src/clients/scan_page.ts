/**
 * One page of a scan.
 *
 * @module
 */

import { DecodeError, ProtocolError } from "../errors.ts";
import type { Reply } from "../values.ts";

/** What one step of a scan has found. */
export interface ScanPage {
  /** Where the next step goes on; nothing when it was the last one. */
  readonly cursor: string | Uint8Array | undefined;
  /** What was found, flat. */
  readonly items: readonly (string | Uint8Array)[];
}

/**
 * Reads the reply to SCAN or one of its kin.
 *
 * @param reply The reply.
 * @param from The command and its host, for errors.
 * @throws {ProtocolError} If it has another shape.
 * @throws {DecodeError} If one of the items is no text, and should be.
 */
export function readPage(
  reply: Reply,
  { hostId, command }: { readonly hostId: number; readonly command: string },
): ScanPage {
  const [cursor, items] = Array.isArray(reply) ? reply : [];
  const list = Array.isArray(items) ? items : [undefined];
  const undecoded = list.find((item) => item instanceof DecodeError);
  if (undecoded !== undefined) throw undecoded;
  if (!isTextOrBytes(cursor) || !list.every(isTextOrBytes)) {
    throw new ProtocolError(`The reply to ${command} has the wrong shape`, {
      hostId,
      command,
    });
  }
  return { cursor: isEnd(cursor) ? undefined : cursor, items: list };
}

function isTextOrBytes(value: unknown): value is string | Uint8Array {
  return typeof value === "string" || value instanceof Uint8Array;
}

/** Whether a cursor is 0, which says that there is no further page. */
function isEnd(cursor: string | Uint8Array): boolean {
  return typeof cursor === "string"
    ? cursor === "0"
    : cursor.length === 1 && cursor[0] === 0x30;
}
