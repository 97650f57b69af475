/**
 * @file One recurrent layer: a training step, a forward pass, or a streaming step.
 */

import { nn, noGrad, tensor } from "unrolled";
import { inputOf, weightsOf } from "../../work.mjs";

const LAYERS = { lstm: nn.LSTM, gru: nn.GRU, rnn: nn.RNN };

export function prepareLayer(work) {
  const layer = createLayer(work);
  const { batch, seq, inputSize, mode } = work;
  const training = mode === "training";
  const x = tensor(inputOf(work), { shape: [batch, seq, inputSize], requiresGrad: training });
  if (training) return trainingStep(layer, x, work);
  return work.streaming ? streamingStep(layer, x) : forwardPass(layer, x, work);
}

/** With the bench's weights; layers above the first keep those they were born with. */
function createLayer(work) {
  const { cell, inputSize, hiddenSize, numLayers = 1, resetAfter = true } = work;
  const options = { batchFirst: true, numLayers, ...(cell === "gru" && { resetAfter }) };
  const layer = new LAYERS[cell](inputSize, hiddenSize, options);
  const { weightIh, weightHh, biasIh, biasHh } = weightsOf(work);
  const rows = biasIh.length;
  const weights = {
    weight_ih_l0: tensor(weightIh, { shape: [rows, inputSize] }),
    weight_hh_l0: tensor(weightHh, { shape: [rows, hiddenSize] }),
    bias_ih_l0: tensor(biasIh),
    bias_hh_l0: tensor(biasHh),
  };
  layer.loadStateDict(weights, { strict: numLayers === 1 });
  return layer;
}

/** Forward, Σy², backward: to every weight, every bias and the input. */
function trainingStep(layer, x, { lengths }) {
  const parameters = layer.parameters();
  const body = () => {
    // After an optimizer's step the weights are new ones: copies made of them are worth nothing.
    for (const { storage } of parameters) storage.changed();
    layer.zeroGrad();
    x.grad = null;
    const [output] = layer.forward(x, null, { lengths });
    output.mul(output).sum().backward();
    return output;
  };
  const check = () => {
    const output = body();
    const gradients = new Map(layer.namedParameters());
    return {
      output: output.data,
      gradInput: x.grad.data,
      gradWeightIh: gradients.get("weight_ih_l0").grad.data,
      gradWeightHh: gradients.get("weight_hh_l0").grad.data,
    };
  };
  return { body, check };
}

function forwardPass(layer, x, { lengths }) {
  const body = () => noGrad(() => layer.forward(x, null, { lengths })[0]);
  return { body, check: () => ({ output: body().data }) };
}

function streamingStep(layer, x) {
  let state = null;
  const body = () =>
    noGrad(() => {
      const [output, next] = layer.forward(x, state);
      state = next;
      return output;
    });
  const check = () => {
    body();
    return { output: body().data }; // the second step, which has a state to start from
  };
  return { body, check };
}
