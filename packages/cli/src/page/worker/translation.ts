/**
 * @file A translation model in a worker.
 */

import { loadTranslationModel, translate, type Translation } from "unrolled/tasks/translation";
import { serve } from "./serve.ts";

export interface TranslationQuestion {
  sentences: string[];
  beamSize: number;
}

/** A sentence's translation, as soon as it is there. */
export type TranslationPart = Translation;

serve<TranslationQuestion>((read) => {
  const model = loadTranslationModel(read);
  return function* ({ sentences, beamSize }): Generator<TranslationPart> {
    for (const sentence of sentences) yield translate(model, [sentence], { beamSize })[0];
  };
});
