/**
 * @file Everything that the host can call.
 */

export { add, div, exp, mul, scale, sigmoid, sub, tanh } from "./elementwise";
export { gemm, gemmTransA, gemmTransATwice } from "./gemm";
export { gruStep, gruStepBackward } from "./gru-step";
export { layerNorm, layerNormBackward } from "./layer-norm";
export { lstmStep, lstmStepBackward } from "./lstm-step";
export {
  addRows,
  copyRows,
  gatherRows,
  PRIVATE_BYTES,
  scatterRows,
  usePrivateRegion,
  zeroRows,
} from "./memory";
export { minStep, minStepBackward } from "./min-step";
export { adagradStep, adamStep, rmspropStep, sgdStep } from "./optimizer-steps";
export { packB } from "./pack";
export { sum, sumOfSquares, sumRows } from "./reduce";
export { rnnStep, rnnStepBackward } from "./rnn-step";
export { crossEntropy, crossEntropyBackward, logSoftmax, softmax } from "./softmax";
