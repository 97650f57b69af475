/**
 * @file One step of each optimizer as a plain loop. What the letters mean stands in `optim/*.ts`;
 * a state that the settings do not ask for is null.
 */

import type { FloatArray } from "../core/dtype.ts";
import type { OptimizerSteps } from "./backend.ts";

export const plainOptimizers: OptimizerSteps = {
  sgdStep(parameter, grad, buffer, { lr, momentum, share, weightDecay, nesterov }) {
    for (let i = 0; i < parameter.length; i++) {
      let g = grad[i] + weightDecay * parameter[i];
      if (buffer) {
        buffer[i] = momentum * buffer[i] + share * g;
        g = nesterov ? g + momentum * buffer[i] : buffer[i];
      }
      parameter[i] -= lr * g;
    }
  },

  adamStep(parameter, grad, m, v, vMax, settings) {
    const { stepSize, beta1, beta2, vScale, eps, pull, shrink } = settings;
    for (let i = 0; i < parameter.length; i++) {
      const g = grad[i] + pull * parameter[i];
      m[i] += (1 - beta1) * (g - m[i]);
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      let largest = v[i];
      if (vMax) {
        if (v[i] > vMax[i]) vMax[i] = v[i];
        largest = vMax[i];
      }
      const divisor = Math.sqrt(largest) * vScale + eps;
      parameter[i] -= (stepSize * m[i]) / divisor + shrink * parameter[i];
    }
  },

  rmspropStep(parameter, grad, squares, average, buffer, settings) {
    const { lr, alpha, eps, weightDecay, momentum } = settings;
    for (let i = 0; i < parameter.length; i++) {
      const g = grad[i] + weightDecay * parameter[i];
      squares[i] = alpha * squares[i] + (1 - alpha) * g * g;
      let size = squares[i];
      if (average) {
        average[i] += (1 - alpha) * (g - average[i]);
        // Below 0 by rounding alone, where the gradient hardly changes. PyTorch's step is NaN then.
        size = Math.max(0, size - average[i] * average[i]);
      }
      let update = g / (Math.sqrt(size) + eps);
      if (buffer) update = buffer[i] = momentum * buffer[i] + update;
      parameter[i] -= lr * update;
    }
  },

  adagradStep(parameter, grad, sums, { lr, weightDecay, eps }) {
    for (let i = 0; i < parameter.length; i++) {
      const g = grad[i] + weightDecay * parameter[i];
      sums[i] += g * g;
      parameter[i] -= (lr * g) / (Math.sqrt(sums[i]) + eps);
    }
  },

  sumOfSquares(x) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i] * x[i];
    return sum;
  },

  scale_(x: FloatArray, factor: number) {
    for (let i = 0; i < x.length; i++) x[i] *= factor;
  },
};
