/**
 * @file How long a sequence is after convolution and pooling.
 */

import { lengthList, type SequenceLengths } from "../data/lengths.ts";
import type { Module } from "./module.ts";
import { Sequential } from "./sequential.ts";

/** A layer that makes sequences shorter or longer, such as {@link Conv1d} and {@link MaxPool1d}. */
interface ChangesLengths extends Module {
  outputLengths(lengths: SequenceLengths): Int32Array;
}

/**
 * The lengths behind `layers`, one after another, of sequences that have `lengths` in front of them:
 * for a recurrent layer or {@link ctcLoss} after convolutions. Layers without an `outputLengths` of
 * their own, such as {@link ReLU}, keep the length; {@link Sequential} is looked into.
 *
 * A sequence too short for a kernel comes out with length 0.
 *
 * @example
 * const conv = new nn.Conv1d(4, 8, 5, { stride: 2 });
 * const pool = new nn.MaxPool1d(2);
 * nn.outputLengths([100, 61], conv, new nn.ReLU(), pool); // [24, 14]
 */
export function outputLengths(lengths: SequenceLengths, ...layers: readonly Module[]): Int32Array {
  let current = lengthList("outputLengths", lengths);
  for (const layer of layers) {
    if (layer instanceof Sequential) current = outputLengths(current, ...layer.layers);
    else if (changesLengths(layer)) current = layer.outputLengths(current);
  }
  return current;
}

function changesLengths(layer: Module): layer is ChangesLengths {
  return "outputLengths" in layer;
}
