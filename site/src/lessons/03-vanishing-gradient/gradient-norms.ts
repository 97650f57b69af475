/**
 * @file How long the gradient is that comes back through a recurrent network: what 3A, 3B and 3E
 * measure, in float64, because float32 ends at 1e-45.
 */

import {
  gradientFlow,
  lagExperiment,
  withEngine,
  type LagExperimentOptions,
  type LayerFlow,
} from "unrolled";

/** One network, one sequence; the weights are drawn in float64 as well. */
export function flowOf(options: LagExperimentOptions): LayerFlow {
  return withEngine("reference", () => {
    const { model, loss } = lagExperiment(options);
    const { layers } = gradientFlow(model, loss, { jacobians: false, spectra: false });
    return layers[0];
  });
}

/** [T + 1], ‖∂L/∂h_{T−lag}‖ by lag, where ‖∂L/∂h_T‖ is 1. */
export function normsByLag(options: LagExperimentOptions): Float64Array {
  return flowOf(options).h.byLag;
}

/** A number as a power of ten with one digit, as the course writes norms. */
export function power(value: number): string {
  if (value === 0) return "0";
  return value >= 0.01 && value < 1000
    ? String(Number(value.toPrecision(2)))
    : value.toExponential(0);
}

/** The mean of numbers that differ by factors. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
