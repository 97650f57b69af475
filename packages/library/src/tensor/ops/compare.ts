/**
 * @file Comparisons: int32, 1 where true and 0 where not. No gradient flows through them.
 */

import { traced } from "../../autograd/trace.ts";
import { broadcastShapes } from "../../core/shape.ts";
import { Tensor } from "../tensor.ts";
import { broadcastTo } from "./arithmetic.ts";

export const eq = comparison("eq", (a, b) => a === b);
export const ne = comparison("ne", (a, b) => a !== b);
export const gt = comparison("gt", (a, b) => a > b);
export const ge = comparison("ge", (a, b) => a >= b);
export const lt = comparison("lt", (a, b) => a < b);
export const le = comparison("le", (a, b) => a <= b);

function comparison(name: string, holds: (a: number, b: number) => boolean) {
  return (a: Tensor, other: Tensor | number): Tensor => {
    const b = typeof other === "number" ? new Tensor(Float64Array.of(other), []) : other;
    const shape = broadcastShapes(name, a.shape, b.shape);
    const x = broadcastTo(a, shape);
    const y = broadcastTo(b, shape);
    const truths = Int32Array.from(x, (value, i) => (holds(value, y[i]) ? 1 : 0));
    return traced(name, [a, b], new Tensor(truths, shape));
  };
}
