/**
 * What a command of the command line is.
 *
 * @module
 */

import type { Command } from "commander";
import { type Cluster, NotReadyError } from "../../mod.ts";
import { UsageError } from "./exit_codes.ts";
import type { Shell } from "./shell.ts";

/** How a cluster finds its hosts: the option of `Cluster` that says it. */
export type Kind = "hosts" | "seeds" | "sentinels";

/** Why a command does not take clusters that find their hosts in some way. */
export type Refusals = Readonly<Partial<Record<Kind, string>>>;

/** What a command has when it runs. */
export interface Context {
  /** Outputs, input and signal. */
  readonly shell: Shell;
  /** Whether the results are for a program. */
  readonly json: boolean;
  /**
   * The cluster that the arguments name, which gives up when the signal of the
   * shell is aborted; closed when the command has ended.
   */
  readonly cluster: Cluster;
  /** How it finds its hosts. */
  readonly kind: Kind;
  /**
   * Whether the arguments name another cluster.
   *
   * @param prefix What its options begin with.
   */
  readonly names: (prefix: string) => boolean;
  /**
   * Another cluster that the arguments name, closed like the first one.
   *
   * @param prefix What its options begin with.
   */
  readonly otherCluster: (prefix: string) => Promise<Cluster>;
}

/** What the command line was told after the name of a command. */
export interface Given {
  /** What stands by itself, such as keys. */
  readonly args: readonly string[];
  /** What was said by name. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The least rights that a command needs. */
export interface Permissions {
  /** Whether it connects to the hosts. */
  readonly connects: boolean;
  /**
   * Whether it needs to know where the hosts are, so that nodes or sentinels are
   * asked about them.
   *
   * @default {connects}
   */
  readonly finds?: boolean;
  /** The rules of an ACL user that may just run it. */
  readonly acl: readonly string[];
  /** Those without which it runs as well, and tells less. */
  readonly mayAcl?: readonly string[];
  /** Those that it takes beside them, by the options that it has then. */
  readonly optionAcl?: Readonly<Record<string, readonly string[]>>;
  /** Those that a Redis Cluster needs beside them. */
  readonly clusterAcl?: readonly string[];
}

/** A command of the command line. */
export interface CommandSpec {
  /** Its name. */
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** What else there is to know of it. */
  readonly description: string;
  /** What it needs to be allowed. */
  readonly permissions: Permissions;
  /** Why it does not take clusters that find their hosts in some way. */
  readonly refuses?: Refusals;
  /** Whether it takes two clusters: as it is, and as it shall be. */
  readonly compares?: boolean;
  /** Adds its arguments and options. */
  readonly declare: (command: Command) => void;
  /** Runs it; gives the exit code. */
  readonly run: (context: Context, given: Given) => Promise<number>;
}

/** Prints lines of text. */
export function print(
  { shell }: Pick<Context, "shell">,
  lines: readonly string[],
): void {
  shell.out.write(lines.map((line) => `${line}\n`).join(""));
}

/** Prints a value as JSON, in one line. */
export function printJson(
  { shell }: Pick<Context, "shell">,
  value: unknown,
): void {
  shell.out.write(`${JSON.stringify(value)}\n`);
}

/**
 * Where a host is, for people; or, where nobody was asked, the label that it has
 * among sentinels.
 */
export function placeOf(cluster: Cluster, hostId: number): string {
  try {
    return cluster.hosts.get(hostId)?.address ?? "?";
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    return cluster.getRouter().cluster.hosts.get(hostId)?.label ?? "?";
  }
}

/** The name of a host for people: its id and where it is. */
export function hostName(cluster: Cluster, hostId: number): string {
  return `${hostId} ${placeOf(cluster, hostId)}`;
}

/** Whether a command needs to know where hosts are. */
export function needsPlaces({ connects, finds }: Permissions): boolean {
  return finds ?? connects;
}

/**
 * Reads an option that is a whole number.
 *
 * @param name The option, for the error.
 * @param min The least it may be.
 */
export function wholeNumber(
  name: string,
  min: number,
): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= min) {
      return number;
    }
    throw new UsageError(
      `The value of "${name}" is not an integer from ${min}`,
    );
  };
}
