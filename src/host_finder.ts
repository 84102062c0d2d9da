/**
 * Finding out where the hosts of a cluster are.
 *
 * @module
 */

import { within } from "./clients/within.ts";
import type { KnownOptions } from "./delivery/cluster_view.ts";
import { isWorthRetrying } from "./delivery/policy.ts";
import { BadHostSetupError, ConnectionError, TimeoutError } from "./errors.ts";
import type { HostInfo } from "./host_info.ts";
import { type Question, Refresher, type Topology } from "./topology/mod.ts";
import { inquire } from "./wire/inquire.ts";

/** What a {@linkcode HostFinder} is made of. */
export interface HostFinderOptions {
  /** What is to be found out. */
  readonly topology: Topology<HostInfo>;
  /** Milliseconds to wait for the hosts, where nobody says otherwise. */
  readonly timeout: number;
  /** Gives up waiting when aborted. */
  readonly signal: AbortSignal | undefined;
  /** Milliseconds that a server has to say where others are. */
  readonly answerTime: number;
  /** Told that servers are about to be asked, and because of which hosts. */
  readonly onRefresh: (hostIds: ReadonlySet<number>) => void;
  /** Whether commands wait for the hosts to be known. */
  readonly isWanted: () => boolean;
  /** Told that these wait in vain, with what words the error of each. */
  readonly onVain: (makeReason: (command: string) => unknown) => void;
}

/** Asks the topology where its hosts are, if that finds out by itself. */
export class HostFinder {
  readonly #options: HostFinderOptions;
  readonly #refresher: Refresher | undefined;
  /** Those that wait for the hosts to be known. */
  readonly #awaiting = new Set<PromiseWithResolvers<void>>();
  #isSearching = false;
  #isClosing = false;
  /** Why the hosts were not found so far. */
  #notFound: unknown = undefined;
  /** The hosts that asked for the refresh that is to come. */
  #asking = new Set<number>();
  /** Questions to servers about where others are, */
  readonly #questions = new Set<Promise<unknown>>();
  /** and what gives them up. */
  readonly #stopping = new AbortController();

  /** @param options What to find out, and who is told. */
  constructor(options: HostFinderOptions) {
    this.#options = options;
    if (options.topology.refresh !== undefined) {
      this.#refresher = new Refresher(() => this.#refresh());
    }
  }

  /** Whether hosts can be found out at all, or have fixed addresses. */
  get canFind(): boolean {
    return this.#refresher !== undefined;
  }

  /** Whether it has come to its end. */
  get isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Has the servers asked, because of a host if one is named. */
  request(hostId?: number): void {
    if (this.#refresher === undefined) return;
    if (hostId !== undefined) this.#asking.add(hostId);
    this.#refresher.request();
  }

  /**
   * Settles once the hosts are known.
   *
   * @throws What keeps that from being so, that the time is up, or the reason of
   * the signal.
   */
  async known(options: KnownOptions = {}): Promise<void> {
    const { topology } = this.#options;
    const { timeout = this.#options.timeout, signal = this.#options.signal } =
      options;
    if (topology.isKnown) return;
    signal?.throwIfAborted();
    const waiting = Promise.withResolvers<void>();
    this.#awaiting.add(waiting);
    const onAbort = () => waiting.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    const timer = setTimeout(
      () => waiting.reject(this.unfound(TimeoutError)),
      Math.min(timeout, 2 ** 31 - 1),
    );
    this.search();
    try {
      await waiting.promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      this.#awaiting.delete(waiting);
    }
  }

  /** Finds out where all hosts are now, if that is for the servers to say. */
  async refreshed(options: KnownOptions = {}): Promise<void> {
    const { timeout = this.#options.timeout, signal = this.#options.signal } =
      options;
    const end = performance.now() + timeout;
    await this.known({ timeout, signal });
    if (this.#refresher === undefined) return;
    await within(this.#refresher.refreshed(), {
      due: () => end,
      signal,
      late: () =>
        new TimeoutError("Cannot find out in time where the hosts are", {
          outcome: "not-sent",
        }),
    });
  }

  /** Looks for the hosts for as long as anybody waits for them. */
  async search(): Promise<void> {
    if (this.#isSearching || this.#refresher === undefined) return;
    const { topology, isWanted } = this.#options;
    this.#isSearching = true;
    while (!topology.isKnown && (isWanted() || this.#awaiting.size > 0)) {
      try {
        await this.#refresher.refreshed();
      } catch (error) {
        this.#notFound = error;
        if (this.#isClosing || !mayBeFound(error)) this.#giveUp();
      }
    }
    this.#isSearching = false;
  }

  /** The hosts are known. */
  found(): void {
    for (const waiting of this.#awaiting) waiting.resolve();
  }

  /** The error of whoever waits in vain for the hosts, by a command if for one. */
  unfound(type: typeof ConnectionError, command?: string): ConnectionError {
    const cause = this.#notFound;
    const what = command === undefined ? "" : ` for "${command}"`;
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    return new type(`Cannot find the servers of the cluster${what}${why}`, {
      outcome: "not-sent",
      ...(command === undefined ? {} : { command }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** Looks no longer once it has looked in vain. */
  close(): void {
    this.#isClosing = true;
  }

  /** Gives up all questions, and those who wait for the hosts. */
  async stop(): Promise<void> {
    this.#rejectAwaiting();
    this.#refresher?.stop();
    this.#stopping.abort(new ConnectionError("The cluster is closed"));
    await Promise.allSettled(this.#questions);
  }

  /** Nobody will find the hosts: whoever waits for that is told so. */
  #giveUp(): void {
    this.#rejectAwaiting();
    this.#awaiting.clear();
    this.#options.onVain((command) => this.unfound(ConnectionError, command));
  }

  #rejectAwaiting(): void {
    for (const waiting of this.#awaiting) {
      waiting.reject(this.unfound(ConnectionError));
    }
  }

  async #refresh(): Promise<void> {
    const { topology, answerTime: timeout, onRefresh } = this.#options;
    const asking = this.#asking;
    this.#asking = new Set();
    onRefresh(asking);
    const { signal } = this.#stopping;
    const question: Question<HostInfo> = (host, commands) => {
      const asked = inquire(host, commands, { timeout, signal })
        .catch((error) => {
          throw located(error, host.address);
        });
      this.#questions.add(asked);
      const forget = () => void this.#questions.delete(asked);
      asked.then(forget, forget);
      return asked;
    };
    await topology.refresh?.(question);
  }
}

/** The same error of a question, which says who was asked. */
function located(error: unknown, address: string): unknown {
  const isTimeout = error instanceof TimeoutError;
  if (!isTimeout && !(error instanceof ConnectionError)) return error;
  const { message, cause, outcome } = error;
  return new (isTimeout ? TimeoutError : ConnectionError)(
    `Cannot ask ${address}: ${message}`,
    { outcome, ...cause === undefined ? {} : { cause } },
  );
}

/** Whether another attempt to find the hosts could end differently. */
function mayBeFound(error: unknown): boolean {
  return !(error instanceof BadHostSetupError) && isWorthRetrying(error);
}
