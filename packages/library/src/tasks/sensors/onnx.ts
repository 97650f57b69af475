/**
 * @file A model of recordings for other programs: its graph, and in the metadata all that is needed to use it.
 */

import { exportOnnx, zeros } from "unrolled";
import type { SensorModel } from "./model.ts";

/** Steps of the example; any number will do. */
const EXAMPLE_STEPS = 3;

/**
 * The model as an ONNX file.
 *
 * - in:  `values` [batch, seq, channels], each channel scaled: (x − mean) / deviation. Recordings in
 *   one batch are of one length: there is no place for padding
 * - out: `scores` [batch, classes], before the softmax; or of numbers [batch, 1], scaled
 * - metadata: `task`, `config` and `scheme`, with channels, means, deviations and classes
 */
export function sensorOnnx(model: SensorModel): Uint8Array {
  const { config, scheme } = model;
  return exportOnnx(model, zeros([1, EXAMPLE_STEPS, scheme.channels.length]), {
    inputNames: ["values"],
    outputNames: ["scores"],
    dynamicAxes: { values: { 0: "batch", 1: "seq" } },
    metadata: { task: "sensors", config, scheme },
  });
}
