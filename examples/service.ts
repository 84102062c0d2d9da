/**
 * A web service with a cache in front of a slow source.
 *
 *     GET    /products/7,8,9   products, one or several
 *     DELETE /products/7,8     forgets what is cached of them
 *     GET    /health           how each Redis server is
 *     GET    /metrics          what was counted, for Prometheus
 *
 * It runs on Deno Deploy as it is: set `REDIS_HOSTS` to the URLs of your servers
 * there (`rediss://` for TLS). Without that variable it starts its own.
 *
 * @module
 */

import { PartialError, TransportError } from "@rb/rb";
import { openCluster } from "./open_cluster.ts";
import { expose } from "./prometheus.ts";

interface Product {
  id: string;
  name: string;
  price: number;
}

/** Seconds after which a product is read from the source again. */
const TIME_TO_LIVE = 60;

// What the cache does not say within half a second, the source says.
const cluster = await openCluster({ timeout: 500 });
const cache = cluster.getRoutingClient();

cluster.addEventListener("down", ({ detail }) => {
  console.log(`Host ${detail.hostId} is down; the source has its products`);
});

/**
 * Reads products from the cache, and what it does not have from the source.
 *
 * @returns The products in the order of the ids, and how many were cached.
 */
async function getProducts(ids: string[]): Promise<[Product[], number]> {
  // With `settled`, a host that is down costs its own keys and no others.
  const outcomes = await cache.sendCommand("MGET", ids.map(keyOf), {
    settled: true,
  });
  const products = new Map<string, Product>();
  outcomes.forEach((outcome, index) => {
    if (outcome.status === "rejected" || outcome.value === null) return;
    products.set(ids[index], JSON.parse(String(outcome.value)));
  });
  const hits = products.size;
  const missing = ids.filter((id) => !products.has(id));
  for (const product of await readSource(missing)) {
    products.set(product.id, product);
  }
  await keep(missing.map((id) => products.get(id)!));
  return [ids.map((id) => products.get(id)!), hits];
}

/** Writes products to the cache. Without it the service is slow, and right. */
async function keep(products: Product[]): Promise<void> {
  try {
    await cluster.map((client) =>
      products.map((product) =>
        client.set(keyOf(product.id), JSON.stringify(product), {
          ex: TIME_TO_LIVE,
        })
      )
    );
  } catch (error) {
    console.log(`Not everything was cached: ${messageOf(error)}`);
  }
}

async function show(ids: string[]): Promise<Response> {
  const [products, hits] = await getProducts(ids);
  return Response.json(products, {
    headers: { "x-cached": `${hits} of ${ids.length}` },
  });
}

/**
 * Forgets products. To read, the cache is not needed; here it is, since what
 * stays in it is wrong. So whoever asked is told, and may ask again.
 */
async function forget(ids: string[]): Promise<Response> {
  try {
    // To delete twice does no harm: a lost reply is a reason to try again.
    await cache.sendCommand("DEL", ids.map(keyOf), { idempotent: true });
    return new Response(null, { status: 204 });
  } catch (error) {
    if (!(error instanceof TransportError || error instanceof PartialError)) {
      throw error;
    }
    return Response.json({ error: error.message }, { status: 503 });
  }
}

/** How long each server takes to answer; one that does not is no reason to fail. */
async function health(): Promise<Response> {
  const pings = await cluster.ping({ settled: true });
  const hosts = [...pings].map(([hostId, ping]) =>
    ping.status === "fulfilled"
      ? { hostId, milliseconds: ping.value }
      : { hostId, error: messageOf(ping.reason) }
  );
  const isWell = hosts.every((host) => !("error" in host));
  return Response.json({ hosts }, { status: isWell ? 200 : 503 });
}

/** The slow source: a database, say. */
async function readSource(ids: string[]): Promise<Product[]> {
  if (ids.length === 0) return [];
  await new Promise((resolve) => setTimeout(resolve, 200));
  return ids.map((id) => ({ id, name: `Product ${id}`, price: 12 }));
}

async function answer({ method, url }: Request): Promise<Response> {
  const { pathname } = new URL(url);
  if (pathname === "/health") return await health();
  if (pathname === "/metrics") {
    return new Response(expose(cluster), {
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    });
  }
  const ids = /^\/products\/([\w,-]+)$/.exec(pathname)?.[1].split(",");
  if (ids === undefined) return new Response("Not found", { status: 404 });
  if (method === "GET") return await show(ids);
  if (method === "DELETE") return await forget(ids);
  return new Response("Not allowed", { status: 405 });
}

/** Answers, and prints what was asked, what it came to and how long it took. */
async function logged(request: Request): Promise<Response> {
  const start = performance.now();
  const response = await answer(request);
  const { pathname } = new URL(request.url);
  const cached = response.headers.get("x-cached");
  const notes = cached === null ? "" : `, ${cached} from the cache`;
  const time = `${(performance.now() - start).toFixed(1)} ms`;
  console.log(
    `${request.method} ${pathname}: ${response.status}, ${time}${notes}`,
  );
  return response;
}

function keyOf(id: string): string {
  return `product:${id}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const server = Deno.serve({
  hostname: Deno.env.get("HOST") ?? "127.0.0.1",
  port: Number(Deno.env.get("PORT") ?? 8000),
  handler: logged,
  onListen: ({ hostname, port }) => {
    const hosts = [...cluster.hosts.values()].map(({ address }) => address);
    console.log(`Caches on ${hosts.join(", ")}`);
    console.log(`Listens on http://${hostname}:${port}/products/1,2,3`);
  },
});

let stopping: Promise<void> | undefined;

/** Answers what is under way, then closes the connections to Redis. */
async function stop(): Promise<void> {
  await server.shutdown();
  await cluster.close();
  console.log("Stopped");
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stopping ??= stop());
}
