/**
 * @file The course as static files, for any host and any sub-path: `npm run site` writes them to
 * site/dist/pages; `npm run dev` serves them live, from source.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { fail, ROOT, say, seconds, setUp } from "./setup.mjs";

const SITE = join(ROOT, "site");
const PAGES = join(SITE, "dist", "pages");
const RENDERER = "/src/pages/site.tsx";
const FONTS = ["literata-latin-wght-normal", "instrument-sans-latin-wght-normal"];

/** Writes the whole site; throws where a lesson is wrong, with its file and line. */
export async function buildSite() {
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

  const server = await vite.createServer(middleware());
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
}

function middleware(options = {}) {
  return {
    configFile: join(SITE, "vite.config.ts"),
    ...options,
    server: { middlewareMode: true, ...options.server },
  };
}

/** Pages are rendered when they are asked for, and loaded anew when a lesson changes. */
async function serveFromSource(port) {
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setUp();
  const started = Date.now();
  const { build, SOURCE_PARTS } = await import("./build.mjs");
  await build({ parts: SOURCE_PARTS });
  if (process.argv.includes("--dev")) {
    await serveFromSource(Number(process.env.PORT ?? 5173));
  } else {
    try {
      await buildSite();
    } catch (error) {
      if (error.name === "LessonError") fail(error.message);
      throw error;
    }
    say(`the course is in ${relative(process.cwd(), PAGES)} (${seconds(started)})`);
  }
}
