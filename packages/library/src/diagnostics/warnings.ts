/**
 * @file What is wrong with a model's gradients, what shows it, and what to try.
 */

import type { GateFlow } from "./gate-flow.ts";
import type { GradientFlow, LayerFlow } from "./gradient-flow.ts";
import { exponent, percent } from "./format.ts";

export type GradientWarningKind =
  "vanishing" | "hidden" | "exploding" | "not-finite" | "saturated" | "dead" | "clipped";

export interface GradientWarning {
  kind: GradientWarningKind;
  /** The layer's name; null where it is the whole model. */
  layer: string | null;
  /** What was measured. */
  evidence: string;
  /** What to try, the likeliest first. */
  remedies: string[];
  /** All of it as one line. */
  message: string;
}

/**
 * Share of a gradient that must be left at the longest lag. What is below is smaller than the noise
 * that batches of any usual size leave in the parts of near lags: nothing is learned from it.
 */
export const VANISHED = 1e-4;

/** Growth over the sequence from which clipping to a usual norm of 1 to 5 throws nearly all away. */
export const EXPLODED = 100;

/**
 * Share of values where a function is flat, from which a gate no longer decides anything. Trained
 * LSTMs have up to about half of their gates closed or open, on purpose (Karpathy, Johnson and Fei-Fei
 * 2015, "Visualizing and understanding recurrent networks", figure 3), so it lies well above that.
 */
export const SATURATED = 0.8;

/** With a usual initialisation a unit is on half of the time, and one that never is cannot learn. */
export const DEAD = 0.25;

/** From here on the norm of a step is set by the clipping and no longer by the loss. */
export const CLIPPED = 0.5;

export function warningsOf(flow: Omit<GradientFlow, "warnings">): GradientWarning[] {
  if (!Number.isFinite(flow.loss) || !Number.isFinite(flow.gradNorm)) return [notFinite(flow)];
  return flow.layers.flatMap((layer) => [
    ...lookAtReach(layer, flow.precision),
    ...lookAtWeights(layer),
    ...layer.gates.flatMap((gate) => lookAtGate(layer, gate)),
  ]);
}

/** After training steps of which a share was clipped. */
export function clippingWarning(share: number, steps: number, clipNorm: number): GradientWarning[] {
  if (share < CLIPPED) return [];
  return [
    warning(
      "clipped",
      null,
      `${percent(share)} of the last ${steps} steps were clipped to ${clipNorm}`,
      ["a lower learning rate", `a larger clipNorm than ${clipNorm}, if the loss falls steadily`],
    ),
  ];
}

function lookAtReach(layer: LayerFlow, precision: string): GradientWarning[] {
  const { reach, name } = layer;
  const lag = reach.length - 1;
  const left = reach[lag];
  const most = Math.max(...reach);
  const spectrum = spectraInWords(layer);
  if (most > EXPLODED) {
    const at = reach.indexOf(most);
    const evidence = `a gradient at the last state is ${exponent(most)} times as large ${at} steps before${spectrum}`;
    const remedies = [
      "clipGradNorm, or clipNorm in fit",
      'initialize(model, { recurrent: "orthogonal" })',
    ];
    return [warning("exploding", name, evidence, remedies)];
  }
  if (left >= VANISHED) return [];
  const span = reach.findIndex((value) => value < VANISHED);
  const share =
    left === 0 && precision === "float32" ? "nothing that float32 can hold" : exponent(left);
  const ofLoss = layer.h.byLag[lag] / layer.h.byLag[0];
  const atLoss =
    ofLoss < VANISHED ? `; ∂L/∂h at lag ${lag} is ${exponent(ofLoss)} of that at lag 0` : "";
  const evidence = `of a gradient at the last state, ${share} is left ${lag} steps before, and less than ${exponent(VANISHED)} from ${span} steps on${atLoss}${spectrum}`;
  return [warning("vanishing", name, evidence, remediesForForgetting(layer))];
}

/** A sum over all steps cannot show that the early ones are missing from it. */
function lookAtWeights({ name, weights }: LayerFlow): GradientWarning[] {
  const shares = weights.map(({ byLag, whole }) => {
    // What reads the state has nothing to read at the very first step.
    const lag = byLag.length - 2;
    const looksHealthy = lag >= 1 && whole > 1e-4 && whole < EXPLODED;
    return { lag, share: looksHealthy ? byLag[lag] / whole : 1 };
  });
  const least = shares.reduce(
    (found, { share }, i) => (share < shares[found].share ? i : found),
    0,
  );
  if (!(shares[least]?.share < VANISHED * VANISHED)) return [];
  const { lag, share } = shares[least];
  const evidence = `the gradient of ${weights[least].name} has a norm of ${exponent(weights[least].whole)}, which looks healthy, but the share of the step ${lag} before the end in it is ${exponent(share)}`;
  const remedies = ["norms by lag (byLag) rather than the sum over time to judge by"];
  return [warning("hidden", name, evidence, remedies)];
}

function lookAtGate(layer: LayerFlow, gate: GateFlow): GradientWarning[] {
  const { name } = layer;
  if (gate.kind === "relu" && gate.alwaysLow > DEAD) {
    const evidence = `${percent(gate.alwaysLow)} of the units are 0 at every step of every sequence`;
    return [
      warning("dead", name, evidence, [
        "a lower learning rate",
        'initialize(model, { recurrent: "identity", bias: 0 })',
        'nonlinearity: "tanh"',
      ]),
    ];
  }
  if (gate.kind === "tanh" && gate.low + gate.high > SATURATED) {
    const evidence = `${percent(gate.low + gate.high)} of the values of ${gate.name} are beyond ±0.95, where tanh is flat`;
    return [
      warning("saturated", name, evidence, [
        "smaller inputs (subtract the mean, divide by the standard deviation)",
        "a lower learning rate",
        "nn.LayerNormLSTM, which normalizes the sums",
      ]),
    ];
  }
  // A forget gate that stays open, and an update gate that keeps, are how gated layers remember.
  if (gate.kind === "sigmoid" && gate.low > SATURATED) {
    const evidence = `${percent(gate.low)} of the values of gate ${gate.name} are below 0.05: ${CLOSED[gate.name] ?? "it is closed"}`;
    return [
      warning("saturated", name, evidence, [
        "a lower learning rate",
        `a larger bias of gate ${gate.name} to begin with`,
        "smaller inputs (subtract the mean, divide by the standard deviation)",
      ]),
    ];
  }
  return [];
}

const CLOSED: Record<string, string> = {
  i: "hardly anything is written",
  f: "the cell forgets at every step",
  o: "the cell is hardly shown",
  z: "the state is replaced at every step",
  u: "hardly anything is written",
};

function notFinite({ loss, gradNorm }: Omit<GradientFlow, "warnings">): GradientWarning {
  return warning("not-finite", null, `the loss is ${loss}, and the gradient's norm ${gradNorm}`, [
    "look for NaN in the input and in the weights",
    "a lower learning rate",
    "clipGradNorm, or clipNorm in fit",
  ]);
}

function spectraInWords({ spectra }: LayerFlow): string {
  if (spectra.length === 0) return "";
  const radii = spectra.map(({ gate, radius }) =>
    spectra.length === 1 ? radius.toPrecision(3) : `${gate} ${radius.toPrecision(3)}`,
  );
  return `; the spectral radius of W_hh is ${radii.join(", ")}`;
}

function remediesForForgetting({ gates, spectra }: LayerFlow): string[] {
  const kinds = new Set(gates.map(({ name }) => name));
  const mean = (name: string) => gates.find((gate) => gate.name === name)?.mean.toPrecision(2);
  if (kinds.has("f") && kinds.has("o")) {
    return [
      `a larger forget-gate bias (f is ${mean("f")} in the mean): initialize(model, { forgetBias: 1 }), or { chrono: T }`,
      'initialize(model, { recurrent: "orthogonal" })',
    ];
  }
  if (kinds.has("z")) {
    return [
      `a larger update-gate bias (z is ${mean("z")} in the mean): initialize(model, { updateBias: 2 }), or { chrono: T }`,
      'initialize(model, { recurrent: "orthogonal" })',
    ];
  }
  if (kinds.has("h")) {
    const orthogonal = 'initialize(model, { recurrent: "orthogonal" })';
    // With W at 1 already the slopes of tanh are what is left to mend.
    const isScaled = spectra.some(({ norm }) => norm > 0.9 && norm < 1.2);
    return [
      "nn.LSTM with a forget-gate bias of 1, or nn.GRU",
      ...(isScaled ? [] : [orthogonal]),
      'nonlinearity: "relu" with { recurrent: "identity", bias: 0 }',
    ];
  }
  return [
    "gates that keep more to begin with: a larger bias where they keep, a smaller one where they write",
  ];
}

function warning(
  kind: GradientWarningKind,
  layer: string | null,
  evidence: string,
  remedies: string[],
): GradientWarning {
  const where = layer === null ? "" : `${layer}: `;
  const message = `${where}${evidence}. Try ${remedies.join("; or ")}.`;
  return { kind, layer, evidence, remedies, message };
}
