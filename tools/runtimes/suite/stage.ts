/**
 * What the suite of runtimes plays on; `tools/runtimes.ts` builds it.
 *
 * @module
 */

import type { HostOptions } from "@rb/rb";

/** The password of the server that wants one. */
export const PASSWORD = "s3cr3t-p4ssw0rd";

/** Hosts for the suite, as options of a cluster. */
export interface Stage {
  /** Three plain servers, by TCP. */
  readonly hosts: readonly HostOptions[];
  /** The first of them through a proxy that drops each link before a reply. */
  readonly cut: HostOptions;
  /** Through one that drops each link after a few replies. */
  readonly brittle: HostOptions;
  /** Through one that passes replies a few bytes at a time. */
  readonly split: HostOptions;
  /** Through one that answers nothing. */
  readonly silent: HostOptions;
  /** Where nobody listens. */
  readonly closed: HostOptions;
  /** A server with {@linkcode PASSWORD}, by its unix socket. */
  readonly unix: HostOptions;
  /** A server that speaks TLS, with the authority to trust. */
  readonly tls: HostOptions;
  /** One that speaks TLS and lets in only whoever shows a certificate. */
  readonly guarded: HostOptions;
  /** The certificate of an authority that signed nothing. */
  readonly otherCaCert: string;
  /** A server whose certificate is for another name; its authority is trusted. */
  readonly otherName: HostOptions;
  /** A server that answers everything with an error in plain text. */
  readonly plain: HostOptions;
  /** A server that speaks TLS and sends many messages to each subscriber. */
  readonly news: HostOptions;
  /**
   * A server that takes no further command before its replies to the last ones
   * have been taken; every reply is a value of {@linkcode VALUE_BYTES}.
   */
  readonly stubborn: HostOptions;
}

/** The messages of the server for news. */
export function messageAt(index: number): string {
  return `${index} `.repeat(5_000);
}

/** How many messages the server for news has. */
export const MESSAGES = 3_000;

/** How long the values of the stubborn server are. */
export const VALUE_BYTES = 4_096;

/** Something the library does on every runtime; it throws if it does not. */
export type Check = (stage: Stage) => Promise<void>;
