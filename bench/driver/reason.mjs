/**
 * @file Why something failed, out of all that it said.
 */

const IS_REASON = /\w*(Error|Exception)\b|\b(error|ERROR):/;

/** The last line that gives a reason, without this machine's paths and anybody's addresses. */
export function reasonIn(text) {
  const lines = text
    .trim()
    .split("\n")
    .map((line) => line.replace(/^npm (ERR!|error) ?/, ""))
    .filter((line) => line && !/^\s+at |^Node\.js v|^\s*[{}]/.test(line));
  const reason = lines.findLast((line) => IS_REASON.test(line)) ?? lines.at(-1) ?? "";
  return reason
    .replaceAll(/(\w+:\/\/)?(\/[\w.@-]+){2,}/g, "…")
    .replaceAll(/\b([\w-]+\.)+(com|org|net|io)\b/g, "…")
    .slice(0, 200)
    .trim();
}
