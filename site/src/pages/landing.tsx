/** @file The first page. */

import type { Lesson } from "../markdown/lesson.ts";
import type { Place } from "./site.tsx";

export function Landing({ lessons }: { place: Place; lessons: readonly Lesson[] }) {
  return (
    <main id="main" class="lesson">
      <header class="lesson-head">
        <h1>Sequence models, unrolled</h1>
      </header>
      <ol>
        {lessons.map(({ slug, title, summary }) => (
          <li key={slug}>
            <a href={`${slug}/`}>{title}</a> {summary}
          </li>
        ))}
      </ol>
    </main>
  );
}
