/**
 * @file A stream's states as bytes: a safetensors file.
 *
 *   names      layer path / call / part: "lstm/0/h"; a call above 0 where a layer runs several times
 *   metadata   format and version; `layers`, whose states they are, with the shapes of their
 *              parameters; `frame`, the shape of a step
 *
 * Weights are not in it: whoever restores brings the model.
 */

import { FormatError, formatShape } from "../core/errors.ts";
import { decodeStateDict, encodeStateDict } from "../io/safetensors-files.ts";
import { CarriedStates, type NamedState } from "../nn/carried-state.ts";
import type { Module, StateDict } from "../nn/module.ts";

const FORMAT = "unrolled stream state";
const VERSION = "1";

interface Read {
  states: CarriedStates;
  frame: readonly number[] | null;
}

export function encodeState(
  model: Module,
  states: CarriedStates,
  frame: readonly number[] | null,
): Uint8Array {
  const paths = new Map<Module, string>();
  for (const [path, module] of model.namedModules()) {
    if (!paths.has(module)) paths.set(module, path); // one that is used twice comes under its first
  }
  const dict: StateDict = {};
  for (const [layer, call, state] of states.entries()) {
    for (const [part, value] of Object.entries(state)) {
      dict[`${paths.get(layer) ?? ""}/${call}/${part}`] = value;
    }
  }
  return encodeStateDict(dict, {
    format: FORMAT,
    version: VERSION,
    layers: JSON.stringify(layersOf(model)),
    frame: JSON.stringify(frame),
  });
}

export function decodeState(model: Module, bytes: Uint8Array): Read {
  const where = "stream.restore";
  const { tensors, metadata } = decodeStateDict(bytes, where);
  if (metadata.format !== FORMAT) {
    throw new FormatError(
      `${where}: expected the bytes of a stream's state, got a safetensors file of something else.`,
    );
  }
  if (metadata.version !== VERSION) {
    throw new FormatError(
      `${where}: expected version ${VERSION} of the format, got ${metadata.version}. Was the state saved by a newer Unrolled?`,
    );
  }
  checkLayers(where, JSON.parse(metadata.layers) as Layers, layersOf(model));

  const modules = new Map(model.namedModules());
  const byCall = new Map<string, NamedState>();
  for (const [name, value] of Object.entries(tensors)) {
    const end = name.lastIndexOf("/");
    const place = name.slice(0, end);
    byCall.set(place, { ...byCall.get(place), [name.slice(end + 1)]: value });
  }
  const states = new CarriedStates();
  for (const [place, state] of byCall) {
    const end = place.lastIndexOf("/");
    states.set(modules.get(place.slice(0, end))!, Number(place.slice(end + 1)), state);
  }
  return { states, frame: JSON.parse(metadata.frame) as number[] | null };
}

/** Class and parameters of every layer that carries a state: `{ lstm: "LSTM weight_ih_l0 [20, 3] …" }`. */
type Layers = Record<string, string>;

function layersOf(model: Module): Layers {
  const layers: Layers = {};
  for (const [path, module] of model.namedModules()) {
    if (!module.carriesState) continue;
    const parameters = Array.from(
      module.namedParameters(),
      ([key, { shape }]) => `${key} ${formatShape(shape)}`,
    );
    layers[path] = [module.constructor.name, ...parameters].join(" ");
  }
  return layers;
}

function checkLayers(where: string, theirs: Layers, ours: Layers): void {
  for (const path of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    if (theirs[path] === ours[path]) continue;
    const layer = path || "the model";
    throw new FormatError(
      `${where}: the state is another model's: ${layer} is ${theirs[path] ?? "no layer"} there, and ${ours[path] ?? "no layer"} here.`,
    );
  }
}
