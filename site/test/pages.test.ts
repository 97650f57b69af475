/** @file What holds for every page: access, addresses, no network, no JavaScript, size, shifts. */

import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { EXPERIMENT_IDS } from "../src/experiments/index.ts";
import {
  buildPages,
  chapterAddresses,
  findChromium,
  HOW_TO_GET_CHROMIUM,
  launch,
  openPage,
  placedFigures,
  serveSite,
  type Site,
} from "./browser.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const PHONE = { viewport: { width: 360, height: 640 } };
const FIRST_PAGE_KB = 150;

const hasChromium = findChromium() !== null;
if (!hasChromium) console.log(`The pages are not tested in a browser: ${HOW_TO_GET_CHROMIUM}.`);

describe.runIf(hasChromium)("the built site, in a browser", { timeout: 120_000 }, () => {
  let browser: Browser;
  let site: Site;
  /** The first page, the chapters, the list of experiments. */
  let addresses: string[];
  beforeAll(async () => {
    await buildPages();
    [browser, site] = await Promise.all([launch(), serveSite()]);
    const { page, close } = await openPage(browser, site, "");
    addresses = ["", ...(await chapterAddresses(page)), "experiments/"];
    await close();
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  const first = () => addresses.find((address) => address.startsWith("01-"))!;

  test.for(["light", "dark"] as const)("axe finds nothing serious, in %s", async (colorScheme) => {
    for (const address of addresses) {
      const { page, complaints, close } = await openPage(browser, site, address, { colorScheme });
      await showEverything(page);
      await page.addScriptTag({ path: AXE });
      expect(await page.evaluate(findBarriers), address).toEqual([]);
      expect(complaints, address).toEqual([]);
      await close();
    }
  });

  test("on a phone nothing is wider than the screen, and nothing jumps", async () => {
    for (const address of addresses) {
      const { page, close } = await openPage(browser, site, address, PHONE);
      await page.evaluate(watchShifts);
      await showEverything(page);
      const { wide, shift } = await page.evaluate(measurePage);
      expect(wide, address).toEqual([]);
      expect(shift, address).toBeLessThan(0.05);
      await close();
    }
  });

  test("the first page is light: no experiment's code comes along", async () => {
    const { page, close } = await openPage(browser, site, "");
    await page.waitForLoadState("networkidle");
    const loaded = await page.evaluate(() => {
      const resources = performance.getEntriesByType("resource").map(({ name }) => name);
      return [location.href, ...resources.filter((name) => name.startsWith("http"))];
    });
    const sizes: Record<string, number> = {};
    for (const url of new Set(loaded)) {
      const body = await (await fetch(url)).arrayBuffer();
      sizes[url] = gzipSync(body).length;
    }
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0) / 1000;
    expect(total, JSON.stringify(sizes, null, 1)).toBeLessThan(FIRST_PAGE_KB);
    expect(total).toBeGreaterThan(10);
    await close();
  });

  test("the address holds every knob, there and back", async () => {
    const { page, close } = await openPage(browser, site, `${first()}?1C.T=50&1C.seed=7#1C`);
    const knob = (name: string) => page.locator(`[id="1C-${name}"]`);
    await hasValue(page, "1C-seed", "7");
    expect(await knob("T").inputValue()).toBe("50");

    await knob("T").fill("60");
    await knob("T").press("Enter");
    await page.waitForFunction(() => location.search.includes("60"));
    const address = new URL(page.url());
    expect(Object.fromEntries(address.searchParams)).toEqual({ "1C.T": "60", "1C.seed": "7" });
    expect(address.hash).toBe("#1C");

    await page.goto("about:blank");
    await page.goto(address.href);
    await hasValue(page, "1C-T", "60");
    expect(await knob("seed").inputValue()).toBe("7");
    await close();
  });

  test("what the address cannot mean is said, and the defaults stand", async () => {
    const { page, close } = await openPage(browser, site, `${first()}?1C.T=900#1C`);
    await page.locator('[data-experiment="1C"][data-awake]').waitFor();
    const problem = page.locator('[data-experiment="1C"] .problem');
    expect(await problem.textContent()).toMatch(/T must be a number from 1 to 200, got "900"/);
    expect(await page.locator('[id="1C-T"]').inputValue()).toBe("100");
    await close();
  });

  test("without JavaScript the text and the stored results stand", async () => {
    for (const address of addresses.slice(1, -1)) {
      const options = { javaScriptEnabled: false };
      const { page, close } = await openPage(browser, site, address, options);
      const text = await page.locator(".prose").innerText();
      expect(text.length, address).toBeGreaterThan(3000);
      for (const figure of await page.locator("[data-experiment]").all()) {
        const id = await figure.getAttribute("data-experiment");
        expect(await figure.locator(".claim").first().isVisible(), `${id}: claims`).toBe(true);
        expect(await figure.getByRole("button").count(), `${id}: buttons`).toBe(0);
      }
      await close();
    }
  });

  test("every experiment has its place in a chapter", () => {
    expect(placedFigures().sort()).toEqual(EXPERIMENT_IDS);
  });

  test("after one visit everything works offline", async () => {
    const own = await serveSite();
    const { page, close } = await openPage(browser, own, "", { serviceWorkers: "allow" });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await own.close();

    for (const address of addresses) {
      await page.goto(own.url + address);
      expect(await page.locator("h1").count(), address).toBe(1);
    }
    await page.goto(`${own.url}${first()}?1C.seed=2#1C`);
    await page.locator('[data-experiment="1C"] [data-phase="done"]').waitFor();
    await close();
  });

  test("where less motion is asked for, nothing moves", async () => {
    const options = { reducedMotion: "reduce" as const };
    const { page, close } = await openPage(browser, site, "", options);
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    const behaviour = () => getComputedStyle(document.documentElement).scrollBehavior;
    expect(await page.evaluate(behaviour)).toBe("auto");
    await close();
  });

  test("light or dark is the reader's choice, and kept", async () => {
    const { page, close } = await openPage(browser, site, "", { colorScheme: "light" });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.locator(".theme-toggle").click();
    const dark = await paper();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await paper()).toBe(dark);
    await close();
  });
});

/** Waits until the figure is awake and its control shows the value. */
async function hasValue(page: Page, id: string, value: string): Promise<void> {
  await page.waitForFunction(
    ([name, wanted]) => (document.getElementById(name) as HTMLInputElement).value === wanted,
    [id, value] as const,
  );
}

/** Scrolls through the page, so that all its figures wake. */
async function showEverything(page: Page): Promise<void> {
  await page.waitForFunction(() => document.readyState === "complete");
  for (const figure of await page.locator("[data-experiment]").all()) {
    await figure.scrollIntoViewIfNeeded();
    const id = await figure.getAttribute("data-experiment");
    await page.locator(`[data-experiment="${id}"][data-awake]`).waitFor();
  }
}

interface AxeResults {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
}

async function findBarriers(): Promise<string[]> {
  const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
  const { violations } = await axe.run();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => {
      return nodes.slice(0, 4).map((node) => `${id}: ${node.html} ${node.failureSummary}`);
    });
}

function watchShifts(): void {
  const state = window as unknown as { shift: number };
  state.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    })[]) {
      if (!entry.hadRecentInput) state.shift += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}

function measurePage(): { wide: string[]; shift: number } {
  const { clientWidth, scrollWidth } = document.documentElement;
  const wide =
    scrollWidth <= clientWidth
      ? []
      : [...document.querySelectorAll("main *")]
          .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
          .slice(0, 5)
          .map((element) => `${element.tagName}.${element.className}`);
  return { wide, shift: (window as unknown as { shift: number }).shift };
}
