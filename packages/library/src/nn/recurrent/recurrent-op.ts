/**
 * @file One recurrent layer, whole sequences, as one node of the tape.
 *
 * The engine does the arithmetic (`backends/plain-recurrent.ts` has the formulas); here it is tied
 * to tensors: which gradient belongs to which input.
 */

import { isGradEnabled, recordMany } from "../../autograd/tape.ts";
import {
  backend,
  type Backend,
  type RecurrentCall,
  type RecurrentSaved,
  type RecurrentWeights,
} from "../../backends/index.ts";
import type { FloatArray } from "../../core/dtype.ts";
import { Storage } from "../../core/storage.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { DirectionWeights, FusedOptions } from "./fused-call.ts";

/**
 * - `input` [seq, batch, inputSize], or [batch, seq, inputSize] if `batchFirst`
 * - `h0`    [numDirections, batch, P], or null for zeros; P = projSize || hiddenSize
 * - `c0`    [numDirections, batch, hiddenSize], or null for zeros
 *
 * A streaming step takes microseconds, so what only backward needs is made only where it is recorded.
 */
export function recurrent(
  input: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  directions: readonly DirectionWeights[],
  options: FusedOptions,
): RecurrentOutputs {
  const { cell, resetAfter, batchFirst, hiddenSize, projSize, lengths } = options;
  const batch = input.shape[batchFirst ? 0 : 1];
  const seq = input.shape[batchFirst ? 1 : 0];
  const numDirections = directions.length;
  const features = projSize || hiddenSize;
  const call: RecurrentCall = {
    cell,
    resetAfter,
    batchFirst,
    batch,
    seq,
    inputSize: input.shape[2],
    hiddenSize,
    projSize,
    input: floats(input),
    directions: directions.map(storagesOf),
    h0: h0 && floats(h0),
    c0: c0 && floats(c0),
    lengths,
    training: isGradEnabled() && needsGrad(input, h0, c0, directions),
  };

  const engine = backend();
  const result = engine.recurrent(call);
  const width = numDirections * features;
  const outputs: RecurrentOutputs = {
    output: new Tensor(result.output, batchFirst ? [batch, seq, width] : [seq, batch, width]),
    hN: new Tensor(result.hN, [numDirections, batch, features]),
    cN: result.cN && new Tensor(result.cN, [numDirections, batch, hiddenSize]),
  };
  if (result.saved) record(input, h0, c0, directions, call, result.saved, outputs, engine);
  return outputs;
}

interface RecurrentOutputs {
  output: Tensor;
  hN: Tensor;
  cN: Tensor | null;
}

function record(
  input: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  directions: readonly DirectionWeights[],
  call: RecurrentCall,
  saved: RecurrentSaved,
  { output, hN, cN }: RecurrentOutputs,
  engine: Backend,
): void {
  const { cell, resetAfter, batchFirst, hiddenSize, projSize, seq, batch } = call;
  recordMany(
    cell,
    // In the order in which backward gives their gradients.
    [input, ...present([h0, c0]), ...directions.flatMap(tensorsOf)],
    present([output, hN, cN]),
    ([gradOutput, gradHN, gradCN]) => {
      const grads = engine.recurrentBackward(call, saved, {
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
    {
      cell,
      resetAfter,
      batchFirst,
      hiddenSize,
      projSize,
      lengths: call.lengths,
      seq,
      batch,
      numDirections: directions.length,
      hasState: h0 !== null,
    },
  );
}

function needsGrad(
  input: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  directions: readonly DirectionWeights[],
): boolean {
  if (input.requiresGrad || h0?.requiresGrad || c0?.requiresGrad) return true;
  return directions.some((direction) => NAMES.some((name) => direction[name]?.requiresGrad));
}

const NAMES = ["weightIh", "weightHh", "biasIh", "biasHh", "weightHr"] as const;

function tensorsOf(direction: DirectionWeights): Tensor[] {
  return NAMES.flatMap((name) => direction[name] ?? []);
}

const NOTHING = new Storage(new Float32Array(0));

function storagesOf(direction: DirectionWeights): RecurrentWeights {
  return {
    weightIh: direction.weightIh.storage,
    weightHh: direction.weightHh?.storage ?? NOTHING,
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
