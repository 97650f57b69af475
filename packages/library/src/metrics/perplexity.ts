/**
 * @file What a cross-entropy means: branching, bits, nats per character.
 */

import { ArgumentError } from "../core/errors.ts";

/**
 * exp(nats): how many equally likely tokens the model is as uncertain among. `nats` is the mean
 * cross-entropy per token, natural logarithm.
 *
 * @example
 * perplexity(Math.log(65)).toFixed(3); // "65.000"
 * perplexity(0); // 1
 */
export function perplexity(nats: number): number {
  return Math.exp(nats);
}

/**
 * nats / ln 2. Compression is counted in bits, losses in nats.
 *
 * @example
 * natsToBits(Math.log(8)).toFixed(3); // "3.000"
 */
export function natsToBits(nats: number): number {
  return nats / Math.LN2;
}

/**
 * bits · ln 2.
 *
 * @example
 * bitsToNats(1); // 0.6931471805599453
 */
export function bitsToNats(bits: number): number {
  return bits * Math.LN2;
}

/**
 * natsPerToken / charactersPerToken: what makes models with different tokenizers comparable.
 *
 * Only where the tokens give back the whole text (characters, bytes): what a lossy tokenizer leaves
 * out is not paid for.
 *
 * @example
 * natsPerCharacter(3.5, 2.5); // 1.4
 */
export function natsPerCharacter(natsPerToken: number, charactersPerToken: number): number {
  if (charactersPerToken > 0) return natsPerToken / charactersPerToken;
  throw new ArgumentError(
    `natsPerCharacter: expected charactersPerToken above 0, got ${charactersPerToken}.`,
  );
}

/**
 * natsToBits(natsPerToken / charactersPerToken), the usual figure for character models.
 *
 * @example
 * bitsPerCharacter(Math.log(4)); // 2
 */
export function bitsPerCharacter(natsPerToken: number, charactersPerToken = 1): number {
  return natsToBits(natsPerCharacter(natsPerToken, charactersPerToken));
}
