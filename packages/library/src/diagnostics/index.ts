/**
 * @file Diagnostics: what happens inside a recurrent model, and what its gradients do.
 *
 * In:   a model and a batch
 * Out:  states, gates and gradients at every step, and what they mean
 * May import: core, backends, tensor, autograd, data, nn, losses, optim, metrics, training.
 */

export {
  recordSteps,
  type RecordedGate,
  type RecordedLayer,
  type RecordedStep,
  type Recording,
} from "./recording.ts";
export {
  hiddenStates,
  type LayerGates,
  type LayerPlace,
  type LayerStates,
  type ModelInput,
  recordGates,
} from "./hidden-states.ts";
export { watched } from "./watched.ts";
export {
  gradientFlow,
  type GradientFlow,
  type GradientFlowOptions,
  type LayerFlow,
  type LossOf,
} from "./gradient-flow.ts";
export type { NormsByStep } from "./by-lag.ts";
export type { GateFlow } from "./gate-flow.ts";
export type { JacobianFlow } from "./step-derivatives.ts";
export type { WeightFlow } from "./weight-flow.ts";
export type { GradientWarning, GradientWarningKind } from "./warnings.ts";
export { weightSpectra, type WeightSpectrum } from "./weight-spectra.ts";
export { lagExperiment, type LagExperiment, type LagExperimentOptions } from "./lag-experiment.ts";
export {
  GradientMonitor,
  type GradientMeasure,
  type GradientMonitorOptions,
} from "./gradient-monitor.ts";
export { withAblation, type AblatedLayer, type AblatedUnits } from "./ablation.ts";
export {
  linearProbe,
  type LinearProbe,
  type LinearProbeOptions,
  neuronCorrelation,
  type NeuronCorrelation,
  type ProbeInputOptions,
} from "./probes.ts";
