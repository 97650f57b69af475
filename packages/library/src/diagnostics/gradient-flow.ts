/**
 * @file Where gradients go in a recurrent model: by layer, direction, step and lag.
 */

import { backend, engineName, withEngine } from "../backends/index.ts";
import { ArgumentError, formatShape } from "../core/errors.ts";
import type { Module } from "../nn/index.ts";
import { Tensor } from "../tensor/index.ts";
import { gradientNorms, type NormsByStep } from "./by-lag.ts";
import { type GateFlow, gateFlows } from "./gate-flow.ts";
import { forward, type LayerPlace, placeOf } from "./hidden-states.ts";
import { inEvaluation, withGradientsAside, withoutParameterGradients } from "./untouched.ts";
import { type RecordedLayer, recordSteps } from "./recording.ts";
import { type JacobianFlow, jacobiansOf, reachOf, stateSizeOf } from "./step-derivatives.ts";
import { type GradientWarning, warningsOf } from "./warnings.ts";
import { type WeightFlow, weightFlows } from "./weight-flow.ts";
import { type WeightSpectrum, weightSpectra } from "./weight-spectra.ts";

/** What a model is to read and what it should give: or a function that computes the loss. */
export type LossOf =
  | (() => Tensor)
  | {
      input: Tensor;
      targets: Tensor;
      /** Of what `model.forward(input)` gives, one number. */
      loss: (output: Tensor, targets: Tensor) => Tensor;
    };

export interface GradientFlowOptions {
  /**
   * `"float64"` computes on the `reference` engine, where norms go down to 1e-150: float32 ends at
   * 1e-45. Slow, but for a batch of a few sequences quick enough. Default: `"engine"`, the engine in use.
   */
  precision?: "engine" | "float64";
  /**
   * Whether to compute every step's Jacobian, for the longest sequence of the batch: for n features of
   * state (2·hiddenSize for an LSTM) a step takes the time of one with n sequences, and its product
   * n³ operations. Default: where n is at most 128.
   */
  jacobians?: boolean;
  /** Whether to compute the spectra of hidden-to-hidden weights, 10·hiddenSize³ operations. Default: `true`. */
  spectra?: boolean;
}

/** One layer in one direction. */
export interface LayerFlow extends LayerPlace {
  /** ‖∂L/∂h_t‖: the total derivative, through all that comes after. */
  h: NormsByStep;
  /** ‖∂L/∂c_t‖, that through h_t included; null where the state has no second part. */
  c: NormsByStep | null;
  /**
   * [seq + 1], how much of a gradient that comes in at the last state is left so many steps before,
   * whatever the loss: the mean over sequences of ‖uᵀ·∂s_T/∂s_{T−lag}‖, u a random unit vector.
   */
  reach: Float64Array;
  /** Every weight that is multiplied at the layer's steps, and which lags its gradient comes from. */
  weights: WeightFlow[];
  /** Of the hidden-to-hidden weights; empty if not asked for, and in cells that have none. */
  spectra: WeightSpectrum[];
  /** null if not asked for. */
  jacobians: JacobianFlow | null;
  gates: GateFlow[];
}

export interface GradientFlow {
  loss: number;
  precision: "float32" | "float64";
  /** √Σ g² over all parameters of the model: what `clipGradNorm` compares. */
  gradNorm: number;
  layers: LayerFlow[];
  /** What is wrong, with the evidence and what to try; none for a healthy model. */
  warnings: GradientWarning[];
}

/** Up to here Jacobians are quick: 128 steps of 128 features take a second in float64. */
const LARGEST_STATE = 128;

/**
 * Runs a model forward and backward once, step by step, and measures its gradients: how long they
 * are at every step of every recurrent layer, which steps the weights' gradients come from, how far
 * back a layer reaches, how its gates stand, and what all that says about the model.
 *
 * All norms are over the whole batch where not said otherwise: of a loss that is a mean over the
 * batch they shrink with its size, and ratios do not. Lags count from the end of each sequence's own
 * pass. The model runs in evaluation mode, so nothing is dropped or drawn; its gradients, mode and
 * random numbers are left as they were.
 *
 * Works with every recurrent layer, with {@link Recurrent} of any cell, and models made of them.
 * Only a cell's own products with weights are seen as its weights: those of RNN, LSTM, GRU and their
 * kin, and not those of a Linear layer inside a cell of your own.
 *
 * @param batch `{ input, targets, loss }`, or a function that runs the model and returns its loss
 *
 * @throws ArgumentError if no recurrent layer ran, or the loss is not one number
 *
 * @example
 * const rnn = new nn.RNN(8, 16);
 * const x = randn([100, 4, 8]);
 * const flow = gradientFlow(rnn, () => rnn.forward(x)[1].sum(), { precision: "float64" });
 * const [{ h }] = flow.layers;
 * h.byLag.length; // 101
 * h.byLag[100] / h.byLag[0] < 1e-15; // true
 * flow.warnings[0].kind; // "vanishing"
 */
export function gradientFlow(
  model: Module,
  batch: LossOf,
  { precision = "engine", jacobians, spectra = true }: GradientFlowOptions = {},
): GradientFlow {
  if (precision !== "engine" && precision !== "float64") {
    throw new ArgumentError(
      `gradientFlow: expected precision "engine" or "float64", got ${JSON.stringify(precision)}.`,
    );
  }
  const body = typeof batch === "function" ? batch : () => lossOf(model, batch);
  const engine = precision === "float64" ? "reference" : engineName();

  return withEngine(engine, () =>
    inEvaluation(model, () =>
      withGradientsAside(model, () => {
        const { result, layers } = recordSteps(model, body);
        checkLoss(result);
        if (result.requiresGrad) result.backward();
        const known = spectra ? weightSpectra(model.stateDict()) : [];
        const flows = layers.map((layer) => flowOf(model, layer, known, jacobians));
        const flow = {
          loss: result.item(),
          precision: backend().dtype,
          gradNorm: normOfGradients(model),
          layers: flows,
        };
        return { ...flow, warnings: warningsOf(flow) };
      }),
    ),
  );
}

function flowOf(
  model: Module,
  layer: RecordedLayer,
  spectra: readonly WeightSpectrum[],
  jacobians: boolean | undefined,
): LayerFlow {
  const weights = weightFlows(model, layer);
  const isOwn = ({ key }: WeightSpectrum) => weights.some(({ name }) => name === key);
  const wantsJacobians = jacobians ?? stateSizeOf(layer) <= LARGEST_STATE;
  return {
    ...placeOf(layer),
    h: gradientNorms(layer, 0),
    c: layer.initial.length > 1 ? gradientNorms(layer, 1) : null,
    weights,
    spectra: spectra.filter(isOwn),
    gates: gateFlows(layer),
    ...withoutParameterGradients(model, () => ({
      reach: reachOf(layer).perSequence,
      jacobians: wantsJacobians ? jacobiansOf(layer) : null,
    })),
  };
}

function lossOf(model: Module, { input, targets, loss }: Exclude<LossOf, () => Tensor>): Tensor {
  const output = forward("gradientFlow", model, input);
  if (output instanceof Tensor) return loss(output, targets);
  throw new ArgumentError(
    `gradientFlow: expected ${model.constructor.name}.forward to return one tensor for the loss. ` +
      "It returns more: give a function that computes the loss, () => loss(model.forward(input)[0], targets).",
  );
}

function checkLoss(loss: unknown): asserts loss is Tensor {
  if (loss instanceof Tensor && loss.size === 1) return;
  const got = loss instanceof Tensor ? `shape ${formatShape(loss.shape)}` : String(loss);
  throw new ArgumentError(
    `gradientFlow: expected the loss to be one number, got ${got}. Reduce it with sum() or mean().`,
  );
}

function normOfGradients(model: Module): number {
  let sum = 0;
  for (const { grad } of model.parameters()) {
    for (const value of grad?.storage.array ?? []) sum += value * value;
  }
  return Math.sqrt(sum);
}
