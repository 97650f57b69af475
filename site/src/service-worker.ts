/**
 * @file The course without a network, after one visit. `npm run site` fills in the two constants.
 *
 * Pages come from the network where there is one, so that they are never old; what else there is
 * carries a hash in its name and comes from the cache.
 */

const VERSION = "%VERSION%";
/** Every file of the site, as an address relative to this one: JSON. */
const FILES = "%FILES%";

/** What a service worker has beyond a page; TypeScript's library knows both, but not side by side. */
interface WorkerScope {
  addEventListener(
    type: "install" | "activate",
    listener: (event: { waitUntil(work: Promise<unknown>): void }) => void,
  ): void;
  addEventListener(
    type: "fetch",
    listener: (event: { request: Request; respondWith(response: Promise<Response>): void }) => void,
  ): void;
  clients: { claim(): Promise<void> };
  registration: { scope: string };
}

const scope = globalThis as unknown as WorkerScope;
const PREFIX = `unrolled ${scope.registration.scope} `;
const NAME = PREFIX + VERSION;

scope.addEventListener("install", (event) => {
  const addresses = JSON.parse(FILES) as string[];
  const requests = addresses.map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(requests)));
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(removeOld().then(() => scope.clients.claim()));
});

async function removeOld(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
  }
}

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope.registration.scope)) return;
  event.respondWith(request.mode === "navigate" ? freshPage(request) : fromCache(request));
});

async function freshPage(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

async function fromCache(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

export {};
