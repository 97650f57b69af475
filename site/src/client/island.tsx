/** @file A figure of the built page comes to life. */

import { hydrate } from "preact";
import type { About, FigureModule } from "../figure/about.ts";
import { FigureView } from "../figure/figure.tsx";

const OWN_FIGURES = import.meta.glob<FigureModule>("../lessons/*/*.figure.tsx");

export async function mountFigure(place: HTMLElement): Promise<void> {
  const about = JSON.parse(place.querySelector(".about")!.textContent) as About;
  const island = place.querySelector(".island")!;
  const storedHtml = island.querySelector(".stored")!.innerHTML;
  const prefix = `${about.id.toLowerCase()}-`;
  const path = Object.keys(OWN_FIGURES).find((name) => name.split("/").at(-1)!.startsWith(prefix));
  const own = path ? await OWN_FIGURES[path]() : null;
  hydrate(<FigureView about={about} own={own} storedHtml={storedHtml} />, island);
}
