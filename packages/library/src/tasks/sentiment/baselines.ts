/**
 * @file What a network has to beat before it is worth its training: the most frequent class, the bag
 * of words, and the mean of word vectors.
 */

import { fit, manualSeed, nn, optim, warmupCosine, type Tensor } from "unrolled";
import { BAG_ORDERS, BagOfNgrams, frequentNgrams, trainBag, type BagPenalty } from "./bag.ts";
import { forEachBatch, textsLoader } from "./batches.ts";
import { calibrated, fitCalibration, meanLogLoss, type Logits } from "./calibrate.ts";
import type { SentimentConfig } from "./config.ts";
import type { SentimentData } from "./data.ts";
import type { Example, TrainingExample } from "./examples.ts";

export interface SentimentBaseline {
  /** `majority`, `bag of words`, `bag of embeddings`. */
  name: string;
  /** What was chosen on the validation part, for people. */
  settings: string;
  /** Calibrated as the network is: for texts of any part. */
  logits: (examples: readonly Example[]) => Logits;
}

/**
 * Strengths of the penalty, each begun from the one before it. On SST-2, SST-5, rt-polarity,
 * review-polarity and names one of the last four was the best; little data wants more.
 */
const RIDGES = [1e-4, 3e-5, 1e-5, 3e-6, 1e-6];
/** Settings of the mean of word vectors; it needs fewer steps than a network, but larger ones. */
const MEAN_VECTORS = { lr: 5e-3, dropout: 0.3, epochs: 5 };
/** A few epochs of a few texts teach nothing, and of very many take longer than the network. */
const [FEWEST_STEPS, MOST_STEPS] = [200, 3000];

/** Always the class that the training part has most of, and as often as it has. */
export function majorityBaseline({ labels, train }: SentimentData): SentimentBaseline {
  const counts = new Float64Array(labels.length).fill(1);
  for (const target of train.targets) counts[target]++;
  const logits = counts.map((count) => Math.log(count / (train.length + labels.length)));
  return { name: "majority", settings: "", logits: (examples) => examples.map(() => logits) };
}

export interface TunedBag {
  bag: BagOfNgrams;
  penalty: BagPenalty;
  baseline: SentimentBaseline;
}

/**
 * Logistic regression on n-grams, with the penalty that is best on the validation part, by log loss.
 *
 * @param onTry called before every setting that is tried, with its number and how many there are
 */
export function tunedBag(
  { labels, train, validation }: SentimentData,
  config: SentimentConfig,
  onTry: (number: number, of: number) => void = () => {},
): TunedBag {
  const order = BAG_ORDERS[config.tokens];
  const empty = new BagOfNgrams(frequentNgrams(tokensOf(train), order), order, labels.length);
  const rows = empty.rows(tokensOf(train));
  const validationRows = empty.rows(tokensOf(validation));
  const validationTargets = validation.map(({ target }) => target);
  let best: { bag: BagOfNgrams; penalty: BagPenalty; loss: number } | null = null;
  let number = 0;
  for (const naiveBayes of [false, true]) {
    let bag = empty;
    for (const ridge of RIDGES) {
      onTry(++number, 2 * RIDGES.length);
      bag = trainBag(bag, rows, train.targets, { naiveBayes, ridge });
      const logits = bag.scoresOf(validationRows);
      const calibration = fitCalibration([logits], validationTargets);
      const loss = meanLogLoss(calibrated([logits], calibration), validationTargets);
      if (!best || loss < best.loss) best = { bag, penalty: { naiveBayes, ridge }, loss };
    }
  }
  const { bag, penalty } = best!;
  const calibration = fitCalibration([bag.scoresOf(validationRows)], validationTargets);
  const kind = penalty.naiveBayes ? "naive Bayes features" : "plain features";
  return {
    bag,
    penalty,
    baseline: {
      name: config.tokens === "word" ? "bag of words" : "bag of letters",
      settings: `logistic regression on ${bag.ngrams.length} n-grams of 1 to ${order}, ${kind}, ridge ${penalty.ridge}`,
      logits: (examples) => {
        const rows = bag.rows(tokensOf(examples));
        return calibrated([bag.scoresOf(rows)], calibration);
      },
    },
  };
}

function* tokensOf(examples: Iterable<TrainingExample>) {
  for (const { tokens } of examples) yield tokens;
}

/** The mean of a text's vectors, and a linear layer: Joulin et al. 2017, fastText without n-grams. */
class MeanOfVectors extends nn.Module {
  readonly embedding: nn.EmbeddingBag;
  readonly dropout = new nn.Dropout(MEAN_VECTORS.dropout);
  readonly head: nn.Linear;

  constructor(numEmbeddings: number, embeddingDim: number, numClasses: number) {
    super();
    this.embedding = new nn.EmbeddingBag(numEmbeddings, embeddingDim, { paddingIdx: 0 });
    this.embedding.weight.mul_(0.3);
    this.head = new nn.Linear(embeddingDim, numClasses);
  }

  forward(ids: Tensor): Tensor {
    return this.head.forward(this.dropout.forward(this.embedding.forward(ids)));
  }
}

/** A network without memory: it stops where it was best on the validation part. */
export async function embeddingsBaseline(
  { labels, vocabulary, train, validation }: SentimentData,
  config: SentimentConfig,
): Promise<SentimentBaseline> {
  manualSeed(config.seed);
  const model = new MeanOfVectors(vocabulary.size, config.embeddingDim, labels.length);
  const logitsOf = (examples: readonly Example[]): Float64Array[] => {
    const rows: Float64Array[] = new Array<Float64Array>(examples.length);
    forEachBatch(examples, ({ ids }, places) => {
      const { data } = model.forward(ids);
      places.forEach((place, i) => {
        rows[place] = Float64Array.from(data.subarray(i * labels.length, (i + 1) * labels.length));
      });
    });
    return rows;
  };
  const targets = validation.map(({ target }) => target);
  const batches = textsLoader([train], { ...config, batchTokens: 4 * config.batchTokens });
  const epochs = Math.max(MEAN_VECTORS.epochs, Math.ceil(FEWEST_STEPS / batches.batchesPerEpoch));
  await fit({
    model,
    optimizer: new optim.AdamW(model.parameters(), { lr: MEAN_VECTORS.lr }),
    batches,
    loss: ({ ids, targets }) => nn.crossEntropy(model.forward(ids), targets),
    budget: { steps: Math.min(MOST_STEPS, epochs * batches.batchesPerEpoch) },
    schedule: warmupCosine(),
    validate: () => meanLogLoss(logitsOf(validation), targets),
  });
  model.eval();
  const calibration = fitCalibration([logitsOf(validation)], targets);
  return {
    name: "bag of embeddings",
    settings: `mean of vectors of ${config.embeddingDim}, then linear`,
    logits: (examples) => calibrated([logitsOf(examples)], calibration),
  };
}
