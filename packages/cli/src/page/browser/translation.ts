/**
 * @file A translation model's page: sentences on one side, their translations with what the model
 * looked at on the other.
 */

import type { TranslationPart, TranslationQuestion } from "../worker/translation.ts";
import {
  errorLine,
  labelled,
  make,
  percent,
  show,
  showFailure,
  whenEntered,
  whenTyped,
} from "./elements.ts";
import { openModel, type PageModel } from "./model.ts";

/** After the last key: a translation takes longer than a letter, and half a word means nothing. */
const PAUSE_MS = 600;

openModel<TranslationQuestion, TranslationPart>(run, showFailure);

function run(model: PageModel<TranslationQuestion, TranslationPart>): void {
  const text = make("textarea", { id: "text", spellcheck: "false", autocomplete: "off" });
  const beam = make("input", { id: "beam", type: "number", min: 1, max: 20, value: 5 });
  const start = make("button", { class: "main", type: "button" }, "Translate");
  const status = make("p", { class: "soft", role: "status" }, "Ready.");
  const error = errorLine();
  const output = make("div", { class: "output", id: "output" });
  const maps = make("div", {});

  const translate = () => {
    const sentences = text.value.split("\n").filter((line) => line.trim() !== "");
    output.replaceChildren();
    maps.replaceChildren();
    error.tell(null);
    status.textContent = sentences.length === 0 ? "Ready." : "Translating …";
    const beamSize = Math.min(20, Math.max(1, Math.round(beam.valueAsNumber || 5)));
    const started = performance.now();
    model.ask(
      { sentences, beamSize },
      {
        part(translation) {
          output.append(make("div", {}, translation.text));
          maps.append(attentionMap(translation, maps.childElementCount + 1));
        },
        done() {
          const seconds = ((performance.now() - started) / 1000).toFixed(1);
          if (sentences.length > 0) status.textContent = `Translated in ${seconds} s.`;
        },
        failed(message) {
          status.textContent = "";
          error.tell(message);
        },
      },
    );
  };

  whenTyped(text, PAUSE_MS, translate);
  whenEntered(text, translate);
  beam.addEventListener("change", translate);
  start.addEventListener("click", translate);

  show(
    labelled("Sentences to translate, one a line", text),
    error.element,
    make(
      "div",
      { class: "row" },
      labelled("Translations kept side by side (beam)", beam),
      make("div", {}, start),
    ),
    make("h2", {}, "Translation"),
    output,
    status,
    make("h2", {}, "Where the model looked"),
    make(
      "p",
      { class: "soft" },
      "A row for every piece that it wrote, a column for every piece that it read: the stronger the colour, the more of its attention was there.",
    ),
    maps,
  );
}

function attentionMap(
  { sourceTokens, targetTokens, attention }: TranslationPart,
  line: number,
): HTMLElement {
  if (!attention) return make("p", { class: "soft" }, "This model has no attention.");
  const head = sourceTokens.map((token) => make("th", { scope: "col" }, shown(token)));
  const rows = targetTokens.map((token, row) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, shown(token)),
      ...sourceTokens.map((_, column) => {
        const share = attention[row]?.[column] ?? 0;
        const shade = make("span", { class: "shade", title: percent(share) });
        shade.style.opacity = String(share);
        return make("td", {}, shade, make("span", { class: "unseen" }, percent(share)));
      }),
    ),
  );
  return make(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": `Attention, line ${line}` },
    make(
      "table",
      { class: "attention" },
      make("thead", {}, make("tr", {}, make("td", {}), ...head)),
      make("tbody", {}, ...rows),
    ),
  );
}

/** The end token as people would say it. */
function shown(token: string): string {
  return token === "</s>" ? "end" : token.trim() || "␣";
}
