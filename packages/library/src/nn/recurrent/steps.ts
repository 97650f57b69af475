/**
 * @file One step of each network, made of tensor operations: the formula, line by line. Cells are
 * these and their parameters; the fused layers are them in a loop, made fast, and run through them
 * where somebody looks inside (`observer.ts`).
 *
 * A fused buffer is named after its layout: `ifgo` holds [i | f | g | o] along its last axis.
 */

import { where } from "../../tensor/ops/indexing.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { observedCell, observedGate, observedLinear } from "./observer.ts";

/** The parameters of a step; shapes as in {@link DirectionWeights}. */
export interface StepWeights {
  readonly weightIh: Tensor;
  readonly weightHh: Tensor;
  readonly biasIh: Tensor | null;
  readonly biasHh: Tensor | null;
}

/** x·W_ihᵀ + b_ih: [batch, numGates·hiddenSize] */
export function fromInput(w: Pick<StepWeights, "weightIh" | "biasIh">, x: Tensor): Tensor {
  return observedLinear(x, w.weightIh, w.biasIh);
}

/** h·W_hhᵀ + b_hh: [batch, numGates·hiddenSize] */
export function fromState(w: Pick<StepWeights, "weightHh" | "biasHh">, h: Tensor): Tensor {
  return observedLinear(h, w.weightHh, w.biasHh);
}

/** σ(sum), and tanh(sum), as the gate or content of that name. */
export function sigmoidGate(name: string, sum: Tensor): Tensor {
  return observedGate(name, "sigmoid", sum, sum.sigmoid());
}
export function tanhGate(name: string, sum: Tensor): Tensor {
  return observedGate(name, "tanh", sum, sum.tanh());
}

/** h′ = f(W_ih·x + b_ih + W_hh·h + b_hh), f = tanh or relu */
export function rnnStep(
  w: StepWeights,
  nonlinearity: "tanh" | "relu",
  x: Tensor,
  h: Tensor,
): Tensor {
  const sum = fromInput(w, x).add(fromState(w, h));
  return observedGate("h", nonlinearity, sum, nonlinearity === "tanh" ? sum.tanh() : sum.relu());
}

/** c′ = f ⊙ c + i ⊙ g, h′ = o ⊙ tanh(c′), or W_hr·(o ⊙ tanh(c′)) with a projection */
export function lstmStep(
  w: StepWeights & { readonly weightHr?: Tensor | null },
  x: Tensor,
  h: Tensor,
  c: Tensor,
): [h: Tensor, c: Tensor] {
  const ifgo = fromInput(w, x).add(fromState(w, h)); //      [batch, 4·hiddenSize]
  const [iSum, fSum, gSum, oSum] = ifgo.chunk(4, -1); //     [batch, hiddenSize] each
  const i = sigmoidGate("i", iSum);
  const f = sigmoidGate("f", fSum);
  const g = tanhGate("g", gSum);
  const o = sigmoidGate("o", oSum);

  const cNext = observedCell(f.mul(c).add(i.mul(g)));
  const hNext = o.mul(cNext.tanh());
  return [w.weightHr ? observedLinear(hNext, w.weightHr, null) : hNext, cNext];
}

/** h′ = (1 − z) ⊙ n + z ⊙ h; with `resetAfter` n reads r ⊙ (W_hn·h + b_hn), else W_hn·(r ⊙ h) + b_hn */
export function gruStep(w: StepWeights, resetAfter: boolean, x: Tensor, h: Tensor): Tensor {
  const [xr, xz, xn] = fromInput(w, x).chunk(3, -1); // [batch, hiddenSize] each
  const [hr, hz, hn] = fromState(w, h).chunk(3, -1);
  const r = sigmoidGate("r", xr.add(hr));
  const z = sigmoidGate("z", xz.add(hz));
  const read = resetAfter
    ? r.mul(hn)
    : observedLinear(r.mul(h), w.weightHh, w.biasHh, 2 * h.shape[h.rank - 1]);
  const n = tanhGate("n", xn.add(read));
  return z.neg().add(1).mul(n).add(z.mul(h));
}

/** h′ = (1 − u) ⊙ h + u ⊙ v: the formulas at the top of `minimal.ts` */
export function minGruStep(
  w: Pick<StepWeights, "weightIh" | "biasIh">,
  content: "linear" | "positive",
  x: Tensor,
  h: Tensor,
): Tensor {
  const [uSum, a] = fromInput(w, x).chunk(2, -1);
  const u = sigmoidGate("u", uSum);
  const v = written(content, a);
  return u.neg().add(1).mul(h).add(u.mul(v));
}

/** h′ = f/(f + i) ⊙ h + i/(f + i) ⊙ v: the formulas at the top of `minimal.ts` */
export function minLstmStep(
  w: Pick<StepWeights, "weightIh" | "biasIh">,
  content: "linear" | "positive",
  x: Tensor,
  h: Tensor,
): Tensor {
  const [fSum, iSum, a] = fromInput(w, x).chunk(3, -1);
  const f = sigmoidGate("f", fSum);
  const i = sigmoidGate("i", iSum);
  const v = written(content, a);
  const both = f.add(i);
  return f.div(both).mul(h).add(i.div(both).mul(v));
}

function written(content: "linear" | "positive", a: Tensor): Tensor {
  const v = content === "linear" ? a : where(a.ge(0), a.add(0.5), a.sigmoid());
  return observedGate("v", "linear", a, v);
}
