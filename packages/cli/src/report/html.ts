/**
 * @file Text into HTML, safely: every value is escaped, unless it is markup already.
 */

/** Markup: made by {@link html} alone. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
  toString(): string {
    return this.markup;
  }
}

type Value = string | number | Html | null | undefined | false | readonly Value[];

/**
 * @example
 * html`<p>${"a < b"}</p>`.toString(); // "<p>a &lt; b</p>"
 */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(strings.reduce((out, text, i) => out + toMarkup(values[i - 1]) + text));
}

function toMarkup(value: Value): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "object") return value.map(toMarkup).join("");
  return escape(String(value));
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
