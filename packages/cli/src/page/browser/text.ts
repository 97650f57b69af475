/**
 * @file A language model's page: a text goes on while one types it.
 */

import type { TextPart, TextQuestion } from "../worker/text.ts";
import {
  bars,
  errorLine,
  labelled,
  make,
  show,
  showFailure,
  whenEntered,
  whenTyped,
} from "./elements.ts";
import { openModel, type PageModel } from "./model.ts";

/** After the last key: short enough to feel at once, long enough not to start at every letter. */
const PAUSE_MS = 300;

openModel<TextQuestion, TextPart>(run, showFailure);

function run(model: PageModel<TextQuestion, TextPart>): void {
  const text = make("textarea", { id: "text", spellcheck: "false", autocomplete: "off" });
  const temperature = make("input", {
    id: "temperature",
    type: "range",
    min: 0,
    max: 1.5,
    step: 0.05,
    value: 0.8,
  });
  const chosen = make("output", { for: "temperature" }, "0.8");
  const length = make("input", { id: "length", type: "number", min: 1, max: 5000, value: 300 });
  const asTyped = make("input", { id: "as-typed", type: "checkbox", checked: true });
  const start = make("button", { class: "main", type: "button" }, "Continue");
  const stop = make("button", { type: "button", disabled: true }, "Stop");
  const output = make("div", { class: "output", id: "output" });
  const status = make("p", { class: "soft", role: "status" });
  const error = errorLine();
  const next = make("div", {});

  const goOn = () => {
    const count = Math.min(5000, Math.max(1, Math.round(length.valueAsNumber || 300)));
    const given = make("span", { class: "given" }, text.value);
    const written = document.createTextNode("");
    output.replaceChildren(given, written);
    error.tell(null);
    stop.disabled = false;
    status.textContent = "Writing …";
    const end = (says: string) => {
      stop.disabled = true;
      status.textContent = says;
    };
    model.ask(
      {
        text: text.value,
        temperature: temperature.valueAsNumber,
        length: count,
        seed: Math.floor(Math.random() * 1e6),
      },
      {
        part(part) {
          if ("piece" in part) written.appendData(part.piece);
          else {
            const rows = part.next.map(({ text: token, probability }) => ({
              name: visible(token),
              share: probability,
            }));
            next.replaceChildren(bars(rows));
          }
        },
        done: () => end(`${written.length} characters written.`),
        failed(message) {
          end("");
          error.tell(message);
        },
      },
    );
  };

  whenTyped(text, PAUSE_MS, () => {
    if (asTyped.checked) goOn();
  });
  whenEntered(text, goOn);
  temperature.addEventListener("input", () => {
    chosen.textContent = temperature.value;
  });
  temperature.addEventListener("change", goOn);
  start.addEventListener("click", goOn);
  stop.addEventListener("click", () => model.stop());

  show(
    labelled("The beginning of a text", text),
    error.element,
    make(
      "div",
      { class: "row" },
      labelled("Temperature: low is safe, high is wild: ", temperature, chosen),
      labelled("Characters or tokens to write", length),
    ),
    make(
      "div",
      { class: "row" },
      start,
      stop,
      make("label", { class: "beside", for: "as-typed" }, asTyped, "Go on while I type"),
    ),
    make("h2", {}, "What the model writes"),
    output,
    status,
    make("h2", {}, "What may come right after your words"),
    next,
  );
  goOn();
}

/** A token as one can see it. */
function visible(token: string): string {
  return token.replaceAll("\n", "⏎").replaceAll("\t", "⇥").replaceAll(" ", "␣") || "∅";
}
