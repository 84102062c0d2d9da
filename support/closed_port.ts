/**
 * Where nobody listens.
 *
 * @module
 */

/**
 * A port of this machine that refuses connections. The system gives it to nobody
 * who looks for a free one, as it does with a port that was closed a moment ago.
 */
export const CLOSED_PORT = 1;
