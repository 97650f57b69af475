/**
 * @file A tensor in the middle of a computation whose gradient is kept.
 */

import { isGradEnabled, record } from "../autograd/index.ts";
import { Tensor } from "../tensor/index.ts";

/**
 * The same numbers; after `backward()` its `grad` is dL/d(it), whatever it was made from: what
 * PyTorch's `retain_grad` does. Go on with the tensor that is returned. Inside {@link noGrad} it is
 * the tensor given.
 *
 * Source: https://pytorch.org/docs/stable/generated/torch.Tensor.retain_grad.html
 *
 * @example
 * const w = tensor([2], { requiresGrad: true });
 * const y = watched(w.mul(3)); // 6
 * y.mul(y).sum().backward();
 * y.grad!.toArray(); // [12]
 */
export function watched(t: Tensor): Tensor {
  if (!isGradEnabled()) return t;
  // What depends on nothing that is trained, such as an initial state of zeros, becomes a leaf.
  const same = new Tensor(t.storage, t.shape, !t.requiresGrad);
  return record("watched", [t], same, (grad) => {
    same.grad = grad.clone(); // Below it may become a parameter's own, which grows in place.
    return [grad];
  });
}
