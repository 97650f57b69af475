/**
 * @file Ways around a layer: the sum with its input (residual), and a gate between both (highway).
 */

import { formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Linear } from "./linear.ts";
import { Module, type Layer } from "./module.ts";

/**
 * What can be wrapped: from a tensor, and whatever else it takes, to a tensor, or to a tuple that
 * begins with one, as recurrent layers give.
 */
export interface WrappableLayer extends Module {
  forward(input: Tensor, ...rest: never[]): Tensor | readonly [Tensor, ...unknown[]];
}

type Rest<L extends WrappableLayer> =
  Parameters<L["forward"]> extends [Tensor, ...infer R] ? R : never;

export interface ResidualOptions {
  /** What brings the input to the width of the output: a {@link Linear}, say. Default: nothing. */
  shortcut?: Layer;
}

/**
 * y = x + layer(x): the gradient has a way around the layer, so that deep stacks can be trained.
 *
 * - takes what the layer takes, and gives what it gives: around a recurrent layer, initial states and
 *   `lengths` in, `[output, state]` out, where `output` has x added
 * - x and the layer's output have the same shape, unless there is a `shortcut`: then
 *   y = shortcut(x) + layer(x)
 *
 * Past a sequence's end, where a recurrent layer with `lengths` gives 0, this gives x. Checkpoint
 * keys: `layer.…`, `shortcut.…`.
 *
 * Source: He et al. 2016, "Deep residual learning for image recognition"; around recurrent layers:
 * Wu et al. 2016, "Google's neural machine translation system", section 3.1
 *
 * @throws ShapeError in `forward`, if the two shapes differ
 *
 * @example
 * const layers = [1, 2, 3].map(() => new nn.Residual(new nn.GRU(8, 8, { batchFirst: true })));
 * let x = randn([2, 5, 8]);
 * for (const layer of layers) [x] = layer.forward(x, null, { lengths: [5, 3] });
 * x.shape; // [2, 5, 8]
 */
export class Residual<L extends WrappableLayer> extends Module {
  readonly layer: L;
  readonly shortcut: Layer | null;

  constructor(layer: L, { shortcut }: ResidualOptions = {}) {
    super();
    this.layer = layer;
    this.shortcut = shortcut ?? null;
  }

  forward(x: Tensor, ...rest: Rest<L>): ReturnType<L["forward"]> {
    const around = this.shortcut ? this.shortcut.forward(x) : x;
    return withOutput(this.layer, x, rest, (y) => {
      checkSameWidth("Residual.forward", around, y, " Give it a shortcut: new nn.Linear(…).");
      return around.add(y);
    });
  }
}

export interface HighwayOptions {
  /** Where the gate's bias starts: negative, so that at first most of x passes by. Default: −1. */
  gateBias?: number;
}

/**
 * y = t ⊙ layer(x) + (1 − t) ⊙ x, where t = σ(W·x + b): the network learns, feature by feature, what
 * goes through the layer and what around it.
 *
 * - x […, features] → y […, features], which is also what the layer gives
 * - a recurrent layer keeps its tuple, as with {@link Residual}
 *
 * Checkpoint keys: `layer.…`, `gate.weight` [features, features], `gate.bias` [features]. The gate's
 * weight starts as that of a {@link Linear}.
 *
 * Source: Srivastava, Greff and Schmidhuber 2015, "Highway networks"
 *
 * @throws ShapeError in `forward`, if the layer changes the shape
 *
 * @example
 * const highway = new nn.Highway(new nn.Sequential(new nn.Linear(8, 8), new nn.ReLU()), 8);
 * highway.forward(randn([4, 8])).shape; // [4, 8]
 */
export class Highway<L extends WrappableLayer> extends Module {
  readonly layer: L;
  readonly gate: Linear;

  constructor(layer: L, features: number, { gateBias = -1 }: HighwayOptions = {}) {
    super();
    this.layer = layer;
    this.gate = new Linear(features, features);
    this.gate.bias!.fill_(gateBias);
  }

  forward(x: Tensor, ...rest: Rest<L>): ReturnType<L["forward"]> {
    const t = this.gate.forward(x).sigmoid();
    return withOutput(this.layer, x, rest, (y) => {
      checkSameWidth("Highway.forward", x, y, "");
      return x.add(t.mul(y.sub(x))); // = t ⊙ y + (1 − t) ⊙ x
    });
  }
}

/** Runs the layer and replaces its output, which comes alone or first in a tuple. */
function withOutput<L extends WrappableLayer>(
  layer: L,
  x: Tensor,
  rest: unknown[],
  change: (output: Tensor) => Tensor,
): ReturnType<L["forward"]> {
  const result = layer.forward(x, ...(rest as never[]));
  const changed =
    result instanceof Tensor ? change(result) : [change(result[0]), ...result.slice(1)];
  return changed as ReturnType<L["forward"]>;
}

function checkSameWidth(where: string, x: Tensor, y: Tensor, hint: string): void {
  if (sameShape(x.shape, y.shape)) return;
  throw new ShapeError(
    `${where}: expected the layer to keep the shape of what it is added to, ${formatShape(x.shape)}, got ${formatShape(y.shape)}.${hint}`,
  );
}
