/**
 * @file One recurrent layer, whole sequences, as one node of the tape.
 *
 * The engine does the arithmetic (`backends/plain-recurrent.ts` has the formulas); here it is tied
 * to tensors: which gradient belongs to which input.
 */

import { needsRecord, recordMany } from "../../autograd/tape.ts";
import {
  backend,
  type CellKind,
  type RecurrentCall,
  type RecurrentWeights,
} from "../../backends/index.ts";
import type { FloatArray } from "../../core/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Parameter } from "../module.ts";

/** The parameters of one layer in one direction; names as in PyTorch, without the `_l0` suffix. */
export interface DirectionParameters {
  weightIh: Parameter; //        [G, I]
  weightHh: Parameter; //        [G, P]
  biasIh: Parameter | null; //   [G]
  biasHh: Parameter | null; //   [G]
  weightHr: Parameter | null; // [P, H]
}

export interface RecurrentOptions {
  cell: CellKind;
  resetAfter: boolean;
  batchFirst: boolean;
  hiddenSize: number;
  projSize: number;
  lengths: Int32Array | null;
}

/**
 * - `input` [seq, batch, inputSize], or [batch, seq, inputSize] if `batchFirst`
 * - `h0`    [numDirections, batch, P], or null for zeros; P = projSize || hiddenSize
 * - `c0`    [numDirections, batch, hiddenSize], or null for zeros
 */
export function recurrent(
  input: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  directions: readonly DirectionParameters[],
  options: RecurrentOptions,
): { output: Tensor; hN: Tensor; cN: Tensor | null } {
  const { batchFirst, hiddenSize, projSize, lengths } = options;
  const [batch, seq] = batchFirst ? input.shape : [input.shape[1], input.shape[0]];
  const numDirections = directions.length;
  const features = projSize || hiddenSize;

  // The order of the node's inputs: input, h0, c0, then each direction's parameters.
  const parameters = directions.flatMap(parametersOf);
  const inputs = [input, ...present([h0, c0]), ...parameters];
  const engine = backend();
  const call: RecurrentCall = {
    ...options,
    batch,
    seq,
    inputSize: input.shape[2],
    input: floats(input),
    directions: directions.map(storagesOf),
    h0: h0 && floats(h0),
    c0: c0 && floats(c0),
    lengths,
    training: needsRecord(inputs),
  };

  const result = engine.recurrent(call);
  const outer = batchFirst ? [batch, seq] : [seq, batch];
  const output = new Tensor(result.output, [...outer, numDirections * features]);
  const hN = new Tensor(result.hN, [numDirections, batch, features]);
  const cN = result.cN && new Tensor(result.cN, [numDirections, batch, hiddenSize]);

  recordMany(
    options.cell,
    inputs,
    present([output, hN, cN]),
    ([gradOutput, gradHN, gradCN]) => {
      const grads = engine.recurrentBackward(call, result.saved!, {
        output: gradOutput && floats(gradOutput),
        hN: gradHN && floats(gradHN),
        cN: gradCN ? floats(gradCN) : null,
        needsInput: input.requiresGrad,
      });
      return [
        grads.input && new Tensor(grads.input, input.shape),
        ...(h0 ? [new Tensor(grads.h0, h0.shape)] : []),
        ...(c0 ? [new Tensor(grads.c0!, c0.shape)] : []),
        ...directions.flatMap((direction, d) =>
          NAMES.flatMap((name) => {
            const parameter = direction[name];
            return parameter ? [new Tensor(grads.directions[d][name]!, parameter.shape)] : [];
          }),
        ),
      ];
    },
    { ...options, seq, batch, numDirections, hasState: h0 !== null },
  );
  return { output, hN, cN };
}

const NAMES = ["weightIh", "weightHh", "biasIh", "biasHh", "weightHr"] as const;

function parametersOf(direction: DirectionParameters): Parameter[] {
  return NAMES.flatMap((name) => direction[name] ?? []);
}

function storagesOf(direction: DirectionParameters): RecurrentWeights {
  return {
    weightIh: direction.weightIh.storage,
    weightHh: direction.weightHh.storage,
    biasIh: direction.biasIh?.storage ?? null,
    biasHh: direction.biasHh?.storage ?? null,
    weightHr: direction.weightHr?.storage ?? null,
  };
}

function present(tensors: (Tensor | null)[]): Tensor[] {
  return tensors.filter((t) => t !== null);
}

function floats(t: Tensor): FloatArray {
  return t.storage.array as FloatArray;
}
