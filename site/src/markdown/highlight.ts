/** @file Colours for code, given while the page is built; the style sheet says which. */

import { createCssVariablesTheme, createHighlighter, type Highlighter } from "shiki";

const LANGUAGES = ["ts", "tsx", "python", "sh", "json"];
const NAMES: Record<string, string> = { typescript: "ts", py: "python", bash: "sh" };

export type Highlight = (code: string, language: string) => string;

let highlighter: Promise<Highlighter> | undefined;

/** `<pre>` with coloured code; a language that is not known stays plain. */
export async function loadHighlight(): Promise<Highlight> {
  const theme = createCssVariablesTheme({ name: "unrolled", variablePrefix: "--code-" });
  highlighter ??= createHighlighter({ themes: [theme], langs: LANGUAGES });
  const shiki = await highlighter;
  return (code, language) => {
    const name = NAMES[language] ?? language;
    const lang = LANGUAGES.includes(name) ? name : "text";
    return shiki
      .codeToHtml(code.trimEnd(), { lang, theme: "unrolled" })
      .replace(
        /<pre class="shiki[^"]*" style="[^"]*"/,
        `<pre class="code" data-language="${lang}"`,
      );
  };
}
