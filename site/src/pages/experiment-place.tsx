/** @file A figure as it stands in the built page: its stored result, and what the page knows of it. */

import { existsSync, readFileSync } from "node:fs";
import { renderToString } from "preact-render-to-string";
import type { Experiment } from "../experiments/experiment.ts";
import {
  decodeResult,
  runExperiment,
  settingsFor,
  type StoredResult,
} from "../experiments/index.ts";
import { aboutExperiment, type FigureModule } from "../figure/about.ts";
import { FigureView, STORED_WIDTH } from "../figure/figure.tsx";
import { Results } from "../figure/results.tsx";

const OWN_FIGURES = import.meta.glob<FigureModule>("../lessons/*/*.figure.tsx");

/** `3A` → the loader of `03-…/3a-….figure.tsx`, where there is one. */
export async function ownFigure(id: string): Promise<FigureModule | null> {
  const path = Object.keys(OWN_FIGURES).find((name) => {
    return name.split("/").at(-1)!.startsWith(`${id.toLowerCase()}-`);
  });
  return path ? OWN_FIGURES[path]() : null;
}

/** `folder` holds the stored results; one of an instant experiment is computed now. */
export async function storedResult(
  folder: string,
  experiment: Experiment,
): Promise<StoredResult | null> {
  if (experiment.isInstant) {
    const settings = settingsFor(experiment);
    return { id: experiment.id, settings, date: "", findings: await runExperiment(experiment) };
  }
  const file = `${folder}/${experiment.id}.json`;
  return existsSync(file) ? decodeResult(readFileSync(file, "utf8")) : null;
}

export async function experimentHtml(experiment: Experiment, stored: StoredResult | null) {
  const about = aboutExperiment(experiment);
  const own = await ownFigure(experiment.id);
  const storedHtml = renderToString(
    <>
      {stored?.date && (
        <p class="stored-note">
          Stored result: seed {stored.settings.seed}, {stored.date}.
        </p>
      )}
      <Results
        about={about}
        own={own}
        findings={stored?.findings ?? null}
        settings={stored?.settings ?? settingsFor(experiment)}
        setSetting={() => undefined}
        isSmall={false}
        width={STORED_WIDTH}
      />
    </>,
  );
  const { id, title } = about;
  return renderToString(
    <section class="experiment" id={id} data-experiment={id} aria-labelledby={`${id}-title`}>
      <header class="experiment-head">
        <a class="experiment-id" href={`#${id}`}>
          <span class="visually-hidden">Experiment </span>
          {id}
        </a>
        <h3 class="experiment-title" id={`${id}-title`}>
          {title}
        </h3>
      </header>
      <script
        type="application/json"
        class="about"
        dangerouslySetInnerHTML={{ __html: JSON.stringify(about).replaceAll("<", "\\u003c") }}
      />
      <div class="island">
        <FigureView about={about} own={own} storedHtml={storedHtml} />
      </div>
    </section>,
  );
}
