/**
 * @file What a fused recurrent layer is asked to do, whoever does it.
 */

import type { CellKind } from "../../backends/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Module } from "../module.ts";

/**
 * The parameters of one layer in one direction, or what was made of them; names as in PyTorch,
 * without the `_l0` suffix.
 */
export interface DirectionWeights {
  weightIh: Tensor; //        [G, I]
  weightHh: Tensor | null; // [G, P]; null for minimal cells, whose gates do not see h
  biasIh: Tensor | null; //   [G]
  biasHh: Tensor | null; //   [G]
  weightHr: Tensor | null; // [P, H]
}

export interface FusedOptions {
  cell: CellKind;
  resetAfter: boolean;
  batchFirst: boolean;
  hiddenSize: number;
  projSize: number;
  lengths: Int32Array | null;
}

/** One layer of a module, in all its directions; a state is null where it begins with zeros. */
export interface FusedCall {
  readonly module: Module;
  readonly layer: number;
  readonly x: Tensor;
  readonly states: readonly (Tensor | null)[];
  readonly directions: readonly DirectionWeights[];
  readonly options: FusedOptions;
}
