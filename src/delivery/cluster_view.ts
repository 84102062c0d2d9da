/**
 * A cluster as those see it who issue commands to it.
 *
 * @module
 */

import type { CommandError } from "../errors.ts";
import type { Redirect, Topology } from "../topology/mod.ts";
import type { Command } from "./command.ts";
import type { Holder } from "./holder.ts";
import type { Host } from "./host.ts";
import type { KeyMoves } from "./moving_commands.ts";
import type { ReadFrom, ReplicaChoice } from "./replica_choice.ts";

/** What delivery and clients need of a cluster, which is above them. */
export interface ClusterView {
  /** Where keys live. */
  readonly topology: Topology;
  /**
   * The ids of all hosts.
   *
   * @throws {NotReadyError} If they are not known yet.
   */
  readonly hostIds: readonly number[];
  /** Milliseconds for a command whose client sets no time. */
  readonly timeout: number;
  /** Gives up every command when aborted. */
  readonly signal: AbortSignal | undefined;
  /** Whether errors lead to calls, where a client says nothing of it. */
  readonly callSites?: boolean;
  /**
   * The host with an id.
   *
   * @param command The name of the command that it is for, for errors.
   * @throws {RangeError} If there is none.
   */
  host(id: number, command?: string): Host;
  /** The same for what was issued before the cluster was closed. */
  hostOfHeld(id: number): Host;
  /** Counts an error reply of a host, of what was issued to it. */
  countError(hostId: number, kind: string): void;
  /** What an error of a host says about where its command belongs. */
  redirect(hostId: number, error: CommandError): Redirect | undefined;
  /**
   * Settles once the hosts are known.
   *
   * @throws What keeps that from being so, that the time is up, or the reason of
   * the signal.
   */
  known(options?: KnownOptions): Promise<void>;
  /** Which servers take reads where a client does not say so. */
  readonly readFrom: ReadFrom;
  /** How many replicas have to have a write where a client does not say so. */
  readonly replicated: number;
  /** The replicas of a host, which are there where hosts are looked for. */
  replicas(hostId: number): ReplicaChoice;
  /** Finds out where all hosts are now, if that is for the servers to say. */
  refreshed(options?: KnownOptions): Promise<void>;
  /** What holds commands, or holds none any more. */
  holding(holder: Holder): void;
  /** What moves keys, where they move between two rings. */
  readonly moves?: KeyMoves | undefined;
  /**
   * Counts a command that is held.
   *
   * @param name Its name in capitals.
   * @param size An estimate of its memory in bytes; 0 where it need not fit.
   * @throws {QueueFullError} If there is no room for it.
   */
  admit(name: string, size: number): void;
  /** Gives back the room of a command that was held. */
  release(size: number): void;
  /** The error of a command that was held for too long. */
  stranded(command: Command, group: number, cause?: CommandError): Error;
}

/** How long to wait for the hosts to be known. */
export interface KnownOptions {
  /**
   * Milliseconds.
   *
   * @default {"those of the cluster"}
   */
  timeout?: number;
  /** Gives up when aborted. */
  signal?: AbortSignal | undefined;
}
