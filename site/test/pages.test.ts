/** @file What holds for every page: access, addresses, no network, no JavaScript, size, shifts. */

import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import {
  buildPages,
  chapterAddresses,
  findChromium,
  HOW_TO_GET_CHROMIUM,
  launch,
  openPage,
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
    buildPages();
    [browser, site] = await Promise.all([launch(), serveSite()]);
    const { page, close } = await openPage(browser, site, "");
    addresses = ["", ...(await chapterAddresses(page)), "experiments/"];
    await close();
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

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
    const { page, close } = await openPage(browser, site, "about:blank".slice(0, 0));
    const sizes: Record<string, number> = {};
    page.on("response", (response) => {
      void response.body().then((body) => (sizes[response.url()] = gzipSync(body).length));
    });
    await page.reload({ waitUntil: "networkidle" });
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0) / 1000;
    expect(total, JSON.stringify(sizes, null, 1)).toBeLessThan(FIRST_PAGE_KB);
    expect(total).toBeGreaterThan(10);
    await close();
  });

  test("the address holds every knob, there and back", async () => {
    const chapter = addresses.find((address) => address.startsWith("04-"))!;
    const start = `${chapter}?4A.f1=0.5&4A.seed=7#4A`;
    const { page, close } = await openPage(browser, site, start);
    await page.locator('[data-experiment="4A"][data-awake]').waitFor();
    const knob = (name: string) => page.locator(`[id="4A-${name}"]`);
    await page.waitForFunction(() => {
      return (document.getElementById("4A-seed") as HTMLInputElement).value === "7";
    });
    expect(await knob("f1").inputValue()).toBe("0.5");

    await knob("o2").fill("0.9");
    await knob("o2").press("Enter");
    await page.waitForFunction(() => location.search.includes("o2"));
    const address = new URL(page.url());
    expect(Object.fromEntries(address.searchParams)).toEqual({
      "4A.f1": "0.5",
      "4A.seed": "7",
      "4A.o2": "0.9",
    });
    expect(address.hash).toBe("#4A");

    await page.goto("about:blank");
    await page.goto(address.href);
    await page.locator('[data-experiment="4A"][data-awake]').waitFor();
    await page.waitForFunction(() => {
      return (document.getElementById("4A-o2") as HTMLInputElement).value === "0.9";
    });
    await close();
  });

  test("what the address cannot mean is said, and the defaults stand", async () => {
    const chapter = addresses.find((address) => address.startsWith("04-"))!;
    const { page, close } = await openPage(browser, site, `${chapter}?4A.f1=7#4A`);
    await page.locator('[data-experiment="4A"][data-awake]').waitFor();
    const problem = page.locator('[data-experiment="4A"] .problem');
    expect(await problem.textContent()).toMatch(/f1 must be a number from 0 to 1, got "7"/);
    expect(await page.locator('[id="4A-f1"]').inputValue()).toBe("0.1");
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

  test("after one visit everything works offline", async () => {
    const own = await serveSite();
    const { page, close } = await openPage(browser, own, "", { serviceWorkers: "allow" });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await own.close();

    for (const address of addresses) {
      await page.goto(own.url + address);
      expect(await page.locator("h1").count(), address).toBe(1);
    }
    const chapter = addresses.find((address) => address.startsWith("04-"))!;
    await page.goto(`${own.url}${chapter}?4A.seed=2#4A`);
    await page.locator('[data-experiment="4A"] [data-phase="done"]').waitFor();
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
