/**
 * @file Steps of optimizers, and the length of gradients. One parameter after the other passes
 * through the heap in pieces; `docs/decisions/0007-optimizers-copy.md` says why nothing stays there.
 */

import type { FloatArray } from "../../core/dtype.ts";
import type { OptimizerSteps } from "../backend.ts";
import type { WasmEngine } from "./engine.ts";
import { inPieces } from "./in-pieces.ts";

/** Below this many numbers the plain loops are faster than copying and a call: 0.5 µs for 64. */
const FEWEST_NUMBERS = 128;

export function optimizerSteps(engine: () => WasmEngine, loops: OptimizerSteps): OptimizerSteps {
  /** Not float64 either: a model of the reference engine, stepped under this one, stays exact. */
  const pays = (x: FloatArray) => x.length >= FEWEST_NUMBERS && x instanceof Float32Array;
  return {
    sgdStep(parameter, grad, buffer, settings) {
      if (!pays(parameter)) {
        loops.sgdStep(parameter, grad, buffer, settings);
        return;
      }
      const { lr, momentum, share, weightDecay, nesterov } = settings;
      const { kernels } = engine();
      inPieces(engine(), { change: [parameter, buffer], read: [grad] }, (n, x, b, g) =>
        kernels.sgdStep(0, n, x, b, g, lr, momentum, share, weightDecay, nesterov),
      );
    },

    adamStep(parameter, grad, m, v, vMax, settings) {
      if (!pays(parameter)) {
        loops.adamStep(parameter, grad, m, v, vMax, settings);
        return;
      }
      const { stepSize, beta1, beta2, vScale, eps, pull, shrink } = settings;
      const [c1, c2] = [1 - beta1, 1 - beta2];
      const { adamStep } = engine().kernels;
      inPieces(engine(), { change: [parameter, m, v, vMax], read: [grad] }, (n, x, m, v, vMax, g) =>
        adamStep(0, n, x, m, v, vMax, g, stepSize, c1, beta2, c2, vScale, eps, pull, shrink),
      );
    },

    rmspropStep(parameter, grad, squares, average, buffer, settings) {
      if (!pays(parameter)) {
        loops.rmspropStep(parameter, grad, squares, average, buffer, settings);
        return;
      }
      const { lr, alpha, eps, weightDecay, momentum } = settings;
      const { rmspropStep } = engine().kernels;
      const change = [parameter, squares, average, buffer];
      inPieces(engine(), { change, read: [grad] }, (n, x, s, a, b, g) =>
        rmspropStep(0, n, x, s, a, b, g, lr, alpha, 1 - alpha, eps, weightDecay, momentum),
      );
    },

    adagradStep(parameter, grad, sums, settings) {
      if (!pays(parameter)) {
        loops.adagradStep(parameter, grad, sums, settings);
        return;
      }
      const { lr, weightDecay, eps } = settings;
      const { adagradStep } = engine().kernels;
      inPieces(engine(), { change: [parameter, sums], read: [grad] }, (n, x, s, g) =>
        adagradStep(0, n, x, s, g, lr, weightDecay, eps),
      );
    },

    sumOfSquares(x) {
      if (!pays(x)) return loops.sumOfSquares(x);
      const { kernels } = engine();
      let sum = 0;
      inPieces(engine(), { read: [x] }, (n, ptr) => {
        sum += kernels.sumOfSquares(0, n, ptr);
      });
      return sum;
    },

    scale_(x, factor) {
      if (!pays(x)) {
        loops.scale_(x, factor);
        return;
      }
      const { kernels } = engine();
      inPieces(engine(), { change: [x] }, (n, ptr) => kernels.scale(0, n, factor, ptr, ptr));
    },
  };
}
