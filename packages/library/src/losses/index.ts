/**
 * @file Losses: predictions and targets become one number.
 *
 * In:   logits [batch, numClasses] and class ids [batch], or two tensors of one shape
 * Out:  [], or one loss for each row or element if reduction is "none"
 * May import: core, backends, tensor, autograd, data, nn.
 */

export {
  BCEWithLogitsLoss,
  binaryCrossEntropyWithLogits,
  type BCEWithLogitsOptions,
} from "./bce-with-logits.ts";
export { crossEntropy, CrossEntropyLoss, type CrossEntropyOptions } from "./cross-entropy.ts";
export { CRF, type CRFOptions, type CRFSequenceOptions } from "./crf.ts";
export { CTCLoss, ctcLoss, type CTCOptions } from "./ctc.ts";
export { GaussianNLLLoss, gaussianNllLoss, type GaussianNLLOptions } from "./gaussian-nll.ts";
export { linearCrossEntropy, type LinearCrossEntropyOptions } from "./linear-cross-entropy.ts";
export { L1Loss, l1Loss } from "./l1.ts";
export { MSELoss, mseLoss } from "./mse.ts";
export { NLLLoss, nllLoss, type NLLOptions } from "./nll.ts";
export type { LossMaskOptions, Reduction, ReductionOptions } from "./reduction.ts";
