/**
 * @file Functions of one number, element by element. Formulas and derivatives are in
 * `backends/plain-loops.ts`, side by side.
 */

import { record } from "../../autograd/tape.ts";
import { backend, type UnaryName } from "../../backends/index.ts";
import type { FloatArray } from "../../core/dtype.ts";
import { Tensor } from "../tensor.ts";
import { floatsOf } from "./arithmetic.ts";

export const exp = unary("exp");
export const log = unary("log");
export const tanh = unary("tanh");
export const sigmoid = unary("sigmoid");
export const relu = unary("relu");
export const sqrt = unary("sqrt");
export const abs = unary("abs");
export const neg = unary("neg");

function unary(name: UnaryName) {
  return (x: Tensor): Tensor => {
    const xs = floatsOf(x);
    const ys = backend().unary(name, xs);
    return record(name, [x], new Tensor(ys, x.shape), (gradY) => [
      new Tensor(backend().unaryBackward(name, gradY.storage.array as FloatArray, xs, ys), x.shape),
    ]);
  };
}
