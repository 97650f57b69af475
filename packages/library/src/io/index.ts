/**
 * @file Weights in and out.
 *
 * In:   a file's bytes
 * Out:  tensors by name, for `module.loadStateDict`; and back
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
