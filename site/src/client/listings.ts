/** @file The Run button of a listing: the file runs in a worker, its lines appear below. */

import type { ListingMessage } from "../listing-worker.ts";

export function startListings(): void {
  for (const listing of document.querySelectorAll<HTMLElement>(".listing")) {
    const button = listing.querySelector<HTMLButtonElement>(".run-listing");
    if (!button) continue;
    button.hidden = false;
    let worker: Worker | null = null;
    const end = () => {
      worker?.terminate();
      worker = null;
      button.textContent = "Run it here";
    };
    button.addEventListener("click", () => {
      if (worker) {
        end();
        return;
      }
      worker = run(listing, end);
      button.textContent = "Stop";
    });
  }
}

function run(listing: HTMLElement, end: () => void): Worker {
  const output = listing.querySelector<HTMLElement>(".listing-output")!;
  output.hidden = false;
  output.textContent = "";
  const worker = new Worker(new URL("../listing-worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<ListingMessage>) => {
    if (data.type !== "done") output.textContent += `${data.text}\n`;
    if (data.type !== "line") end();
  });
  worker.addEventListener("error", ({ message }) => {
    output.textContent += `${message || "The code could not be loaded."}\n`;
    end();
  });
  worker.postMessage(listing.dataset.listing);
  return worker;
}
