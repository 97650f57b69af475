/**
 * @file The character model in TensorFlow.js: one optimizer step.
 *
 * The Wasm backend has no gradient for an embedding, so characters are multiplied as one-hot rows.
 * There is no AdamW and no clipping either; both are a few operations on top of Adam.
 */

import { charBatchOf, charWeightsOf, lossesOf } from "../../work.mjs";
import { asTensors } from "./layer.mjs";

const LR = 1e-3;
const WEIGHT_DECAY = 0.01;
const MAX_NORM = 1;

export function prepareCharModel(tf, work) {
  const { batch, seq, vocabulary, numLayers } = work;
  const weights = charWeightsOf(work);
  const valuesOf = (name) => weights[name].values;
  const variableOf = (name) => tf.variable(tf.tensor(valuesOf(name), weights[name].shape));

  const embedding = variableOf("embedding.weight");
  const headWeight = variableOf("head.weight");
  const headBias = variableOf("head.bias");
  const layers = Array.from({ length: numLayers }, (_, i) => {
    const weightIh = valuesOf(`lstm.weight_ih_l${i}`);
    const biasIh = valuesOf(`lstm.bias_ih_l${i}`);
    const layer = createLayer(tf, work, weightIh.length / biasIh.length);
    const weightHh = valuesOf(`lstm.weight_hh_l${i}`);
    const biasHh = valuesOf(`lstm.bias_hh_l${i}`);
    layer.setWeights(asTensors(tf, "lstm", { weightIh, weightHh, biasIh, biasHh }));
    return layer;
  });
  const variables = [embedding, headWeight, headBias].concat(
    layers.flatMap((layer) => layer.trainableWeights.map((weight) => weight.read())),
  );

  const characters = charBatchOf(work);
  const oneHotOf = (ids) => tf.oneHot(tf.tensor1d(ids, "int32"), vocabulary).toFloat();
  const ids = oneHotOf(characters.ids);
  const targets = oneHotOf(characters.targets);
  const optimizer = tf.train.adam(LR, 0.9, 0.999, 1e-8);

  const lossOf = () => {
    let x = ids.matMul(embedding).reshape([batch, seq, -1]);
    for (const layer of layers) x = layer.apply(x);
    const logits = x
      .reshape([batch * seq, -1])
      .matMul(headWeight, false, true)
      .add(headBias);
    return tf.losses.softmaxCrossEntropy(targets, logits);
  };
  const body = () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(lossOf, variables);
      for (const variable of variables) variable.assign(variable.mul(1 - LR * WEIGHT_DECAY));
      optimizer.applyGradients(clipped(tf, grads));
      return value.dataSync()[0];
    });
  return { body, check: lossesOf(body) };
}

function createLayer(tf, { batch, hiddenSize }, inputSize) {
  const layer = tf.layers.lstm({
    units: hiddenSize,
    returnSequences: true,
    recurrentActivation: "sigmoid",
    recurrentInitializer: "glorotUniform", // the default, orthogonal, takes seconds
  });
  tf.tidy(() => layer.apply(tf.zeros([batch, 1, inputSize]))); // creates the weights
  return layer;
}

function clipped(tf, grads) {
  const squares = Object.values(grads).map((grad) => grad.square().sum());
  const factor = tf.minimum(1, tf.scalar(MAX_NORM).div(tf.addN(squares).sqrt().add(1e-6)));
  return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, grad.mul(factor)]));
}
