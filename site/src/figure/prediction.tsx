/** @file "Predict, then run": the question before the figure, with an answer to every answer. */

import { withPowers } from "../experiments/format-number.ts";
import type { Prediction } from "../experiments/experiment.ts";

export function PredictionView({
  prediction: { question, answers },
  chosen,
  choose,
}: {
  prediction: Prediction;
  /** −1: none yet. */
  chosen: number;
  choose: (answer: number) => void;
}) {
  const answer = answers[chosen];
  return (
    <fieldset class={chosen >= 0 ? "prediction is-answered" : "prediction"}>
      <legend>
        <span class="overline">Predict</span> {question}
      </legend>
      <ul>
        {answers.map(({ text, isRight }, at) => {
          const mark = chosen < 0 ? "" : isRight ? "is-right" : at === chosen ? "is-wrong" : "";
          return (
            <li key={at}>
              <button
                type="button"
                class={`answer ${mark}`}
                aria-pressed={at === chosen}
                onClick={() => choose(at)}
              >
                {withPowers(text)}
              </button>
            </li>
          );
        })}
      </ul>
      <p class="feedback" role="status">
        {answer && (
          <>
            <strong>{answer.isRight ? "Yes." : "Not so."}</strong> {withPowers(answer.feedback)}
          </>
        )}
      </p>
    </fieldset>
  );
}
