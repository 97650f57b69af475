/**
 * @file Text → tokens: words as opinions need them, or single characters.
 *
 * Words are lower-cased; "isn't" becomes "is" and "n't", so that every negation is the same token;
 * "!!!", ":-)" and an emoji are one token each, since they say more than most words.
 */

import { UNSPACED_LETTER } from "unrolled";

export type SentimentTokens = "word" | "char";

/** Nobody's word; without a limit a line of base64 would be one. */
const MAX_WORD = 60;

const LETTER = String.raw`(?:(?!${UNSPACED_LETTER})[\p{L}\p{M}\p{N}_])`;

/** In this order: the first that fits at a place is the token. */
const TOKEN = new RegExp(
  [
    String.raw`https?:\/\/\S+|www\.\S+`,
    String.raw`@${LETTER}+`,
    // An emoji with all that belongs to it: skin, gender, joined people, flags.
    String.raw`\p{RI}\p{RI}|\p{Extended_Pictographic}(?:\p{EMod}|\uFE0F|\u200D\p{Extended_Pictographic})*`,
    // :-) ;D =( :'( <3
    String.raw`(?<![\p{L}\p{N}])[:;=8][-'^o]?[)(\][dpoDPO/\\|*](?![\p{L}\p{N}])|<\/?3`,
    // The recurrent layer reads them together.
    UNSPACED_LETTER,
    // Contractions as the Penn Treebank splits them, also where they stand split already.
    String.raw`n't(?!${LETTER})|'(?:s|m|d|re|ve|ll)(?!${LETTER})`,
    String.raw`(?:(?!n't)${LETTER})+(?:[-'](?!(?:s|m|d|re|ve|ll|t)(?!${LETTER}))(?:(?!n't)${LETTER})+|[.,](?=\p{N})(?<=\p{N}.)${LETTER}+)*`,
    String.raw`\.{2,}|-{2,}|[!?]+|[^\s]`,
  ].join("|"),
  "gu",
);

const BRACKETS: Record<string, string> = {
  "-lrb-": "(",
  "-rrb-": ")",
  "-lsb-": "[",
  "-rsb-": "]",
  "-lcb-": "{",
  "-rcb-": "}",
};

/**
 * The words of a text: lower case, punctuation kept, contractions split, addresses and names of
 * accounts as `<url>` and `<user>`.
 *
 * @example
 * splitWords("It isn't GREAT... it's well-made!!! :)");
 * // ["it", "is", "n't", "great", "...", "it", "'s", "well-made", "!!!", ":)"]
 */
export function splitWords(text: string): string[] {
  const words = text
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/[’‘`´]/g, "'")
    .replaceAll(/-[lr][rsc]b-/g, (bracket) => BRACKETS[bracket])
    .match(TOKEN);
  return (words ?? []).map(nameOf);
}

function nameOf(token: string): string {
  if (/^(https?:\/\/|www\.)./.test(token)) return "<url>";
  if (/^@./u.test(token)) return "<user>";
  if (/^[!?]{4,}$/.test(token)) return token.slice(0, 3);
  if (/^\.{4,}$/.test(token)) return "...";
  return token.length > MAX_WORD ? token.slice(0, MAX_WORD) : token;
}

/** The characters of a text, as people count them: letters with their marks, whole emoji. */
export function splitCharacters(text: string): string[] {
  return text.normalize("NFC").match(/\P{M}\p{M}*|\p{M}+/gu) ?? [];
}

export function splitTokens(text: string, tokens: SentimentTokens): string[] {
  return tokens === "word" ? splitWords(text) : splitCharacters(text);
}
