/**
 * @file Weights in and out, and the formats that public data comes in.
 *
 * In:   a file's bytes
 * Out:  tensors by name, for `module.loadStateDict`, and back; arrays
 * May import: platform, core, backends, tensor, autograd, data, nn, losses, optim.
 */

export {
  decodeStateDict,
  encodeStateDict,
  loadSafetensors,
  saveSafetensors,
  type SaveSafetensorsOptions,
} from "./safetensors-files.ts";
export {
  parseSafetensors,
  serializeSafetensors,
  type SafetensorsContents,
  type SafetensorsData,
  type SafetensorsDType,
  type SafetensorsEntry,
} from "./safetensors.ts";
export { loadIdx, parseIdx, type IdxArray, type IdxData } from "./idx.ts";
export { loadNpy, parseNpy, type NpyArray, type NpyData } from "./npy.ts";
export { decodeTaskModel, encodeTaskModel } from "./task-model.ts";
export {
  exportOnnx,
  exportSeq2SeqOnnx,
  type DynamicAxes,
  type ExportableModel,
  type OnnxOptions,
  type Seq2SeqFiles,
} from "./onnx/index.ts";
export { loadPyTorch } from "./pytorch/load-pytorch.ts";
