/**
 * @file What a fused layer computes, step by step through the tape: for observers alone. The same
 * numbers, several times as slow; a test holds the two together.
 */

import type { FusedCall, DirectionWeights, FusedOptions } from "./fused-call.ts";
import type { Step } from "./observer.ts";
import { runSteps } from "./run-steps.ts";
import type { LayerResult } from "./stacked-layer.ts";
import { gruStep, lstmStep, minGruStep, minLstmStep, rnnStep, type StepWeights } from "./steps.ts";

export function unroll({ module, layer, x, states, directions, options }: FusedCall): LayerResult {
  const { batchFirst, hiddenSize, projSize, lengths } = options;
  return runSteps({
    module,
    layer,
    directions: directions.map((weights) => stepOf(weights, options)),
    x,
    states,
    sizes: [projSize || hiddenSize, hiddenSize],
    batchFirst,
    lengths,
  });
}

function stepOf(weights: DirectionWeights, { cell, resetAfter }: FusedOptions): Step {
  // Cells whose gates see h have weights for it.
  const w = weights as DirectionWeights & StepWeights;
  switch (cell) {
    case "rnn_tanh":
      return (x, [h]) => [rnnStep(w, "tanh", x, h)];
    case "rnn_relu":
      return (x, [h]) => [rnnStep(w, "relu", x, h)];
    case "lstm":
      return (x, [h, c]) => lstmStep(w, x, h, c);
    case "gru":
      return (x, [h]) => [gruStep(w, resetAfter, x, h)];
    case "mingru":
      return (x, [h]) => [minGruStep(weights, "linear", x, h)];
    case "mingru_positive":
      return (x, [h]) => [minGruStep(weights, "positive", x, h)];
    case "minlstm":
      return (x, [h]) => [minLstmStep(weights, "linear", x, h)];
    case "minlstm_positive":
      return (x, [h]) => [minLstmStep(weights, "positive", x, h)];
  }
}
