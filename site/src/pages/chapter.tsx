/** @file A chapter: its text and figures, a table of contents, and the ways on. */

import type { Lesson } from "../markdown/lesson.ts";
import type { ChapterLink } from "./layout.tsx";

export function Chapter({
  lesson,
  html,
  chapters,
}: {
  lesson: Lesson;
  /** The lesson's, with its figures. */
  html: string;
  chapters: readonly ChapterLink[];
}) {
  const at = chapters.findIndex(({ slug }) => slug === lesson.slug);
  return (
    <div class="chapter">
      <Contents lesson={lesson} />
      <main id="main" class="lesson">
        <header class="lesson-head">
          <p class="overline">Chapter {lesson.number}</p>
          <h1>{lesson.title}</h1>
          <p class="lead">{lesson.summary}</p>
        </header>
        <div class="prose" dangerouslySetInnerHTML={{ __html: html }} />
        <nav class="ways" aria-label="Other chapters">
          {chapters[at - 1] ? (
            <a href={`../${chapters[at - 1].slug}/`} rel="prev">
              <span class="overline">Before</span> {chapters[at - 1].title}
            </a>
          ) : (
            <a href="../">
              <span class="overline">Before</span> The course
            </a>
          )}
          {chapters[at + 1] ? (
            <a href={`../${chapters[at + 1].slug}/`} rel="next">
              <span class="overline">Next</span> {chapters[at + 1].title}
            </a>
          ) : (
            <a href="../experiments/" rel="next">
              <span class="overline">Next</span> All experiments
            </a>
          )}
        </nav>
      </main>
    </div>
  );
}

function Contents({ lesson }: { lesson: Lesson }) {
  const sections = lesson.headings.filter(({ level }) => level === 2);
  return (
    <nav class="contents" aria-label="On this page">
      <details>
        <summary>On this page</summary>
        <ol>
          {sections.map(({ id, text }) => (
            <li key={id}>
              <a href={`#${id}`}>{text}</a>
            </li>
          ))}
        </ol>
        {lesson.experiments.length > 0 && (
          <ul class="contents-experiments" aria-label="Experiments">
            {lesson.experiments.map(({ id }) => (
              <li key={id} data-run={id}>
                <a href={`#${id}`}>{id}</a>
              </li>
            ))}
          </ul>
        )}
      </details>
    </nav>
  );
}
