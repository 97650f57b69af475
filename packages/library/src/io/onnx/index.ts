/**
 * @file Models as ONNX files: forward runs, what it does is written down, and becomes a graph.
 *
 *   named-tensors → dynamic-axes → tracing → program → write-graph (operations, layers) → model-proto
 */

export { exportOnnx, type ExportableModel, type OnnxOptions } from "./export-onnx.ts";
export { exportSeq2SeqOnnx, type Seq2SeqFiles } from "./seq2seq.ts";
export type { DynamicAxes } from "./dynamic-axes.ts";
