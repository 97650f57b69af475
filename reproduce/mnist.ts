/**
 * @file MNIST pixel by pixel: 784 steps of one number, then the digit.
 */

import {
  crossEntropy,
  DataLoader,
  loadIdx,
  noGrad,
  optim,
  sequentialMnist,
  warmupCosine,
  type MemoryBatch,
  type SequentialImages,
} from "unrolled";
import { dataFile } from "./data.ts";
import { LastStateModel, numParameters, type ModelOptions } from "./models.ts";
import type { Outcome, RunContext } from "./table.ts";
import { train } from "./train.ts";

const NUM_VALIDATION = 5000;
const EVALUATION_BATCH = 250;

export interface MnistOptions extends Omit<ModelOptions, "inputSize" | "outputSize"> {
  epochs: number;
  batchSize: number;
  lr: number;
  clipNorm: number;
}

/**
 * Trains on the first 55,000 images, keeps the weights that are best on the other 5,000, and tests
 * once. The score is the accuracy in percent.
 */
export async function trainOnMnist(
  context: RunContext,
  { epochs, batchSize, lr, clipNorm, ...model }: MnistOptions,
): Promise<Outcome> {
  const images = await mnist("train");
  const firstValidation = images.count - NUM_VALIDATION;
  const network = new LastStateModel({ ...model, inputSize: 1, outputSize: 10 });
  const logitsOf = ({ input }: MemoryBatch) => network.forward(input.transpose(0, 1));
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  const batches = new DataLoader(range(0, firstValidation), {
    batchSize: context.quick ? 4 : batchSize,
    shuffle: true,
    dropLast: true,
    collate: (indices) => images.at(indices),
  });

  /** Mean loss and accuracy. */
  const evaluate = (from: SequentialImages, indices: number[]) => {
    let loss = 0;
    let correct = 0;
    const cut = context.quick ? indices.slice(0, 8) : indices;
    for (let at = 0; at < cut.length; at += EVALUATION_BATCH) {
      const batch = from.at(cut.slice(at, at + EVALUATION_BATCH));
      noGrad(() => {
        const logits = logitsOf(batch);
        loss += crossEntropy(logits, batch.targets, { reduction: "sum" }).item();
        correct += from.successRate(logits, batch.targets) * batch.targets.size;
      });
    }
    return { loss: loss / cut.length, accuracy: (100 * correct) / cut.length };
  };

  const validation = range(firstValidation, images.count);
  const { steps, bestLoss, spentBefore } = await train(context, {
    model: network,
    optimizer: new optim.Adam(network.parameters(), { lr }),
    batches,
    loss: (batch) => crossEntropy(logitsOf(batch), batch.targets),
    budget: context.quick ? { steps: 2 } : { epochs },
    validations: context.quick ? 1 : 2 * epochs,
    schedule: warmupCosine(),
    clipNorm,
    validate: () => evaluate(images, validation).loss,
  });

  network.eval();
  const test = await mnist("t10k");
  const { accuracy } = evaluate(test, range(0, test.count));
  const details = { validation: bestLoss!, parameters: numParameters(network) };
  return { score: accuracy, steps, details, spentBefore };
}

async function mnist(part: "train" | "t10k"): Promise<SequentialImages> {
  const images = await loadIdx(dataFile(`mnist/${part}-images-idx3-ubyte.gz`));
  const labels = await loadIdx(dataFile(`mnist/${part}-labels-idx1-ubyte.gz`));
  return sequentialMnist(images, labels);
}
