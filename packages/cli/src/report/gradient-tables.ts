/**
 * @file What a gradient flow holds, as rows of tables.
 */

import type { LayerFlow, WeightSpectrum } from "unrolled";
import { formatPercent, formatRate } from "../terminal/numbers.ts";

/** Below this share of a gradient that comes in at the end, a layer is said not to reach back. */
export const REACHED = 1e-4;

/** Up to how many steps back something of the last state's gradient is left. */
export function spanOf({ reach }: LayerFlow): number {
  const lost = reach.findIndex((value) => value < REACHED);
  return lost < 0 ? reach.length - 1 : lost - 1;
}

/** One row for each layer: what is left after 1 step, 10, and all; how far that reaches. */
export function layerRows(layers: readonly LayerFlow[]): string[][] {
  return layers.map((layer) => {
    const { name, reach, h, jacobians } = layer;
    const last = reach.length - 1;
    return [
      name,
      `${spanOf(layer)} of ${last}`,
      formatRate(reach[1]),
      formatRate(reach[Math.min(10, last)]),
      formatRate(reach[last]),
      formatRate(h.byLag[0]),
      formatRate(h.byLag[last]),
      jacobians ? jacobians.lyapunov.toFixed(3) : "",
    ];
  });
}

export function gateRows(layers: readonly LayerFlow[]): string[][] {
  return layers.flatMap((layer) =>
    layer.gates.map(({ name, kind, mean, low, high }) => [
      `${layer.name}, ${name} (${kind})`,
      mean.toFixed(2),
      formatPercent(low),
      kind === "relu" ? "" : formatPercent(high),
    ]),
  );
}

export function spectrumRows(spectra: readonly WeightSpectrum[]): string[][] {
  return spectra.map(({ key, gate, radius, norm }) => [
    `${key}, ${gate}`,
    radius.toFixed(3),
    norm.toFixed(3),
  ]);
}
