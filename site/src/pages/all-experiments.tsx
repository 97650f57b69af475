/** @file Every experiment on one page, with its question and the way to it. */

import type { Experiment } from "../experiments/experiment.ts";
import type { Lesson } from "../markdown/lesson.ts";

export function AllExperiments({
  experiments,
  lessons,
}: {
  experiments: readonly Experiment[];
  lessons: readonly Lesson[];
}) {
  const lessonOf = (id: string) => lessons.find(({ number }) => String(number) === id[0]);
  return (
    <main id="main" class="lesson">
      <header class="lesson-head">
        <p class="overline">Index</p>
        <h1>All experiments</h1>
        <p class="lead">
          Each asks for a guess, computes the answer in front of you, and says beforehand what
          should come out. Each runs in a terminal too: <code>npx unrolled course run 3A</code>.
        </p>
      </header>
      {lessons.map((lesson) => (
        <section key={lesson.slug}>
          <h2>
            {lesson.number}. {lesson.title}
          </h2>
          <ul class="experiment-list">
            {experiments
              .filter(({ id }) => lessonOf(id) === lesson)
              .map(({ id, title, prediction }) => (
                <li key={id} data-run={id}>
                  <a href={`../${lesson.slug}/#${id}`}>
                    <span class="experiment-id">{id}</span> {title}
                  </a>
                  <p>{prediction.question}</p>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </main>
  );
}
