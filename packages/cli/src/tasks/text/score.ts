/**
 * @file `unrolled run <model-dir> --score <file>`: what in a text surprised the model.
 */

import {
  countCharacters,
  scoreText,
  type ScoredToken,
  type TextModel,
  type TextScore,
} from "unrolled/tasks/text";
import { readTexts } from "../../files/read-texts.ts";
import { label } from "../../files/read-bytes.ts";
import { writeWhole } from "../../files/write.ts";
import { html } from "../../report/html.ts";
import { page } from "../../report/page.ts";
import { formatCount, formatLoss } from "../../terminal/numbers.ts";
import { renderTable } from "../../terminal/table.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { colouredText, colourKey, inWords, SURPRISE_STYLE, surpriseHtml } from "./surprise.ts";
import { encodeKnown } from "./unknown-characters.ts";

/** Shown at most, in colours; all of them count. */
const SHOWN = 20_000;
/** Places that are listed. */
const LISTED = 10;
/** Characters around a place that is listed. */
const CONTEXT = 24;

export function showScore(
  terminal: Terminal,
  model: TextModel,
  file: string,
  htmlFile: string | undefined,
): void {
  const { text } = readTexts([file]);
  const about = label(file);
  encodeKnown(model, text, about);
  const score = scoreText(model, text);
  terminal.event({ type: "score", ...score });
  const says = summary(about, score);

  if (process.stdout.isTTY && !terminal.json) {
    terminal.print(colouredText(score.tokens.slice(0, SHOWN), terminal.style));
    if (score.tokens.length > SHOWN) terminal.note(cutShort(score));
    terminal.print();
    terminal.print(colourKey(terminal.style));
    terminal.print();
  }
  terminal.say(says);
  terminal.print();
  terminal.print(mostSurprising(score.tokens));
  if (htmlFile === undefined) return;
  writeWhole(htmlFile, scorePage(about, says, score));
  terminal.note(`\nThe text in colours: ${htmlFile}`);
}

function summary(about: string, { evaluation: it, tokens }: TextScore): string {
  const best = tokens.filter(({ rank }) => rank === 0).length;
  return (
    `${about}: ${formatCount(it.characters + countCharacters(tokens[0].text))} characters, ${formatLoss(it.natsPerCharacter)} nats (${formatLoss(it.bitsPerCharacter)} bits) per character. ` +
    `The model held the right token likeliest ${formatCount(best)} times of ${formatCount(it.tokens)}.`
  );
}

function mostSurprising(tokens: readonly ScoredToken[]): string {
  const places = [...tokens.keys()]
    .sort((a, b) => (tokens[b].nats ?? 0) - (tokens[a].nats ?? 0) || a - b)
    .slice(0, LISTED);
  const textOf = (from: number, to: number) =>
    tokens
      .slice(Math.max(0, from), to)
      .map(({ text }) => text)
      .join("");
  const oneLine = (text: string) => text.replaceAll(/\s/g, " ");
  const rows = places.map((at) => [
    oneLine(textOf(at - CONTEXT, at)).slice(-CONTEXT),
    JSON.stringify(tokens[at].text),
    inWords(tokens[at]),
  ]);
  return renderTable(
    [
      { title: "what surprised most, after" },
      { title: "this", align: "left" },
      { title: "by", align: "left" },
    ],
    rows,
  );
}

function cutShort({ tokens }: TextScore): string {
  return `… and ${formatCount(tokens.length - SHOWN)} tokens more, which count and are not shown.`;
}

function scorePage(about: string, says: string, score: TextScore): string {
  const title = `What surprised in ${about}`;
  return page(
    `${title} · Unrolled`,
    html`<h1>${title}</h1>
      <p class="lead-text">${says}</p>
      ${surpriseHtml(score.tokens.slice(0, SHOWN))}
      ${score.tokens.length > SHOWN && html`<p class="soft">${cutShort(score)}</p>`}`,
    SURPRISE_STYLE,
  );
}
