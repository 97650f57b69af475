/**
 * @file Polyphonic music: the keys of the next step from all before it, 88 yes-or-no questions.
 *
 *   NLL = −Σ log p(key) over the 88 keys, averaged over all steps but the first of all pieces
 *
 * which is how the code of Bai et al. 2018 counts.
 */

import { readFileSync } from "node:fs";
import {
  binaryCrossEntropyWithLogits,
  BucketBatchSampler,
  collateFields,
  collateSequences,
  DataLoader,
  nn,
  noGrad,
  optim,
  parsePianoRolls,
  PolyphonicMusic,
  sequenceMask,
  warmupCosine,
  type SequencesBatch,
  type Tensor,
} from "unrolled";
import { dataFile } from "./data.ts";
import { EveryStepModel, numParameters, type Cell, type ModelOptions } from "./models.ts";
import type { Outcome, RunContext } from "./table.ts";
import { train } from "./train.ts";

const NUM_KEYS = 88;

/**
 * A step has about four ones among 88 inputs: with PyTorch's initial weights the state hardly sees
 * them, and the loss stays at that of the keys' frequencies (about 11 on the chorales) for thousands
 * of steps. Larger input weights end that.
 */
const gaussians = (std: number) => (block: Tensor) => nn.init.normal_(block, 0, std);
export const MUSIC_RECIPES: Record<Exclude<Cell, "IRNN">, nn.InitRecipe> = {
  LSTM: { input: gaussians(1), recurrent: "orthogonal", forgetBias: 1 },
  GRU: { input: gaussians(1), recurrent: "orthogonal" },
  RNN: { input: gaussians(0.5), recurrent: "orthogonal" },
};

export interface MusicOptions extends Omit<ModelOptions, "inputSize" | "outputSize"> {
  file: string;
  epochs: number;
  batchSize: number;
  lr: number;
  clipNorm: number;
}

/** Both padded [batch, seq, 88]. */
interface MusicBatch {
  input: SequencesBatch;
  target: SequencesBatch;
}

/** Trains on the training part, keeps the weights that are best on the validation part, and tests once. */
export async function trainOnMusic(
  context: RunContext,
  { file, epochs, batchSize, lr, clipNorm, ...model }: MusicOptions,
): Promise<Outcome> {
  const all = parsePianoRolls(readFileSync(dataFile(file), "utf8"));
  const part = (name: keyof typeof all) =>
    context.quick ? new PolyphonicMusic(all[name].pieces.slice(0, 12)) : all[name];
  const loader = (music: PolyphonicMusic, shuffle: boolean) => {
    const lengths = music.pieces.map((piece) => piece.length);
    const batchSampler = new BucketBatchSampler(lengths, { batchSize, shuffle });
    const collate = collateFields({ input: collateSequences, target: collateSequences });
    return new DataLoader(music, { batchSampler, collate });
  };

  const network = new EveryStepModel({ ...model, inputSize: NUM_KEYS, outputSize: NUM_KEYS });
  /** Mean over the steps of a batch. */
  const loss = ({ input: { values, lengths }, target }: MusicBatch) => {
    const logits = network.forward(values.transpose(0, 1), lengths); // [seq, batch, 88]
    const targets = target.values.transpose(0, 1);
    const mask = sequenceMask(lengths).transpose(0, 1);
    return binaryCrossEntropyWithLogits(logits, targets, { mask }).mul(NUM_KEYS);
  };
  const nll = (name: keyof typeof all): number => {
    const music = part(name);
    let sum = 0;
    for (const batch of loader(music, false)) {
      const steps = batch.input.lengths.reduce((a, b) => a + b, 0);
      sum += noGrad(() => loss(batch).item()) * steps;
    }
    return sum / music.numSteps;
  };

  const { steps, bestLoss, spentBefore } = await train(context, {
    model: network,
    optimizer: new optim.Adam(network.parameters(), { lr }),
    batches: loader(part("train"), true),
    loss,
    budget: { epochs: context.quick ? 2 : epochs },
    validations: context.quick ? 2 : epochs,
    schedule: warmupCosine({ finalFactor: 0.05 }),
    clipNorm,
    validate: () => nll("valid"),
  });
  network.eval();
  const details = { validation: bestLoss!, parameters: numParameters(network) };
  return { score: nll("test"), steps, details, spentBefore };
}
