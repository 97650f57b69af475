/**
 * @file The page's server: the page, its bundles, the packages' own files, and the way to the workers
 * and back. Its headers make the page cross-origin isolated, so that threads may share memory.
 */

import { build } from "esbuild";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { SOURCE_CONDITION } from "../../scripts/build.mjs";
import { PEERS_FOLDER } from "../peers/import-peer.mjs";

const PACKAGES = join(PEERS_FOLDER, "node_modules");

const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** A bundle of one of the files here, or why there is none. */
export async function bundle(name) {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, `${name}.mjs`)],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: [SOURCE_CONDITION],
    nodePaths: [PACKAGES],
    logLevel: "silent",
  });
  return outputFiles[0].contents;
}

/**
 * @param {Map<string, Uint8Array>} bundles by path
 * @returns {Promise<{ url: string, send: (message: object) => void, connected: Promise<void>,
 *   onAnswer: (listener: (answer: object) => void) => void,
 *   onFailure: (listener: (failure: object) => void) => void, close: () => void }>}
 */
export async function servePage(bundles) {
  let toPage = null;
  let onAnswer = () => {};
  let onFailure = () => {};
  let connect;
  const connected = new Promise((resolve) => (connect = resolve));

  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const reply = (body, type) => {
      response.writeHead(body === null ? 404 : 200, { ...ISOLATED, "Content-Type": type });
      if (body?.pipe) body.pipe(response);
      else response.end(body);
    };
    if (request.method === "POST") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const message = JSON.parse(Buffer.concat(chunks).toString());
      if (path === "/answers") onAnswer(message);
      else onFailure(message);
      return reply("", "text/plain");
    }
    if (path === "/requests") {
      response.writeHead(200, { ...ISOLATED, "Content-Type": "text/event-stream" });
      response.flushHeaders();
      toPage = response;
      return connect();
    }
    if (path === "/")
      return reply(readFileSync(join(import.meta.dirname, "page.html")), TYPES[".html"]);
    if (bundles.has(path)) return reply(bundles.get(path), TYPES[".js"]);
    return reply(packageFile(path), TYPES[extname(path)] ?? "application/octet-stream");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    connected,
    send: (message) => toPage.write(`data: ${JSON.stringify(message)}\n\n`),
    onAnswer: (listener) => (onAnswer = listener),
    onFailure: (listener) => (onFailure = listener),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A stream of a file out of the peers' packages; null where there is none. */
function packageFile(path) {
  if (!path.startsWith("/packages/")) return null;
  const file = join(PACKAGES, normalize(path.slice("/packages".length)));
  return existsSync(file) ? createReadStream(file) : null;
}
