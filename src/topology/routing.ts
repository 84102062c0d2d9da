/**
 * What questions about keys and hosts are put to.
 *
 * @module
 */

import type { BaseRouter } from "./router.ts";

/** A router, or what has one: a cluster opens nothing for being asked. */
export type Routing = BaseRouter | { getRouter(): BaseRouter };

/**
 * The router to ask.
 *
 * @param routing A router, or what has one.
 * @throws {BadHostSetupError} If the hosts of a cluster do not fit its router.
 */
export function routerOf(routing: Routing): BaseRouter {
  return "getRouter" in routing ? routing.getRouter() : routing;
}
