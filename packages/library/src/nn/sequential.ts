/**
 * @file Layers one after another.
 */

import { ArgumentError } from "../core/errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { checkModule, Module, type Layer } from "./module.ts";

/**
 * Each layer reads what the one before it gives. Checkpoint keys count from 0: `0.weight`.
 *
 * A recurrent layer gives a tuple, output and state, and so does not fit in here: write a `Module`
 * whose `forward` takes the part it needs.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 *
 * @throws ArgumentError in `forward`, naming a layer that gives something other than a tensor
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(3, 5), new nn.Dropout(0.1), new nn.Linear(5, 2));
 * model.forward(zeros([4, 3])).shape; // [4, 2]
 * Object.keys(model.stateDict()); // ["0.weight", "0.bias", "2.weight", "2.bias"]
 */
export class Sequential extends Module {
  readonly layers: readonly Layer[];

  constructor(...layers: Layer[]) {
    super();
    for (const layer of layers) checkModule("Sequential", layer);
    this.layers = layers;
  }

  /** Not `layers.0`, as for other arrays, but `0`: PyTorch's keys. */
  override *namedChildren(): IterableIterator<[name: string, child: Module]> {
    for (const [i, layer] of this.layers.entries()) yield [String(i), layer];
  }

  forward(input: Tensor): Tensor {
    let x = input;
    for (const [i, layer] of this.layers.entries()) {
      const y: unknown = layer.forward(x);
      if (!(y instanceof Tensor)) throw notATensor(i, layer, y);
      x = y;
    }
    return x;
  }
}

function notATensor(index: number, layer: Module, value: unknown): ArgumentError {
  const got = Array.isArray(value) ? "a tuple, as recurrent layers do" : typeof value;
  return new ArgumentError(
    `Sequential.forward: expected layer ${index}, ${layer.constructor.name}, to give one tensor, got ${got}. ` +
      "Write a Module whose forward takes the part it needs: const [output] = this.rnn.forward(x).",
  );
}
