/**
 * @file The built site in a headless Chromium: under a sub-path, and with nothing but its own origin
 * to reach.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import sirv from "sirv";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PAGES = join(ROOT, "site", "dist", "pages");
const LOCK = join(ROOT, "node_modules", ".cache", "unrolled", "course-build.lock");
/** More than a build takes on a busy machine. */
const BUILD_SECONDS = 150;
/** Somebody's folder on somebody's host. */
const SUB_PATH = "/some/sub-path/";

/** A Chromium to test with, or null. */
export function findChromium(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const candidates = [
    process.env.UNROLLED_CHROMIUM ?? "",
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    chromium.executablePath(),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  return candidates.find((path) => path !== "" && existsSync(path)) ?? null;
}

export const HOW_TO_GET_CHROMIUM =
  "no Chromium was found: `apt-get install chromium`, `npx playwright-core install chromium`, or " +
  "name one in UNROLLED_CHROMIUM";

/** The figures that the lessons have, in their order. */
export function placedFigures(): string[] {
  const folder = join(ROOT, "site", "src", "lessons");
  return readdirSync(folder)
    .sort()
    .map((slug) => join(folder, slug, "lesson.md"))
    .filter((path) => existsSync(path))
    .flatMap((path) => [...readFileSync(path, "utf8").matchAll(/^\{\{experiment (\w+)\}\}/gm)])
    .map(([, id]) => id);
}

/**
 * Builds the pages if they are not current, so that the tests never meet old ones; one test file after
 * another, so that none has the pages taken away under its browser by the build of the next.
 */
export async function buildPages(): Promise<void> {
  mkdirSync(dirname(LOCK), { recursive: true });
  for (let waited = 0; !lock(); waited += 0.5) {
    if (waited > BUILD_SECONDS) rmSync(LOCK, { recursive: true }); // its owner was killed
    await setTimeout(500);
  }
  try {
    runBuild();
  } finally {
    rmSync(LOCK, { recursive: true });
  }
}

function lock(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    return false;
  }
}

function runBuild(): void {
  const build = pathToFileURL(join(ROOT, "scripts", "build.mjs")).href;
  const script = `const { build, COURSE_PARTS } = await import("${build}"); await build({ parts: COURSE_PARTS });`;
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { stdio: "pipe" });
}

export function launch(): Promise<Browser> {
  // As root Chromium starts only without its sandbox; it sees nothing but our own pages.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: findChromium()!, args });
}

export interface Site {
  /** With the sub-path. */
  url: string;
  close: () => Promise<void>;
}

/** With the two headers that allow threads, or as a host without them would. */
export async function serveSite({ isIsolated = true } = {}): Promise<Site> {
  const serve = sirv(PAGES, { dev: true });
  const server = createServer((request, response) => {
    if (isIsolated) {
      response.setHeader("cross-origin-opener-policy", "same-origin");
      response.setHeader("cross-origin-embedder-policy", "require-corp");
    }
    const notFound = () => void response.writeHead(404).end();
    if (!request.url?.startsWith(SUB_PATH)) {
      notFound();
      return;
    }
    request.url = request.url.slice(SUB_PATH.length - 1);
    serve(request, response, notFound);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${SUB_PATH}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export interface Watched {
  page: Page;
  /** What must not happen: errors on the console, requests to elsewhere. */
  complaints: string[];
  close: () => Promise<void>;
}

/** A page of its own, watched; every address outside of the site is refused and noted. */
export async function openPage(
  browser: Browser,
  site: Site,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ serviceWorkers: "block", ...options });
  const complaints: string[] = [];
  await context.route(
    (url) => !url.href.startsWith(site.url) && /^https?:/.test(url.protocol),
    (route) => {
      complaints.push(`request to ${route.request().url()}`);
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  await page.goto(site.url + address);
  return { page, complaints, close: () => context.close() };
}

/** Every page's address, as the site's own navigation has it. */
export async function chapterAddresses(page: Page): Promise<string[]> {
  const links = await page.locator(".chain a").evaluateAll((anchors) => {
    return anchors.map((anchor) => anchor.getAttribute("href")!);
  });
  return links.map((link) => link.replace(/^(\.\/|\.\.\/)*/, ""));
}
