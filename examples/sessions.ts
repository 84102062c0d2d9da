/**
 * Sessions of a web service, made with Hono: a cookie has a random id, and what
 * belongs to it is in Redis, on the host of its key.
 *
 * @module
 */

import { type Context, Hono, type MiddlewareHandler } from "npm:hono@4.13.19";
import { deleteCookie, getCookie, setCookie } from "npm:hono@4.13.19/cookie";
import { type Cluster, type RoutingClient, TransportError } from "@rb/rb";
import { openCluster } from "./open_cluster.ts";

const COOKIE = "session";

/** What is remembered of a visitor. */
export type SessionData = Record<string, string>;

/** The session of a request. */
export class Session {
  /** What is remembered; changes are kept when the request is answered. */
  data: SessionData;
  /** Under which id it is kept; there is none before there is anything. */
  id: string | undefined;
  /** Ids that are valid no longer. */
  readonly former: string[] = [];

  constructor(id: string | undefined, data: SessionData) {
    this.id = id;
    this.data = data;
  }

  /** Takes another id: call it when a visitor logs in, whom nobody may follow. */
  renew(): void {
    if (this.id !== undefined) this.former.push(this.id);
    this.id = crypto.randomUUID();
  }

  /** Forgets everything. */
  end(): void {
    if (this.id !== undefined) this.former.push(this.id);
    this.id = undefined;
    this.data = {};
  }
}

/** Keeps sessions. */
class SessionStore {
  readonly #client: RoutingClient;
  readonly #ttl: number;

  constructor(cluster: Cluster, ttl: number) {
    // To write the same again does no harm, so a lost reply is no error.
    const options = { idempotent: true, timeout: 2_000 } as const;
    this.#client = cluster.getRoutingClient(options);
    this.#ttl = ttl;
  }

  async load(id: string | undefined): Promise<Session> {
    const text = id === undefined
      ? null
      : await this.#client.getex(keyOf(id), { ex: this.#ttl });
    // An id that is not known is not taken over: its bearer may have made it up.
    return text === null
      ? new Session(undefined, {})
      : new Session(id, JSON.parse(text));
  }

  async save({ id, data, former }: Session): Promise<void> {
    if (former.length > 0) await this.#client.del(former.map(keyOf));
    if (id === undefined) return;
    await this.#client.set(keyOf(id), JSON.stringify(data), { ex: this.#ttl });
  }
}

/** What handlers find in their context. */
export interface SessionVariables {
  Variables: { session: Session };
}

/**
 * Gives each request its session. Where the host of a session is down, its
 * requests are answered with 503: a visitor who is logged in must not look like
 * one who is not. All others notice nothing.
 *
 * @param cluster Where the sessions are kept.
 * @param ttl Seconds that one is kept after its last request.
 */
export function sessions(
  cluster: Cluster,
  ttl = 3_600,
): MiddlewareHandler<SessionVariables> {
  const store = new SessionStore(cluster, ttl);
  return async (context, next) => {
    try {
      const session = await store.load(getCookie(context, COOKIE));
      const before = JSON.stringify(session.data);
      const idBefore = session.id;
      context.set("session", session);
      await next();
      const isChanged = JSON.stringify(session.data) !== before;
      const isEmpty = Object.keys(session.data).length === 0;
      if (session.id === undefined && !isEmpty) session.renew();
      if (isChanged || session.id !== idBefore) await store.save(session);
      tell(context, session.id, ttl);
      return undefined;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      return context.text("Come back in a moment", 503, { "retry-after": "1" });
    }
  };
}

function tell(context: Context, id: string | undefined, maxAge: number): void {
  if (id === undefined) {
    if (getCookie(context, COOKIE) !== undefined) deleteCookie(context, COOKIE);
    return;
  }
  const options = { httpOnly: true, secure: true, sameSite: "Lax" } as const;
  setCookie(context, COOKIE, id, { ...options, path: "/", maxAge });
}

function keyOf(id: string): string {
  return `session:${id}`;
}

/** A service that counts visits, and knows who has logged in. */
export function makeApp(cluster: Cluster): Hono<SessionVariables> {
  const app = new Hono<SessionVariables>();
  app.use(sessions(cluster));
  app.get("/", (context) => {
    const { data } = context.var.session;
    data.visits = String(Number(data.visits ?? 0) + 1);
    return context.text(`${data.name ?? "Somebody"}, visit ${data.visits}`);
  });
  app.post("/login/:name", (context) => {
    const { session } = context.var;
    session.renew();
    session.data.name = context.req.param("name");
    return context.text(`Hello ${session.data.name}`);
  });
  app.post("/logout", (context) => {
    context.var.session.end();
    return context.text("Goodbye");
  });
  return app;
}

if (import.meta.main) {
  await using cluster = await openCluster();
  const app = makeApp(cluster);
  const cookieOf = (response: Response) =>
    response.headers.get("set-cookie")?.split(";")[0] ?? "";
  const first = await app.request("/");
  console.log(await first.text());
  const login = await app.request("/login/Ann", {
    method: "POST",
    headers: { cookie: cookieOf(first) },
  });
  console.log(await login.text());
  const last = await app.request("/", { headers: { cookie: cookieOf(login) } });
  console.log(await last.text());
}
