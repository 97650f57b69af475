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
