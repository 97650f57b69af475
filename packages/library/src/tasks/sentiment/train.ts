/**
 * @file forward → loss → backward → step, then calibration: labelled texts become a model.
 */

import {
  fit,
  manualSeed,
  nn,
  optim,
  taskRun,
  tensor,
  warmupCosine,
  type Budget,
  type FitResult,
  type TaskRunOptions,
  type Tensor,
} from "unrolled";
import type { BagOfNgrams } from "./bag.ts";
import { dropWords, textsLoader } from "./batches.ts";
import {
  calibrated,
  fitCalibration,
  meanLogLoss,
  type CalibrationOptions,
  type Logits,
} from "./calibrate.ts";
import type { SentimentConfig } from "./config.ts";
import type { SentimentData } from "./data.ts";
import { networkLogits, voicesOf } from "./evaluate.ts";
import { SentimentModel } from "./model.ts";
import { useVectors, type WordVectors } from "./vectors.ts";

export interface SentimentRunOptions extends Omit<TaskRunOptions, "budget"> {
  /** Default: {@link defaultEpochs}. */
  budget?: Budget;
  /** The bag of words that votes beside the network, as `tunedBag` gives it. Default: none. */
  bag?: BagOfNgrams | null;
  /** What the words' vectors begin with. Default: nothing is known about them. */
  vectors?: WordVectors;
}

export interface SentimentResult {
  model: SentimentModel;
  fit: FitResult;
}

/** About what a network needs to learn, and what a core does in a few minutes. */
const USUAL_STEPS = { word: 1500, char: 3000 };
const MOST_TOKENS = 2e6;
const MOST_EPOCHS = 100;

/**
 * How often the training part is read if nobody says: for about 1,500 steps, of characters
 * 3,000, but no more than two million tokens, between 2 and 100 times.
 */
export function defaultEpochs(data: SentimentData, config: SentimentConfig): number {
  const { batchesPerEpoch } = trainingBatches(data, config);
  const tokens = [data.train, data.middle]
    .flatMap(({ lengths }) => [...lengths])
    .reduce((sum, length) => sum + length, 0);
  const steps = USUAL_STEPS[config.tokens];
  const epochs = Math.min(steps / batchesPerEpoch, MOST_TOKENS / tokens, MOST_EPOCHS);
  return Math.max(2, Math.round(epochs));
}

function trainingBatches({ train, middle }: SentimentData, config: SentimentConfig) {
  return textsLoader([train, middle], config, ({ target, grade }) => grade ?? target);
}

/**
 * Trains a classifier. The same seed, configuration, data and number of steps give the same weights,
 * bit for bit.
 *
 * The weights kept are those that are best on the validation part by log loss *after* calibration:
 * without it, a network that learns on becomes too sure of itself and seems to get worse while its
 * answers still get better.
 */
export async function trainSentiment(
  data: SentimentData,
  config: SentimentConfig,
  options: SentimentRunOptions = {},
): Promise<SentimentResult> {
  const { bag = null, vectors } = options;
  const { lr, weightDecay } = config;
  const epochs = defaultEpochs(data, config);
  const budget = options.budget ?? { epochs };
  manualSeed(config.seed);
  const model = new SentimentModel(config, data.labels, data.vocabulary, data.grades);
  if (vectors) useVectors(model, vectors);
  const targets = data.validation.map(({ target }) => target);
  const weight = config.classWeights === "balanced" ? balancedClasses(data) : null;
  // Offsets would take back what the weights are for.
  const calibration = { offsets: !weight };
  // Grades say by themselves how sure one may be.
  const labelSmoothing = data.grades ? 0 : config.labelSmoothing;

  const result = await fit({
    ...taskRun({ ...options, budget }),
    model,
    optimizer: new optim.AdamW(model.parameters(), { lr, weightDecay }),
    batches: trainingBatches(data, config),
    loss: ({ ids, lengths, spelling, targets }) =>
      nn.crossEntropy(
        model.scores(dropWords(ids, config.wordDropout, model.unknownId), { lengths, spelling }),
        targets,
        { weight, labelSmoothing },
      ),
    // Twice an epoch, so that a few epochs leave something to choose from.
    validations: "minutes" in budget ? undefined : Math.min(20, Math.max(6, 2 * epochs)),
    schedule: warmupCosine(),
    clipNorm: config.clipNorm,
    validate: () => calibratedLoss(networkLogits(model, data.validation), targets, calibration),
    itemsIn: ({ ids }) => ids.size,
  });

  if (config.bag) model.bag = bag;
  const voices = voicesOf(model, data.validation);
  const { factors, offsets } = fitCalibration(
    voices.bag ? [voices.network, voices.bag] : [voices.network],
    targets,
    calibration,
  );
  model.mix = { network: factors[0], bag: factors[1] ?? 0, offsets };
  return { model: model.eval(), fit: result };
}

function calibratedLoss(logits: Logits, targets: number[], options: CalibrationOptions): number {
  return meanLogLoss(calibrated([logits], fitCalibration([logits], targets, options)), targets);
}

/** n / (classes · n_c): all classes weigh alike, and a text 1 on average. A grade weighs as its label. */
function balancedClasses({ labels, grades, train }: SentimentData): Tensor {
  const counts = new Float64Array(labels.length);
  for (const target of train.targets) counts[target]++;
  const weights = counts.map((count) => train.length / (labels.length * Math.max(1, count)));
  return tensor(grades ? grades.labels.map((label) => (label < 0 ? 1 : weights[label])) : weights);
}
