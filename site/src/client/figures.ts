/** @file Wakes a figure when it comes near the screen. */

const NEAR = "800px";

export function startFigures(): void {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        void wake(target as HTMLElement);
      }
    },
    { rootMargin: NEAR },
  );
  for (const place of document.querySelectorAll("[data-experiment]")) observer.observe(place);
}

async function wake(place: HTMLElement): Promise<void> {
  const { mountFigure } = await import("./island.tsx");
  await mountFigure(place);
  place.dataset.awake = "true";
}
