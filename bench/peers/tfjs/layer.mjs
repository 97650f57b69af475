/**
 * @file One recurrent layer in TensorFlow.js: a training step, a forward pass, or a streaming step.
 *
 * Its weights are PyTorch's transposed, with one bias, and its GRU resets before the product: the
 * bench compares that one with `resetAfter: false`.
 */

import { inputOf, NUM_GATES, reorderBlocks, transpose, weightsOf } from "../../work.mjs";

/** Which of PyTorch's blocks comes first, second, … here; each order is its own inverse. */
const BLOCK_ORDER = { lstm: [0, 1, 2, 3], gru: [1, 0, 2], rnn: [0] };

const NUM_STATES = { lstm: 2, gru: 1, rnn: 1 };

export function prepareLayer(tf, work) {
  const { batch, seq, inputSize } = work;
  const layer = createLayer(tf, work);
  const x = tf.tensor3d(inputOf(work), [batch, seq, inputSize]);
  if (work.mode === "training") return trainingStep(tf, work, layer, x);
  return work.streaming ? streamingStep(tf, work, layer, x) : forwardPass(tf, layer, x);
}

function createLayer(tf, work) {
  const { cell, batch, seq, inputSize, hiddenSize: H } = work;
  const create = { lstm: tf.layers.lstm, gru: tf.layers.gru, rnn: tf.layers.simpleRNN }[cell];
  const layer = create({
    units: H,
    returnSequences: true,
    activation: "tanh",
    recurrentActivation: "sigmoid",
    recurrentInitializer: "glorotUniform", // the default, orthogonal, takes seconds
    inputShape: [seq, inputSize],
  });
  tf.tidy(() => layer.apply(tf.zeros([batch, 1, inputSize]))); // creates the weights

  layer.setWeights(asTensors(tf, cell, weightsOf(work)));
  return layer;
}

/** PyTorch's weights of a layer, as this library has them. */
export function asTensors(tf, cell, { weightIh, weightHh, biasIh, biasHh }) {
  const G = biasIh.length;
  const H = G / NUM_GATES[cell];
  const matrix = (values) => {
    const columns = values.length / G;
    const inOrder = reorderBlocks(values, H, columns, BLOCK_ORDER[cell]);
    return tf.tensor2d(transpose(inOrder, G, columns), [columns, G]);
  };
  const bias = biasIh.map((b, i) => b + biasHh[i]);
  return [
    matrix(weightIh),
    matrix(weightHh),
    tf.tensor1d(reorderBlocks(bias, H, 1, BLOCK_ORDER[cell])),
  ];
}

function trainingStep(tf, work, layer, input) {
  const { cell, seq, inputSize, hiddenSize: H } = work;
  const x = tf.variable(input);
  const variables = [x, ...layer.trainableWeights.map((weight) => weight.read())];
  // The layer's gradient fails where there is only one step to stack.
  const forward = () => (seq === 1 ? singleStep(tf, work, layer, x) : layer.apply(x));
  const gradients = () => tf.variableGrads(() => forward().square().sum(), variables);
  const body = () => {
    const { value, grads } = gradients();
    value.dataSync();
    tf.dispose([value, grads]);
  };
  const check = () => {
    const { grads } = gradients();
    const [gradX, gradKernel, gradRecurrent] = variables.map(({ name }) => grads[name].dataSync());
    tf.dispose(grads);
    const asPyTorch = (values, columns) =>
      reorderBlocks(transpose(values, columns, NUM_GATES[cell] * H), H, columns, BLOCK_ORDER[cell]);
    return {
      gradInput: gradX,
      gradWeightIh: asPyTorch(gradKernel, inputSize),
      gradWeightHh: asPyTorch(gradRecurrent, H),
    };
  };
  return { body, check };
}

function forwardPass(tf, layer, x) {
  const body = () => {
    const output = tf.tidy(() => layer.apply(x));
    const values = output.dataSync();
    output.dispose();
    return values;
  };
  return { body, check: () => ({ output: body() }) };
}

function singleStep(tf, { cell, batch, inputSize, hiddenSize }, layer, x) {
  const zeros = Array.from({ length: NUM_STATES[cell] }, () => tf.zeros([batch, hiddenSize]));
  return layer.cell.call([x.reshape([batch, inputSize]), ...zeros], {})[0];
}

/** The cell itself: the layer around it only adds to the time. */
function streamingStep(tf, work, layer, input) {
  const { batch, inputSize, hiddenSize } = work;
  const x = input.reshape([batch, inputSize]);
  let states = Array.from({ length: NUM_STATES[work.cell] }, () => tf.zeros([batch, hiddenSize]));
  const body = () => {
    const [output, ...next] = tf.tidy(() => layer.cell.call([x, ...states], {}));
    const values = output.dataSync();
    tf.dispose(states);
    states = next;
    return values;
  };
  const check = () => {
    body();
    return { output: body() };
  };
  return { body, check };
}
