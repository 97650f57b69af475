/** @file The word on the first page comes to life. */

import { hydrate } from "preact";
import { WordReader } from "../landing/word-reader.tsx";

export function mountHero(place: HTMLElement): void {
  const states = JSON.parse(place.dataset.states!) as number[][];
  hydrate(<WordReader states={states} />, place);
}
