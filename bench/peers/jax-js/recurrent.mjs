/**
 * @file Recurrent layers on jax-js.
 *
 * It has no `scan`, so the loop over time is unrolled by hand and compiled whole. Arrays are counted
 * references: an operation uses its arguments up, and `.ref` keeps one alive.
 */

import { inputOf, NUM_GATES, swapFirstAxes, weightsOf } from "../../work.mjs";
import { importPeer } from "../import-peer.mjs";

const { module: jax, version: packageVersion } = await importPeer("@jax-js/jax");
const { numpy: np, nn, jit, valueAndGrad } = jax;
await jax.init("wasm");
jax.defaultDevice("wasm");

export const version = packageVersion.replace("@jax-js/jax", "jax-js");

/** What `serve` asks for. */
export async function prepare(work) {
  const parameters = parametersOf(work);
  if (work.mode === "training") return trainingStep(work, parameters);
  return work.streaming ? streamingStep(work, parameters) : forwardPass(work, parameters);
}

function parametersOf(work) {
  const { cell, batch, seq, inputSize, hiddenSize: H } = work;
  const G = NUM_GATES[cell] * H;
  const { weightIh, weightHh, biasIh, biasHh } = weightsOf(work);
  const x = swapFirstAxes(inputOf(work), batch, seq, inputSize);
  return {
    x: np.array(x, { shape: [seq, batch, inputSize] }),
    weightIh: np.array(weightIh, { shape: [G, inputSize] }),
    weightHh: np.array(weightHh, { shape: [G, H] }),
    biasIh: np.array(biasIh, { shape: [G] }),
    biasHh: np.array(biasHh, { shape: [G] }),
  };
}

function refsOf(parameters) {
  return Object.fromEntries(Object.entries(parameters).map(([name, array]) => [name, array.ref]));
}

/** x·Wᵢᵀ + bᵢ is given; uses up h and c, but neither the weight nor the bias. */
function cellStep(cell, fromInput, h, c, weightHhT, biasHh) {
  const fromState = np.matmul(h.ref, weightHhT.ref).add(biasHh.ref);
  if (cell === "gru") {
    const [xr, xz, xn] = np.split(fromInput, 3, 1);
    const [hr, hz, hn] = np.split(fromState, 3, 1);
    const r = nn.sigmoid(xr.add(hr));
    const z = nn.sigmoid(xz.add(hz));
    const n = np.tanh(xn.add(r.mul(hn)));
    return [n.ref.add(z.mul(h.sub(n))), null];
  }
  h.dispose();
  const sums = fromInput.add(fromState);
  if (cell === "rnn") return [np.tanh(sums), null];
  const [i, f, g, o] = np.split(sums, 4, 1);
  const cNext = nn
    .sigmoid(f)
    .mul(c)
    .add(nn.sigmoid(i).mul(np.tanh(g)));
  return [nn.sigmoid(o).mul(np.tanh(cNext.ref)), cNext];
}

/** The whole sequence: [seq, batch, hiddenSize], and the last state. */
function unroll({ cell, batch, seq, hiddenSize }, { x, weightIh, weightHh, biasIh, biasHh }, h, c) {
  const rows = x.reshape([seq * batch, x.shape[2]]);
  const fromInput = np
    .matmul(rows, np.transpose(weightIh))
    .add(biasIh)
    .reshape([seq, batch, NUM_GATES[cell] * hiddenSize]);
  const weightHhT = np.transpose(weightHh);
  const outputs = [];
  for (const step of np.unstack(fromInput, 0)) {
    [h, c] = cellStep(cell, step, h, c, weightHhT, biasHh);
    outputs.push(h.ref);
  }
  weightHhT.dispose();
  biasHh.dispose();
  return { output: np.stack(outputs, 0), h, c };
}

function zeroStates({ cell, batch, hiddenSize }) {
  const zeros = () => np.zeros([batch, hiddenSize]);
  return [zeros(), cell === "lstm" ? zeros() : null];
}

function forwardOf(work) {
  return (parameters) => {
    const { output, h, c } = unroll(work, parameters, ...zeroStates(work));
    h.dispose();
    c?.dispose();
    return output;
  };
}

/** [seq, batch, hiddenSize], once. */
export async function forward(work) {
  return await jit(forwardOf(work))(parametersOf(work)).data();
}

function forwardPass(work, parameters) {
  const { batch, seq, hiddenSize } = work;
  const forward = jit(forwardOf(work));
  const body = async () => await forward(refsOf(parameters)).data();
  const check = async () => ({ output: swapFirstAxes(await body(), seq, batch, hiddenSize) });
  return { body, check };
}

function trainingStep(work, parameters) {
  const { batch, seq, inputSize } = work;
  const forward = forwardOf(work);
  const gradients = jit(valueAndGrad((given) => np.sum(np.square(forward(given)))));
  const body = async () => {
    const [loss, grads] = gradients(refsOf(parameters));
    loss.dispose();
    const values = {};
    for (const [name, grad] of Object.entries(grads)) values[name] = await grad.data();
    return values;
  };
  const check = async () => {
    const { x, weightIh, weightHh } = await body();
    return {
      gradInput: swapFirstAxes(x, seq, batch, inputSize),
      gradWeightIh: weightIh,
      gradWeightHh: weightHh,
    };
  };
  return { body, check };
}

function streamingStep(work, parameters) {
  let [h, c] = zeroStates(work);
  const isLstm = c !== null;
  const step = jit(({ h, c, ...given }) => {
    const next = unroll(work, given, h, c ?? null);
    next.output.dispose();
    return isLstm ? { h: next.h, c: next.c } : { h: next.h };
  });
  const body = async () => {
    const next = step({ ...refsOf(parameters), h, ...(isLstm && { c }) });
    h = next.h;
    c = next.c ?? null;
    return await h.ref.data();
  };
  const check = async () => {
    await body();
    return { output: await body() };
  };
  return { body, check };
}
