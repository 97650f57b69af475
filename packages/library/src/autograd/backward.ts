/**
 * @file Walks the tape from the loss back to the parameters, and leaves a gradient at each.
 */

import { withBackend } from "../backends/index.ts";
import type { FloatArray } from "../core/dtype.ts";
import { AutogradError, formatShape, ShapeError } from "../core/errors.ts";
import { sameShape } from "../core/shape.ts";
import type { Storage } from "../core/storage.ts";
import { onesLike } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { noGrad, type TapeNode } from "./tape.ts";

/**
 * Adds dL/dx to `x.grad` for every leaf x with `requiresGrad` that `root` was made from.
 *
 * What the forward pass kept is given back on the way, so a graph can be walked once.
 */
export function backward(root: Tensor, gradRoot?: Tensor): void {
  if (!root.requiresGrad) {
    throw new AutogradError(
      "backward: this tensor does not depend on anything with requiresGrad. " +
        "Was it computed inside noGrad, or detached?",
    );
  }
  const seed = gradRoot ?? seedFor(root);
  if (!sameShape(seed.shape, root.shape)) {
    throw new ShapeError(
      `backward: expected a gradient of shape ${formatShape(root.shape)}, like the tensor, got ${formatShape(seed.shape)}.`,
    );
  }

  noGrad(() => {
    const pending = new Map<TapeNode, (Tensor | null)[]>();
    const taken = new Set<Storage>(gradRoot ? [gradRoot.storage] : []);

    const arrive = (tensor: Tensor, grad: Tensor) => {
      if (!tensor.requiresGrad) return;
      if (tensor.node) {
        const grads = pending.get(tensor.node)!;
        const before = grads[tensor.outputIndex];
        grads[tensor.outputIndex] = before ? before.add(grad) : grad;
      } else {
        accumulate(tensor, grad, taken);
      }
    };

    const nodes = nodesBehind(root);
    for (const node of nodes)
      pending.set(
        node,
        node.outputShapes.map(() => null),
      );
    arrive(root, seed);

    for (const node of nodes) {
      const gradOutputs = pending.get(node)!;
      pending.delete(node);
      const step = node.backward;
      if (!step) {
        throw new AutogradError(
          `backward: the graph has already been walked at "${node.name}", and what it kept is gone. ` +
            "Run the forward pass again, or add the losses and call backward once. " +
            "Is a state carried over from the last batch without detach()?",
        );
      }
      node.backward = null;
      const inputs = node.inputs;
      node.inputs = []; // Whoever keeps the loss does not keep every activation with it.
      if (gradOutputs.every((grad) => grad === null)) continue;
      const gradInputs = withBackend(node.backend, () => step(gradOutputs));
      gradInputs.forEach((grad, i) => {
        if (grad) arrive(inputs[i], grad);
      });
    }
  });
}

function seedFor(root: Tensor): Tensor {
  if (root.size !== 1) {
    throw new AutogradError(
      `backward: a tensor of shape ${formatShape(root.shape)} needs a gradient to start from: ` +
        "backward(gradient). Or reduce it to one number first, with sum() or mean().",
    );
  }
  return onesLike(root);
}

/** Every node that `root` depends on, latest first: a node comes after all that use its outputs. */
function nodesBehind(root: Tensor): TapeNode[] {
  const seen = new Set<TapeNode>();
  const open = root.node ? [root.node] : [];
  while (open.length > 0) {
    const node = open.pop()!;
    if (seen.has(node)) continue;
    seen.add(node);
    for (const input of node.inputs) if (input.node && !seen.has(input.node)) open.push(input.node);
  }
  return [...seen].sort((a, b) => b.id - a.id);
}

/**
 * leaf.grad += grad. A leaf owns its gradient's memory, since clipping and the optimizer may change
 * it in place; `taken` holds what another leaf already owns or the caller gave.
 */
function accumulate(leaf: Tensor, grad: Tensor, taken: Set<Storage>): void {
  if (leaf.grad) {
    const sum = leaf.grad.storage.array as FloatArray;
    const add = grad.storage.array;
    for (let i = 0; i < sum.length; i++) sum[i] += add[i];
    leaf.grad.storage.changed();
    return;
  }
  leaf.grad = taken.has(grad.storage) ? grad.clone() : grad;
  taken.add(leaf.grad.storage);
}
