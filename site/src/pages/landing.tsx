/** @file The first page: what the course promises, and the first things to touch. */

import { unrolledStates } from "../landing/unrolled-states.ts";
import { FIRST_WORD, WordReader } from "../landing/word-reader.tsx";
import type { Lesson } from "../markdown/lesson.ts";
import { Applications } from "./landing-applications.tsx";

export function Landing({
  lessons,
  comparison,
  listing,
}: {
  lessons: readonly Lesson[];
  /** Experiment 4D, as it stands in a chapter. */
  comparison: string;
  /** examples/simple-lstm.ts */
  listing: string;
}) {
  const states = unrolledStates(FIRST_WORD, "RNN");
  return (
    <main id="main" class="landing">
      <header class="hero">
        <p class="overline">A course in four chapters</p>
        <h1>Sequence models, unrolled</h1>
        <p class="lead">
          Recurrent networks, the gradient that vanishes in them, and the gates that keep it alive.
          Every figure is an experiment: it asks what you expect, computes the answer in front of
          you, and tells you when a claim fails.
        </p>
        <div class="word-reader" data-states={JSON.stringify(states)}>
          <WordReader states={states} />
        </div>
        <p class="hero-note">
          An untrained recurrent layer of eight units reads a word, one letter at a time. Each
          column is its hidden state after that letter: the only thing it carries on.
        </p>
        <p class="hero-ways">
          <a class="button" href={`./${lessons[0].slug}/`}>
            Begin with chapter 1
          </a>
          <a href="./experiments/">All experiments</a>
        </p>
      </header>

      <section aria-labelledby="path">
        <h2 id="path">The path</h2>
        <ol class="path">
          {lessons.map((lesson) => (
            <li key={lesson.slug} data-chapter={lesson.slug}>
              <span class="node" aria-hidden="true">
                {lesson.number}
              </span>
              <div>
                <h3>
                  <a href={`./${lesson.slug}/`}>{lesson.title}</a>
                </h3>
                <p>{lesson.summary}</p>
                <ul class="contents-experiments" aria-label={`Experiments of ${lesson.title}`}>
                  {lesson.experiments.map(({ id }) => (
                    <li key={id} data-run={id}>
                      <a href={`./${lesson.slug}/#${id}`}>{id}</a>
                    </li>
                  ))}
                </ul>
              </div>
            </li>
          ))}
        </ol>
        <p class="measure">
          At the end you can build, train and diagnose a recurrent network: choose a cell and say
          why, read a gradient norm step by step, and know which remedy answers which failure. You
          need matrices, the chain rule, and to have heard of gradient descent. Recurrence is what
          the course is about.
        </p>
      </section>

      <section aria-labelledby="concepts">
        <h2 id="concepts">Two ways to read a sentence</h2>
        <div class="two">
          <article>
            <h3 class="feedforward">Feedforward network</h3>
            <Window />
            <ul>
              <li>Takes a fixed number of words, all at once.</li>
              <li>Has a weight of its own for each position.</li>
              <li>Cannot see what lies outside its window.</li>
            </ul>
          </article>
          <article>
            <h3 class="rnn">Sequence model</h3>
            <Recurrence />
            <ul>
              <li>Takes one word at a time, as many as there are.</li>
              <li>Uses the same weights at every step.</li>
              <li>Carries a state: hₜ depends on hₜ₋₁ and xₜ.</li>
            </ul>
          </article>
        </div>
      </section>

      <section aria-labelledby="pipeline">
        <h2 id="pipeline">From a sequence to a prediction</h2>
        <ol class="pipeline">
          {PIPELINE.map(({ name, layer, shape }) => (
            <li key={name}>
              <span class="pipeline-name">{name}</span>
              <code>{layer}</code>
              <span class="pipeline-shape">{shape}</span>
            </li>
          ))}
        </ol>
        <p class="measure">
          This is the whole of it, in the library's own words. It is a file of the repository, and
          it runs here, too.
        </p>
        <div class="prose" dangerouslySetInnerHTML={{ __html: listing }} />
      </section>

      <section aria-labelledby="comparison">
        <h2 id="comparison">RNN, GRU and LSTM at a glance</h2>
        <p class="measure">
          Counted and timed in this browser, not copied from a table. Chapter 4 has the whole story.
        </p>
        <div class="prose" dangerouslySetInnerHTML={{ __html: comparison }} />
      </section>

      <Applications />
      <Resources />
    </main>
  );
}

const PIPELINE = [
  { name: "sequence", layer: "ids", shape: "[batch, seq]" },
  { name: "embedding", layer: "nn.Embedding", shape: "[batch, seq, 64]" },
  { name: "recurrent", layer: "nn.LSTM", shape: "[1, batch, 128]" },
  { name: "dense", layer: "nn.Linear", shape: "[batch, 2]" },
  { name: "softmax", layer: "softmax", shape: "probabilities" },
];

const WORDS = ["the", "cat", "sat", "on", "the"];
const wordX = (at: number) => 30 + at * 60;

/** Three words go in, and the rest is out of sight. */
function Window() {
  return (
    <svg class="diagram role-feedforward" viewBox="0 0 300 130" aria-hidden="true">
      <rect class="diagram-box" x="125" y="20" width="170" height="34" rx="4" />
      <text x="210" y="42">
        one layer
      </text>
      {WORDS.map((word, at) => (
        <g key={at} class={at < 2 ? "is-unseen" : ""}>
          <text x={wordX(at)} y="118">
            {word}
          </text>
          {at >= 2 && <path class="diagram-line" d={`M${wordX(at)},98V56`} />}
        </g>
      ))}
    </svg>
  );
}

/** One cell, five times, and the thread between. */
function Recurrence() {
  return (
    <svg class="diagram role-rnn" viewBox="0 0 300 130" aria-hidden="true">
      <path class="diagram-line" d="M4,38H296" />
      {WORDS.map((word, at) => (
        <g key={at}>
          <path class="diagram-line" d={`M${wordX(at)},98V52`} />
          <circle class="diagram-node" cx={wordX(at)} cy="38" r="14" />
          <text x={wordX(at)} y="118">
            {word}
          </text>
        </g>
      ))}
    </svg>
  );
}

function Resources() {
  return (
    <section aria-labelledby="resources">
      <h2 id="resources">To read beside it</h2>
      <ul class="resources measure">
        <li>
          Olah (2015), <cite>Understanding LSTM Networks</cite>,{" "}
          <a href="https://colah.github.io/posts/2015-08-Understanding-LSTMs/">colah.github.io</a>:
          the pictures by which most people know the gates.
        </li>
        <li>
          Goodfellow, Bengio and Courville (2016), <cite>Deep Learning</cite>, chapter 10,{" "}
          <a href="https://www.deeplearningbook.org/contents/rnn.html">deeplearningbook.org</a>:
          recurrence with all its mathematics.
        </li>
        <li>
          Stanford CS231n, the lecture on recurrent networks,{" "}
          <a href="https://cs231n.stanford.edu/">cs231n.stanford.edu</a>.
        </li>
        <li>
          Hochreiter and Schmidhuber (1997), <cite>Long Short-Term Memory</cite>; Cho et al. (2014),{" "}
          <cite>Learning Phrase Representations using RNN Encoder–Decoder</cite>: the cells
          themselves.
        </li>
        <li>
          Pascanu, Mikolov and Bengio (2013),{" "}
          <cite>On the difficulty of training recurrent neural networks</cite>: why the gradient
          vanishes, and clipping.
        </li>
        <li>
          Greff et al. (2017), <cite>LSTM: A Search Space Odyssey</cite>; Jozefowicz et al. (2015),{" "}
          <cite>An Empirical Exploration of Recurrent Network Architectures</cite>: which parts
          matter.
        </li>
      </ul>
    </section>
  );
}
