/**
 * Connections that are opened for one borrower and closed behind it.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import type { Pool } from "./pool.ts";
import type { Applicant, Lender } from "./pool_types.ts";

/**
 * Lends connections outside the bound of a pool, each opened for whoever applies
 * and closed when it is given back. They say no more than who they are, and no
 * breaker is asked: so they reach a server that answers nothing else, because it
 * is busy with a script.
 */
export class SingleUse implements Lender {
  readonly #pool: Pool;
  readonly #opening = new Map<Applicant, AbortController>();

  /** @param pool Opens the connections, and closes them at its end. */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  get hasRoom(): boolean {
    return !this.#pool.closed;
  }

  tryLease(): undefined {
    return undefined;
  }

  apply(applicant: Applicant): void {
    const controller = new AbortController();
    this.#opening.set(applicant, controller);
    this.#pool.open(controller.signal, "bare").then(
      (connection) => {
        if (!this.#opening.delete(applicant)) connection.close();
        else if (connection.usable) applicant.granted(connection);
        else applicant.refused({ kind: "dial", cause: connection.error });
      },
      (cause) => {
        if (!this.#opening.delete(applicant)) return;
        applicant.refused(
          this.#pool.closed ? { kind: "closed" } : { kind: "dial", cause },
        );
      },
    );
  }

  withdraw(applicant: Applicant): void {
    const controller = this.#opening.get(applicant);
    this.#opening.delete(applicant);
    controller?.abort();
  }

  release(connection: Connection): void {
    connection.owner = undefined;
    connection.close();
  }

  renew(): void {}
}
