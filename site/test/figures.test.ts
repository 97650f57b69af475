/**
 * @file Every figure, run in a browser from the keyboard, to its expected observation.
 *
 * `npm run test:site -- 3A` runs one.
 */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser, Locator, Page } from "playwright-core";
import { loadExperiment } from "../src/experiments/index.ts";
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
  type Watched,
} from "./browser.ts";

const ids = process.env.UNROLLED_FIGURES?.split(",") ?? placedFigures();
/** The slowest takes a minute on one core of a laptop. */
const PATIENCE = 180_000;

const hasChromium = findChromium() !== null;
if (!hasChromium) console.log(`The figures are not tested in a browser: ${HOW_TO_GET_CHROMIUM}.`);

describe.runIf(hasChromium)("in a page of its own, with threads and without", () => {
  let browser: Browser;
  let isolated: Site;
  let plain: Site;
  let addresses: string[];
  beforeAll(async () => {
    await buildPages();
    [browser, isolated, plain] = await Promise.all([
      launch(),
      serveSite(),
      serveSite({ isIsolated: false }),
    ]);
    const { page, close } = await openPage(browser, isolated, "");
    addresses = await chapterAddresses(page);
    await close();
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    await Promise.all([isolated.close(), plain.close()]);
  });

  const pageOf = (id: string) => {
    const address = addresses.find((name) => name.startsWith(`0${id[0]}-`));
    if (!address) throw new Error(`There is no chapter for ${id}.`);
    return address;
  };

  test.for(ids)(
    "%s comes out as expected, from the keyboard",
    { timeout: PATIENCE },
    async (id) => {
      const watched = await openPage(browser, isolated, `${pageOf(id)}#${id}`);
      try {
        expect(await watched.page.evaluate(() => crossOriginIsolated)).toBe(true);
        const figure = await figureOf(watched, id);
        await predictAndRun(watched.page, figure);
        await finished(figure);
        const claims = figure.locator(".claim");
        expect(await claims.count(), "claims").toBeGreaterThan(0);
        expect(await figure.locator(".claim.fails").allTextContents()).toEqual([]);
        expect(watched.complaints).toEqual([]);
      } finally {
        await watched.close();
      }
    },
  );

  test.for(ids)("%s starts where no threads may be used", { timeout: PATIENCE }, async (id) => {
    const { small } = await loadExperiment(id);
    const search = new URLSearchParams(
      Object.entries(small ?? {}).map(([name, value]) => [`${id}.${name}`, String(value)]),
    );
    const watched = await openPage(browser, plain, `${pageOf(id)}?${search}#${id}`);
    try {
      expect(await watched.page.evaluate(() => crossOriginIsolated)).toBe(false);
      const figure = await figureOf(watched, id);
      await predictAndRun(watched.page, figure);
      await figure.locator('.stage[data-live="true"]').waitFor({ timeout: 60_000 });
      expect(await figure.locator(".failure").count()).toBe(0);
      expect(watched.complaints).toEqual([]);
    } finally {
      await watched.close();
    }
  });
});

async function figureOf({ page }: Watched, id: string): Promise<Locator> {
  const figure = page.locator(`[data-experiment="${id}"]`);
  await figure.scrollIntoViewIfNeeded();
  await page.locator(`[data-experiment="${id}"][data-awake]`).waitFor();
  return figure;
}

/** Tab, Enter, Tab …, Enter: what somebody without a mouse does. */
async function predictAndRun(page: Page, figure: Locator): Promise<void> {
  await figure.locator(".experiment-id").focus();
  await page.keyboard.press("Tab");
  expect(await focusIsOn(page, ".answer")).toBe(true);
  await page.keyboard.press("Enter");
  expect(await figure.locator(".feedback").textContent()).not.toBe("");
  for (let presses = 0; !(await focusIsOn(page, ".primary")); presses++) {
    expect(presses, "presses of Tab until Run").toBeLessThan(120);
    await page.keyboard.press("Tab");
  }
  const phase = await figure.locator(".figure-body").getAttribute("data-phase");
  if (phase === "idle") await page.keyboard.press("Enter");
}

function focusIsOn(page: Page, selector: string): Promise<boolean> {
  return page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
}

async function finished(figure: Locator): Promise<void> {
  await figure
    .locator('.figure-body:is([data-phase="done"], [data-phase="failed"])')
    .waitFor({ timeout: PATIENCE });
  expect(await figure.locator(".failure").allTextContents()).toEqual([]);
}
