/** What goes to a server and what comes back. */
import type { ErrorReplyError } from "./errors.ts";

/** An argument of a command. */
export type RedisValue = string | number | Uint8Array;

/** A simple string, such as a status. */
export type SimpleString = string;

/** An integer. */
export type Integer = number;

/** A bulk string that is there. */
export type BulkString = string;

/** A null, of a bulk string or an array. */
export type BulkNil = null;

/** A bulk string. */
export type Bulk = BulkString | BulkNil;

/** Bytes. */
export type Binary = Uint8Array;

/** An array of any replies. */
export type ConditionalArray = Raw[];

/** Any reply. */
export type Raw = SimpleString | Integer | Bulk | ConditionalArray | Binary;

/** Any reply. */
export type RedisReply = Raw | ConditionalArray;

/** Any reply of a pipeline. */
export type RawOrError = Raw | ErrorReplyError;

/** The version of the protocol. */
export type Protover = 2 | 3;

/** The usual status. */
export const okReply = "OK";
