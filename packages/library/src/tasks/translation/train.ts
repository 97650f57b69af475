/**
 * @file forward → loss → backward → step: pairs and a configuration become a model.
 */

import {
  fit,
  manualSeed,
  nn,
  optim,
  taskRun,
  warmupCosine,
  type FitResult,
  type TaskRunOptions,
} from "unrolled";
import type { TranslationConfig } from "./config.ts";
import { translationBatches, type TranslationData } from "./data.ts";
import { scoreTranslations, type TranslationScores } from "./evaluate.ts";
import { TranslationModel } from "./model.ts";
import { translate } from "./predict.ts";

/** BLEU decides which weights are kept; it is measured on so many of the validation pairs. */
const VALIDATION_SENTENCES = 400;

/** `patience` counts validations without a better BLEU. */
export interface TranslationRunOptions extends TaskRunOptions {
  /** Scores of greedy translations of validation sentences. */
  onScores?: (scores: TranslationScores) => void;
  /** How often to validate, spread evenly. Default: 20. */
  validations?: number;
}

export interface TranslationResult {
  model: TranslationModel;
  fit: FitResult;
}

/**
 * Trains a model to translate. The same seed, configuration and number of steps give the same
 * weights, bit for bit. Those with the best BLEU on the validation part are kept.
 */
export async function trainTranslation(
  data: TranslationData,
  config: TranslationConfig,
  options: TranslationRunOptions,
): Promise<TranslationResult> {
  manualSeed(config.seed);
  const model = new TranslationModel(config, data.tokenizers);
  model.usualLongest = usualLongest(data);
  startAtFrequencies(model, data);
  const { lr, weightDecay, labelSmoothing } = config;
  const { validations = 20 } = options;
  const rate = warmupCosine({ warmupSteps: config.warmupSteps });
  let progress = 0;

  const result = await fit({
    ...taskRun(options),
    model,
    optimizer: new optim.AdamW(model.parameters(), { lr, weightDecay }),
    batches: translationBatches(data.train, config),
    loss: (batch) => model.loss(batch, forcing(config, progress), labelSmoothing),
    schedule: (step, totalSteps) => {
      progress = step / totalSteps;
      return rate(step, totalSteps);
    },
    clipNorm: config.clipNorm,
    validate: () => {
      const scores = validationScores(model, data);
      options.onScores?.(scores);
      // Where no four words in a row are right yet, chrF tells better from worse.
      return -scores.bleu - scores.chrf / 1e5;
    },
    validations,
    itemsIn: ({ expected }) => expected.size,
  });
  return { model, fit: result };
}

/** Of the sources' lengths in tokens, without the end, the one that 99 of 100 do not exceed. */
function usualLongest({ train }: TranslationData): number {
  const lengths = train.sources.lengths.map((length) => length - 1).sort();
  return Math.max(1, lengths[Math.ceil(0.99 * lengths.length) - 1]);
}

/**
 * The head's bias begins at the logarithm of how often each token occurs, plus one. What is frequent
 * is then known from the start, and need not be learned by h̃, whose tanh it would drive to its ends:
 * on a toy language of 30 words in a vocabulary of 400, attention was found in 50 steps instead of
 * several hundred.
 */
function startAtFrequencies(
  { seq2seq: { decoder } }: TranslationModel,
  { train }: TranslationData,
): void {
  const bias = decoder.head.bias!.storage.array;
  const counts = new Float64Array(bias.length).fill(1);
  for (const target of train.targets) for (const id of target.subarray(1)) counts[id]++;
  const total = counts.reduce((a, b) => a + b, 0);
  bias.set(counts.map((count) => Math.log(count / total)));
}

/** How often the true token is read, from the start (0) to the end (1) of training. */
function forcing({ teacherForcing }: TranslationConfig, progress: number): number {
  return nn.teacherForcing.linear({ to: teacherForcing, steps: 1 })(progress);
}

function validationScores(model: TranslationModel, { validation }: TranslationData) {
  const pairs = validation.slice(0, VALIDATION_SENTENCES);
  const sources = pairs.map(({ source }) => source);
  const translations = translate(model, sources, { beamSize: 1, bySentence: false });
  return scoreTranslations(
    translations.map(({ text }) => text),
    pairs.map(({ target }) => target),
  );
}
