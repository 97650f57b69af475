/**
 * @file A model of recordings for other programs.
 */

import { loadSensorModel, sensorOnnx } from "unrolled/tasks/sensors";
import type { ExportTask } from "../task.ts";

export const sensorExport: ExportTask = {
  onnx: (read) => [
    {
      bytes: sensorOnnx(loadSensorModel(read)),
      says: "values [batch, seq, channels], each channel scaled by its mean and deviation, give a score for each class, before the softmax. The metadata has the means, the deviations and the classes.",
    },
  ],
};
