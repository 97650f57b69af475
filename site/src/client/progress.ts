/** @file Marks what was read and run, where the page lists it. */

import { forget, keepRead, kept } from "./kept.ts";

export function startProgress(): void {
  show();
  addEventListener("kept", show);
  document.querySelector(".forget")?.addEventListener("click", forget);

  // Whoever comes to the end of a chapter has read it.
  const end = document.querySelector(".ways");
  const slug = document.body.dataset.page;
  if (!end || !slug) return;
  new IntersectionObserver((entries) => {
    if (entries.some(({ isIntersecting }) => isIntersecting)) keepRead(slug);
  }).observe(end);
}

function show(): void {
  const { read, run } = kept();
  for (const item of document.querySelectorAll<HTMLElement>("[data-chapter]")) {
    item.classList.toggle("is-read", read.includes(item.dataset.chapter!));
  }
  for (const item of document.querySelectorAll<HTMLElement>("[data-run]")) {
    item.classList.toggle("is-run", run.includes(item.dataset.run!));
  }
}
