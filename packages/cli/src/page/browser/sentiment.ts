/**
 * @file A classifier's page: the classes of a text while one types it, and which words decide.
 */

import type { SentimentPart, SentimentQuestion } from "../worker/sentiment.ts";
import {
  bars,
  errorLine,
  labelled,
  make,
  percent,
  show,
  showFailure,
  whenTyped,
} from "./elements.ts";
import { openModel, type PageModel } from "./model.ts";

/** After the last key. */
const PAUSE_MS = 250;

/** Of 45 parts of colour: less cannot be seen. */
const NOTHING = 3;

openModel<SentimentQuestion, SentimentPart>(run, showFailure);

function run(model: PageModel<SentimentQuestion, SentimentPart>): void {
  const text = make("textarea", { id: "text", spellcheck: "false", autocomplete: "off" });
  const status = make("p", { role: "status" }, "Ready.");
  const error = errorLine();
  const classes = make("div", {});
  const words = make("p", { class: "output words", id: "output" });

  const classify = () => {
    error.tell(null);
    if (text.value.trim() === "") {
      model.stop();
      status.textContent = "Ready.";
      classes.replaceChildren();
      words.replaceChildren();
      return;
    }
    model.ask(
      { text: text.value },
      {
        part(part) {
          if ("effects" in part) {
            words.replaceChildren(...coloured(part.effects));
            return;
          }
          const { label, probability, probabilities, tokens, unknown } = part.answer;
          const unseen = unknown > 0 ? ` ${unknown} of ${tokens} words are new to the model.` : "";
          status.textContent = `${label}, ${percent(probability)}.${unseen}`;
          classes.replaceChildren(
            bars(Object.entries(probabilities).map(([name, share]) => ({ name, share }))),
          );
        },
        done: () => undefined,
        failed(message) {
          status.textContent = "";
          error.tell(message);
        },
      },
    );
  };

  whenTyped(text, PAUSE_MS, classify);

  show(
    labelled("A text to classify", text),
    error.element,
    make("h2", {}, "Its class"),
    status,
    classes,
    make("h2", {}, "Which words decide"),
    make(
      "p",
      { class: "soft" },
      "Blue and underlined words speak for that class, orange and dotted ones against it: the stronger the colour, the more. Each word is left out once to see what that changes.",
    ),
    words,
  );
}

/** Words on the colour of what they do, as strong as the strongest of them allows. */
function coloured(effects: Extract<SentimentPart, { effects: unknown }>["effects"]): Node[] {
  const most = effects.reduce((max, { effect }) => Math.max(max, Math.abs(effect)), 1e-9);
  return effects.flatMap(({ token, effect }) => {
    const strength = Math.round((45 * Math.abs(effect)) / most);
    const side = effect >= 0 ? "for" : "against";
    const word = make("span", { class: strength < NOTHING ? false : side }, token);
    word.style.setProperty("--strength", `${strength}%`);
    return [word, document.createTextNode(" ")];
  });
}
