/** @file What a page needs at once; figures are loaded when they come near the screen. */

import "../styles/main.css";
import { startCopying } from "./copying.ts";
import { startFigures } from "./figures.ts";
import { startListings } from "./listings.ts";
import { startProgress } from "./progress.ts";
import { startTabs } from "./tabs.ts";
import { startTheme } from "./theme.ts";

startTheme();
startTabs();
startCopying();
startListings();
startProgress();
startFigures();
const hero = document.querySelector<HTMLElement>(".word-reader");
if (hero) void import("./hero.tsx").then(({ mountHero }) => mountHero(hero));
if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // Registered from the site's root, so that it serves every page, whatever the sub-path.
  const root = document.body.dataset.root!;
  void navigator.serviceWorker.register(`${root}service-worker.js`).catch(() => undefined);
}
