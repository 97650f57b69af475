/**
 * @file How a recurrent layer's state depends on its states before, whatever the loss.
 *
 * s_t is the whole state after step t, for an LSTM h and c side by side, J_t = ∂s_t/∂s_{t−1} is the
 * step's Jacobian, and what reaches back `lag` steps from the end T is the product
 *
 *   P_lag = ∂s_T/∂s_{T−lag} = J_T · J_{T−1} · … · J_{T−lag+1}
 *
 * Source: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks",
 * https://arxiv.org/abs/1211.5063, equations 4 and 5
 */

import { backend } from "../backends/index.ts";
import { RandomGenerator, Tensor } from "../tensor/index.ts";
import { inPass, type NormsByStep, SequenceNorms } from "./by-lag.ts";
import { normalize, spectralNorm } from "./eigenvalues.ts";
import type { RecordedLayer } from "./recording.ts";

/** The Jacobians of one sequence. */
export interface JacobianFlow {
  /** [seq], ‖J_t‖₂ of each step: the most that it can stretch a change of the state. */
  step: Float64Array;
  /** [seq + 1], ‖P_lag‖₂. */
  product: Float64Array;
  /**
   * The largest Lyapunov exponent, per step: λ = mean of ln‖J_t·q_{t−1}‖, q_t = J_t·q_{t−1}/‖·‖, from a
   * random q₀, without the first tenth of the steps, in which q turns to where growth is largest. Below
   * 0 small changes die out, above 0 they grow: e^λ is the mean factor of one step.
   *
   * Source: Benettin et al. 1980; for recurrent networks Vogt et al. 2022, "On Lyapunov exponents for
   * RNNs", https://doi.org/10.3389/fams.2022.818799
   */
  lyapunov: number;
}

/**
 * ‖uᵀ·P_lag‖ for one random unit vector u for each sequence: 1 at lag 0, and then what is left of a
 * gradient that comes in at the end. In the mean square over u it is ‖P_lag‖_F/√n.
 *
 * The gradient ∂L/∂s_t has the loss of every step in it: where each step has one, it stays level
 * however short the layer's memory. This measure has no loss in it. It takes one forward and one
 * backward pass, step by step.
 */
export function reachOf(layer: RecordedLayer): NormsByStep {
  const norms = new SequenceNorms(layer);
  const widths = layer.initial.map(({ shape }) => shape[1]);
  // For each sequence, in the batch's order, uᵀ·∂s_T/∂s, where s goes back step by step.
  const arrived = unitVectors(layer.batch, widths);

  for (const [t, { rows, x, before }] of inPass(layer).reverse()) {
    const cotangents = arrived.map((part) => rowsOf(part, rows));
    cotangents.forEach((cotangent) => norms.add(t, rows, cotangent));
    const grads = vectorJacobian(layer, x, before, cotangents);
    grads.forEach((grad, part) => {
      if (grad) intoRows(arrived[part], rows, grad);
      else for (const b of rows) arrived[part][b].fill(0);
    });
  }
  for (const part of arrived) norms.addInitial(rowsOf(part, layer.order));
  return norms.result();
}

/** The Jacobians of the batch's longest sequence; each takes a step with a row for every feature. */
export function jacobiansOf(layer: RecordedLayer): JacobianFlow {
  const pass = inPass(layer);
  const jacobians = pass.map(([, { x, before }]) =>
    jacobianOf(
      layer,
      x.slice(0, 0, 1), // Rows begin with the longest.
      before.map((part) => part.slice(0, 0, 1)),
    ),
  );
  const step = new Float64Array(pass.length);
  for (const [n, [t]] of pass.entries()) step[t] = spectralNormOf(jacobians[n]);
  return { step, product: productNorms(jacobians), lyapunov: lyapunovExponent(jacobians) };
}

/** How many features the whole state has. */
export function stateSizeOf(layer: RecordedLayer): number {
  return layer.initial.reduce((sum, { shape }) => sum + shape[1], 0);
}

/** cᵀ·∂s′/∂s of each row, s′ = step(x, s); by parts of the state. null where nothing flows. */
function vectorJacobian(
  layer: RecordedLayer,
  x: Tensor,
  before: readonly Tensor[],
  cotangents: readonly Tensor[],
): (Tensor | null)[] {
  const state = before.map(({ storage, shape }) => new Tensor(storage, shape, true));
  const weighed = layer.step(x.detach(), state).map((part, i) => part.mul(cotangents[i]).sum());
  const sum = weighed.reduce((a, b) => a.add(b));
  if (sum.requiresGrad) sum.backward();
  return state.map(({ grad }) => grad);
}

/** [n, n]: n copies of the state, the i-th of which is asked for the derivative of feature i. */
function jacobianOf(layer: RecordedLayer, x: Tensor, before: readonly Tensor[]): Tensor {
  const n = stateSizeOf(layer);
  const copies = (row: Tensor) => row.detach().expand(n, row.shape[1]);
  let from = 0;
  const cotangents = before.map(({ shape: [, width] }) => {
    const array = backend().alloc(n * width);
    for (let i = 0; i < width; i++) array[(from + i) * width + i] = 1;
    from += width;
    return new Tensor(array, [n, width]);
  });
  const grads = vectorJacobian(layer, copies(x), before.map(copies), cotangents);
  const jacobian = backend().alloc(n * n);
  let column = 0;
  for (const [part, { shape }] of before.entries()) {
    const array = grads[part]?.storage.array;
    const width = shape[1];
    for (let i = 0; array && i < n; i++) {
      jacobian.set(array.subarray(i * width, (i + 1) * width), i * n + column);
    }
    column += width;
  }
  return new Tensor(jacobian, [n, n]);
}

/** ‖P_lag‖₂ for every lag. */
function productNorms(jacobians: readonly Tensor[]): Float64Array {
  const norms = new Float64Array(jacobians.length + 1);
  norms[0] = 1;
  let product: Tensor | null = null;
  let scale = 1;
  for (const [done, jacobian] of [...jacobians].reverse().entries()) {
    const next: Tensor = product ? product.matmul(jacobian) : jacobian;
    const norm = spectralNormOf(next);
    norms[done + 1] = scale *= norm;
    if (norm === 0) break;
    product = next.div(norm); // float32 ends at 1e-45, and products go on.
  }
  return norms;
}

function lyapunovExponent(jacobians: readonly Tensor[]): number {
  const [q] = unitVectors(1, [jacobians[0].shape[0]])[0];
  const skipped = Math.floor(jacobians.length / 10);
  let sum = 0;
  for (const [t, jacobian] of jacobians.entries()) {
    const array = jacobian.storage.array;
    const next = q.map((_, i) => {
      let value = 0;
      for (let j = 0; j < q.length; j++) value += array[i * q.length + j] * q[j];
      return value;
    });
    const growth = normalize(next);
    if (t >= skipped) sum += Math.log(growth);
    q.set(next);
  }
  return sum / (jacobians.length - skipped);
}

function spectralNormOf({ storage, shape: [rows, cols] }: Tensor): number {
  return spectralNorm(storage.array, rows, cols);
}

/** A random unit vector for each sequence, cut into parts: [parts][batch][width]. */
function unitVectors(batch: number, widths: readonly number[]): Float64Array[][] {
  const generator = new RandomGenerator(0); // Its own: looking must not change what training draws.
  const n = widths.reduce((sum, width) => sum + width, 0);
  const parts: Float64Array[][] = widths.map(() => []);
  for (let b = 0; b < batch; b++) {
    const u = Float64Array.from({ length: n }, () => generator.normal());
    normalize(u);
    let from = 0;
    for (const [part, width] of widths.entries()) {
      parts[part].push(u.slice(from, (from += width)));
    }
  }
  return parts;
}

function rowsOf(vectors: readonly Float64Array[], rows: Int32Array): Tensor {
  const width = vectors[0].length;
  const array = backend().alloc(rows.length * width);
  for (const [row, b] of rows.entries()) array.set(vectors[b], row * width);
  return new Tensor(array, [rows.length, width]);
}

function intoRows(vectors: readonly Float64Array[], rows: Int32Array, values: Tensor): void {
  const { array } = values.storage;
  const width = values.shape[1];
  for (const [row, b] of rows.entries()) {
    vectors[b].set(array.subarray(row * width, (row + 1) * width));
  }
}
