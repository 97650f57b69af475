/**
 * @file The pages of the course: written to site/dist/pages, or served live from source.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { dirname, join, relative } from "node:path";
import { filesIn } from "./build.mjs";
import { ROOT, say } from "./setup.mjs";

const SITE = join(ROOT, "site");
export const PAGES = join(SITE, "dist", "pages");
const RENDERER = "/src/pages/site.tsx";
const FONTS = ["literata-latin-wght-normal", "instrument-sans-latin-wght-normal"];

/** Writes the whole site and gives its files; throws where a lesson is wrong, with file and line. */
export async function buildSite() {
  // Vite would take over the NODE_ENV of tests that build, and leave out what only a build has.
  process.env.NODE_ENV = "production";
  const vite = await import("vite");
  await vite.build({ configFile: join(SITE, "vite.config.ts") });

  const manifestFile = join(PAGES, ".vite", "manifest.json");
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
  rmSync(dirname(manifestFile), { recursive: true });
  const main = manifest["src/client/main.ts"];
  const math = manifest["src/client/math.ts"];
  const files = Object.values(manifest).map(({ file }) => file);
  const fonts = FONTS.map((name) => files.find((file) => file.includes(name))).filter(Boolean);
  const place = {
    root: ROOT,
    assets(depth) {
      const up = depth === 0 ? "./" : "../".repeat(depth);
      const at = (file) => up + file;
      return {
        script: at(main.file),
        styles: (main.css ?? []).map(at),
        mathStyles: (math.css ?? []).map(at),
        fonts: fonts.map(at),
      };
    },
  };

  const server = await vite.createServer(middleware({ server: { hmr: false, ws: false } }));
  try {
    const { pageAddresses, renderPage } = await server.ssrLoadModule(RENDERER);
    for (const address of await pageAddresses(place)) {
      const file = join(PAGES, address, "index.html");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, await renderPage(address, place));
    }
  } finally {
    await server.close();
  }
  await writeServiceWorker(vite);
  return filesIn(PAGES);
}

/** The pages work without a network once they were visited: the worker knows all files by name. */
async function writeServiceWorker({ transformWithOxc }) {
  const files = filesIn(PAGES).filter((path) => !path.includes("KaTeX") || isCommonFont(path));
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  const addresses = files.map((path) => {
    return relative(PAGES, path)
      .replaceAll("\\", "/")
      .replace(/(^|\/)index\.html$/, "$1");
  });
  const source = join(SITE, "src", "service-worker.ts");
  const { code } = await transformWithOxc(readFileSync(source, "utf8"), source);
  // A classic script, which every browser takes.
  const script = code
    .replace(/^export \{\};?$/m, "")
    .replace('"%VERSION%"', JSON.stringify(hash.digest("hex").slice(0, 12)))
    .replace('"%FILES%"', JSON.stringify(JSON.stringify(addresses.map((name) => `./${name}`))));
  writeFileSync(join(PAGES, "service-worker.js"), script);
}

/** KaTeX has fonts for letters that no lesson uses; a lesson that does fetches them when online. */
function isCommonFont(path) {
  return /KaTeX_(Main|Math|Size\d|AMS|Caligraphic)-(Regular|Italic|Bold)-/.test(path);
}

function middleware(options = {}) {
  return {
    configFile: join(SITE, "vite.config.ts"),
    ...options,
    server: { middlewareMode: true, ...options.server },
  };
}

/** Pages are rendered when they are asked for, and loaded anew when a lesson changes. */
export async function serveFromSource(port) {
  const vite = await import("vite");
  const http = createHttpServer();
  const server = await vite.createServer(
    middleware({ base: "/", server: { hmr: { server: http }, fs: { allow: [ROOT] } } }),
  );
  const place = {
    root: ROOT,
    assets: () => ({
      script: "/src/client/main.ts",
      styles: ["/src/styles/main.css"],
      mathStyles: ["/src/styles/math.css"],
      fonts: [],
    }),
  };
  server.watcher.add(join(ROOT, "examples"));
  server.watcher.on("change", (path) => {
    if (/\.(md|tsx?)$/.test(path)) server.ws.send({ type: "full-reload" });
  });

  server.middlewares.use(async (request, response) => {
    const address = new URL(request.url, "http://localhost").pathname.slice(1);
    response.setHeader("content-type", "text/html; charset=utf-8");
    try {
      const { renderPage } = await server.ssrLoadModule(RENDERER);
      const html = await renderPage(address, place);
      if (html === null) response.statusCode = 404;
      response.end(html ? await server.transformIndexHtml(`/${address}`, html) : "Not found");
    } catch (error) {
      server.ssrFixStacktrace(error);
      console.error(error);
      response.statusCode = 500;
      const text = String(error.stack ?? error).replaceAll("<", "&lt;");
      response.end(`<pre>${text}</pre><script type="module" src="/@vite/client"></script>`);
    }
  });

  http.on("request", (request, response) => {
    // As `unrolled course` does: only isolated pages may compute on several threads.
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    server.middlewares(request, response);
  });
  http.listen(port, "localhost", () => say(`http://localhost:${http.address().port}/`));
}
