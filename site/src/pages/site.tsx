/**
 * @file All pages of the site, rendered: at build time to files, and by `npm run dev` as they are
 * asked for.
 */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { EXPERIMENT_IDS, loadExperiment } from "../experiments/index.ts";
import { loadHighlight } from "../markdown/highlight.ts";
import { LessonError } from "../markdown/lesson-error.ts";
import { listingHtml, readListing } from "../markdown/listing.ts";
import { renderLesson, type Lesson } from "../markdown/lesson.ts";
import { AllExperiments } from "./all-experiments.tsx";
import { Chapter } from "./chapter.tsx";
import { CodePage } from "./code-page.tsx";
import { experimentHtml, storedResult } from "./experiment-place.tsx";
import { Landing } from "./landing.tsx";
import { Document, type Assets, type PageFrame } from "./layout.tsx";

const SIMPLE_LSTM = "examples/simple-lstm.ts";

export interface Place {
  /** The repository. */
  root: string;
  /** Assets as a page that lies `depth` folders down names them. */
  assets(depth: number): Assets;
}

/** Every page's address, from the site's root: `""`, `"01-introduction/"`, … */
export async function pageAddresses(place: Place): Promise<string[]> {
  const lessons = await allLessons(place);
  const code = exampleNames(place).map((name) => `code/${name}/`);
  return ["", ...lessons.map(({ slug }) => `${slug}/`), "experiments/", ...code];
}

/** The page's HTML, or null where there is none. */
export async function renderPage(address: string, place: Place): Promise<string | null> {
  const lessons = await allLessons(place);
  const chapters = lessons.map(({ slug, number, title }) => ({ slug, number, title }));
  const frame: PageFrame = {
    depth: address.split("/").length - 1,
    title: "Unrolled: a course on sequence models",
    description:
      "Recurrent networks, the vanishing gradient, LSTM and GRU: four chapters in which every figure is a live experiment.",
    chapters,
    current: address.replace("/", ""),
    hasMath: false,
  };

  if (address === "") {
    const listing = await codeHtml(SIMPLE_LSTM, place);
    const comparison = await figureHtml("4D", place);
    return document(frame, place, <Landing {...{ lessons, listing, comparison }} />);
  }
  if (address === "experiments/") {
    const experiments = await Promise.all(EXPERIMENT_IDS.map(loadExperiment));
    frame.title = "All experiments · Unrolled";
    return document(frame, place, <AllExperiments experiments={experiments} lessons={lessons} />);
  }
  const name = /^code\/([^/]+)\/$/.exec(address)?.[1];
  if (name) {
    if (!exampleNames(place).includes(name)) return null;
    frame.title = `${name}.ts · Unrolled`;
    const path = `examples/${name}.ts`;
    return document(frame, place, <CodePage path={path} html={await codeHtml(path, place)} />);
  }
  const lesson = lessons.find(({ slug }) => `${slug}/` === address);
  if (!lesson) return null;
  frame.title = `${lesson.title} · Unrolled`;
  frame.description = lesson.summary;
  frame.hasMath = lesson.html.includes('class="katex"');
  const html = await withFigures(lesson, place);
  return document(frame, place, <Chapter lesson={lesson} html={html} chapters={chapters} />);
}

function document(frame: PageFrame, place: Place, body: ComponentChildren): string {
  const page = (
    <Document frame={frame} assets={place.assets(frame.depth)}>
      {body}
    </Document>
  );
  return `<!doctype html>\n${renderToString(page)}\n`;
}

async function codeHtml(path: string, { root }: Place): Promise<string> {
  return listingHtml({ path, python: "" }, readListing(root, path)!, await loadHighlight());
}

async function figureHtml(id: string, { root }: Place): Promise<string> {
  const experiment = await loadExperiment(id);
  const stored = await storedResult(join(root, "site", "src", "results"), experiment);
  return experimentHtml(experiment, stored);
}

function exampleNames({ root }: Place): string[] {
  return readdirSync(join(root, "examples"))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length))
    .sort();
}

async function allLessons({ root }: Place): Promise<Lesson[]> {
  const highlight = await loadHighlight();
  const folder = join(root, "site", "src", "lessons");
  return readdirSync(folder)
    .sort()
    .map((slug) => join(folder, slug, "lesson.md"))
    .filter((path) => existsSync(path))
    .map((path) => renderLesson(path, root, highlight));
}

/** The lesson's HTML with a figure in each experiment's place. */
async function withFigures(lesson: Lesson, place: Place): Promise<string> {
  let html = lesson.html;
  for (const { id, line } of lesson.experiments) {
    if (!EXPERIMENT_IDS.includes(id)) {
      const file = `site/src/lessons/${lesson.slug}/lesson.md`;
      throw new LessonError(file, line, `there is no experiment "${id}": ${EXPERIMENT_IDS.join()}`);
    }
    const figure = await figureHtml(id, place);
    html = html.replace(`<!--experiment ${id}-->`, () => figure);
  }
  return html;
}
