/**
 * @file Autograd: one number becomes a gradient for every parameter.
 *
 * May import: core, backends, tensor.
 */

export { backward } from "./backward.ts";
export { gradCheck, type GradCheckOptions } from "./grad-check.ts";
export { isGradEnabled, noGrad, record, recordMany, type TapeNode } from "./tape.ts";
