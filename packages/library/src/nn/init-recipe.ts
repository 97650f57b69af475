/**
 * @file What can be written into a recipe for {@link initialize}.
 */

import { ArgumentError, checkSize } from "../core/errors.ts";
import type { RandomGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  eye_,
  kaimingNormal_,
  kaimingUniform_,
  orthogonal_,
  xavierNormal_,
  xavierUniform_,
  zeros_,
} from "./init.ts";

export type Fill = (block: Tensor, generator: RandomGenerator) => unknown;

/** By name. */
export const FILLS = {
  xavierUniform: (block, generator) => xavierUniform_(block, 1, generator),
  xavierNormal: (block, generator) => xavierNormal_(block, 1, generator),
  kaimingUniform: (block, generator) => kaimingUniform_(block, { generator }),
  kaimingNormal: (block, generator) => kaimingNormal_(block, { generator }),
  orthogonal: (block, generator) => orthogonal_(block, 1, generator),
  identity: eye_,
  zeros: zeros_,
} satisfies Record<string, Fill>;

/**
 * A function of `nn.init` by its name, or any function that fills the matrix that it is given:
 * `nn.init.truncNormal_`, or `(block) => nn.init.orthogonal_(block, 1.1)`.
 */
export type WeightInit = keyof typeof FILLS | ((block: Tensor) => unknown);

/** What {@link initialize} is to change. What is left out stays as it is. */
export interface InitRecipe {
  /** Of recurrent layers and cells, gate by gate: the weights that read the input. */
  input?: WeightInit;
  /** Of recurrent layers and cells, gate by gate: the weights that read the state. */
  recurrent?: WeightInit;
  /** Of LSTMs with projSize: the weights that project h. */
  projection?: WeightInit;
  /** The weights of Linear. */
  linear?: WeightInit;
  /** The weights of Conv1d. */
  conv?: WeightInit;
  /** The rows of Embedding and EmbeddingBag; the row `paddingIdx` stays zero. */
  embedding?: WeightInit;
  /** Every bias of all these, but not that of a Highway's gate. Where a gate has two, their sum. */
  bias?: number;
  /** LSTM: the bias of the forget gate, which is the sum of PyTorch's two. 1 is usual. */
  forgetBias?: number;
  /** GRU: the bias of the update gate z, likewise. Above 0 it keeps more: h′ = (1 − z) ⊙ n + z ⊙ h. */
  updateBias?: number;
  /**
   * The longest dependency expected, in steps, T: forget biases (and update biases of GRUs) are
   * log U(1, T − 1), so that units forget within times of all lengths up to T; input biases of LSTMs
   * are the negative of their forget biases.
   */
  chrono?: number;
}

/** The parts of a recipe that fill weights. */
export type WeightPart = "input" | "recurrent" | "projection" | "linear" | "conv" | "embedding";

/** Which modules each part of a recipe is for. */
export const MATCHES: Record<keyof InitRecipe, string> = {
  input: "recurrent layers and cells",
  recurrent: "recurrent layers and cells",
  projection: "LSTMs with projSize",
  linear: "Linear",
  conv: "Conv1d",
  embedding: "Embedding and EmbeddingBag",
  bias: "layers with biases",
  forgetBias: "LSTMs with biases",
  updateBias: "GRUs with biases",
  chrono: "LSTMs and GRUs with biases",
};

export function partsOf(recipe: InitRecipe): (keyof InitRecipe)[] {
  const parts = Object.keys(recipe) as (keyof InitRecipe)[];
  return parts.filter((part) => recipe[part] !== undefined);
}

export function checkRecipe(recipe: InitRecipe): void {
  const parts = partsOf(recipe);
  for (const part of parts) {
    const value = recipe[part];
    if (!Object.hasOwn(MATCHES, part)) {
      throw new ArgumentError(
        `initialize: expected some of ${Object.keys(MATCHES).join(", ")}, got ${part as string}.`,
      );
    }
    const isBias = part === "chrono" || part.toLowerCase().endsWith("bias");
    if (
      isBias
        ? Number.isFinite(value)
        : typeof value === "function" || Object.hasOwn(FILLS, String(value))
    )
      continue;
    const expected = isBias ? "a number" : `a function or one of ${Object.keys(FILLS).join(", ")}`;
    throw new ArgumentError(
      `initialize: expected ${part} to be ${expected}, got ${JSON.stringify(value)}.`,
    );
  }
  if (parts.length === 0)
    throw new ArgumentError("initialize: expected a recipe, got an empty one.");
  if (recipe.chrono === undefined) return;
  checkSize("initialize", "chrono", recipe.chrono, 2);
  if (recipe.forgetBias !== undefined || recipe.updateBias !== undefined) {
    throw new ArgumentError(
      "initialize: chrono sets the biases of forget and update gates itself. Leave out forgetBias and updateBias.",
    );
  }
}
