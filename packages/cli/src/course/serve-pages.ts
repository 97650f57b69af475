/** @file Serves the course's pages from this machine: no network is needed. */

import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import sirv from "sirv";
import { FailureError } from "../errors.ts";

/** Where the built pages lie: beside the experiments of `unrolled-course`. */
export function pagesFolder(): string {
  const experiments = createRequire(import.meta.url).resolve("unrolled-course/experiments");
  return join(dirname(dirname(experiments)), "pages");
}

export async function servePages(
  folder: string,
  { host, port }: { host: string; port?: number },
): Promise<{ server: Server; url: string }> {
  if (!existsSync(join(folder, "index.html"))) {
    throw new FailureError(
      `The course's pages are not built yet (looked in ${folder}). Build them with: npm run site`,
    );
  }
  const serve = sirv(folder, {
    setHeaders(response) {
      // Only an isolated page may share memory among threads.
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
      response.setHeader("cache-control", "no-cache");
    },
  });
  const server = createServer((request, response) => {
    serve(request, response, () => {
      response.statusCode = 404;
      response.setHeader("content-type", "text/plain; charset=utf-8");
      response.end("There is no such page. The course begins at /\n");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? inUse(port) : refused(error, host));
    });
    server.listen(port ?? 0, host, resolve);
  });
  const address = server.address();
  const actual = typeof address === "object" && address ? address.port : port;
  // Browsers trust "localhost", and only there threads may be used without a certificate.
  const name = host === "127.0.0.1" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return { server, url: `http://${name}:${actual}/` };
}

function inUse(port: number | undefined): FailureError {
  return new FailureError(`Port ${port} is in use. Leave out --port, and a free one is found.`);
}

function refused(error: Error, host: string): FailureError {
  return new FailureError(`Cannot listen on ${host}: ${error.message}.`);
}
