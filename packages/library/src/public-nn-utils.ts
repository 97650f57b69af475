/**
 * @file `nn.utils`, where PyTorch keeps what is done to gradients and sequences.
 */

export { clipGradNorm, clipGradValue } from "./optim/clip-grad-norm.ts";
export * as rnn from "./public-nn-utils-rnn.ts";
