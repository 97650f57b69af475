/**
 * @file Recordings of sensors: a class, or a number, for each.
 *
 * In:   `.ts` files of the UEA archive, or tables with one row for each step
 * Out:  a model that answers for a recording, and its score beside the baselines
 * May import: unrolled, by its name.
 */

export {
  kindOfAnswers,
  sensorSet,
  type RawCase,
  type SensorCase,
  type SensorSet,
} from "./cases.ts";
export { parseTs } from "./ts-format.ts";
export { sensorsFromTable, type LongTableOptions, type Table } from "./long-table.ts";
export {
  SENSOR_BUDGET,
  SENSOR_DEFAULTS,
  sensorConfig,
  type SensorCell,
  type SensorConfig,
  type SensorPooling,
} from "./config.ts";
export {
  checkChannels,
  prepareSensors,
  splitSensors,
  type SensorBatch,
  type SensorData,
  type SensorScheme,
} from "./data.ts";
export { SensorModel } from "./model.ts";
export { trainSensors, type SensorResult, type SensorRunOptions } from "./train.ts";
export {
  evaluateSensors,
  scoreAnswers,
  type ClassEvaluation,
  type NumberEvaluation,
  type SensorEvaluation,
} from "./evaluate.ts";
export { sensorBaselines, type SensorBaseline } from "./baselines.ts";
export { dtwDistance, type Steps } from "./dtw.ts";
export { predictSensors, type SensorPrediction } from "./predict.ts";
export { loadSensorModel, saveSensorModel } from "./model-files.ts";
export { sensorOnnx } from "./onnx.ts";
