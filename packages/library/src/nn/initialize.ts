/**
 * @file One call gives a whole model new initial weights, by a recipe.
 *
 * Recurrent weights stack their gates: a module whose `gates` is "ifgo" has four blocks of rows in
 * that order. Every block is a matrix of its own, and is initialised as one: an orthogonal weight
 * [4·hiddenSize, hiddenSize] holds four orthogonal matrices.
 */

import { ArgumentError, formatShape } from "../core/errors.ts";
import { zeros } from "../tensor/creation.ts";
import { defaultGenerator, type RandomGenerator } from "../tensor/random.ts";
import { Conv1d } from "./conv1d.ts";
import { Embedding } from "./embedding.ts";
import {
  checkRecipe,
  FILLS,
  MATCHES,
  partsOf,
  type Fill,
  type InitRecipe,
  type WeightPart,
} from "./init-recipe.ts";
import { Linear } from "./linear.ts";
import type { Module, Parameter } from "./module.ts";
import { Highway } from "./residual.ts";

/** What {@link initialize} did. */
export interface InitReport {
  /** Every parameter that was changed, by its key, and what was done to it. */
  changed: Record<string, string>;
  /** The keys of all others. */
  unchanged: string[];
}

/**
 * Gives the layers of a model new initial weights, wherever in it they stand: all layers and both
 * directions of a recurrent layer, cells, and layers inside other modules. PyTorch's default, which
 * every layer starts with, stays where the recipe says nothing.
 *
 * Some recipes:
 *
 * - `{ recurrent: "orthogonal", input: "xavierUniform", forgetBias: 1, bias: 0 }`, Keras's default
 *   and the first thing to try with an LSTM; the forget bias is Jozefowicz, Zaremba and Sutskever
 *   2015, "An empirical exploration of recurrent network architectures"
 * - `{ chrono: 200 }` for dependencies of up to 200 steps: Tallec and Ollivier 2018, "Can recurrent
 *   neural networks warp time?"
 * - `{ recurrent: "identity", input: (w) => nn.init.normal_(w, 0, 0.001), bias: 0 }` for an RNN with
 *   relu (IRNN): Le, Jaitly and Hinton 2015, "A simple way to initialize recurrent networks of
 *   rectified linear units"
 *
 * A cell of your own joins in by the names of its parameters, `weight_ih`, `weight_hh`, `bias_ih`,
 * `bias_hh`, and a property `gates` with one letter for each block of rows: `"ifgo"` has its forget
 * gate second.
 *
 * @returns which parameters were changed, and how
 * @throws ArgumentError if a part of the recipe matches nothing in the model; nothing has been
 *   changed then
 *
 * @example
 * class Model extends nn.Module {
 *   readonly lstm = new nn.LSTM(3, 4, { bidirectional: true });
 *   readonly head = new nn.Linear(8, 2);
 * }
 * const report = nn.initialize(new Model(), { recurrent: "orthogonal", forgetBias: 1 });
 * report.changed["lstm.weight_hh_l0_reverse"]; // "recurrent: orthogonal"
 * report.changed["lstm.bias_ih_l0"]; // "forgetBias: 1"
 * nn.initialize(new nn.GRU(3, 4), { forgetBias: 1 }); // throws ArgumentError
 */
export function initialize(
  model: Module,
  recipe: InitRecipe,
  { generator = defaultGenerator }: { generator?: RandomGenerator } = {},
): InitReport {
  checkRecipe(recipe);
  const changes = changesOf(model, recipe, generator);
  for (const part of partsOf(recipe)) {
    if (changes.some((change) => change.part === part)) continue;
    const kinds = Array.from(model.namedModules(), ([, module]) => module.constructor.name);
    throw new ArgumentError(
      `initialize: "${part}" is for ${MATCHES[part]}, of which there are none among ${[...new Set(kinds)].join(", ")}.`,
    );
  }
  const changed: Record<string, string> = {};
  for (const { keys, part, how, apply } of changes) {
    apply();
    for (const key of keys) {
      const before = Object.hasOwn(changed, key) ? `${changed[key]}, ` : "";
      changed[key] = `${before}${part}: ${how}`;
    }
  }
  const keys = Array.from(model.namedParameters(), ([key]) => key);
  return { changed, unchanged: keys.filter((key) => !Object.hasOwn(changed, key)) };
}

interface Change {
  keys: string[];
  part: keyof InitRecipe;
  how: string;
  apply: () => void;
}

function changesOf(model: Module, recipe: InitRecipe, generator: RandomGenerator): Change[] {
  const modules = [...model.namedModules()];
  // The bias of a Highway's gate is negative on purpose, so that at first much passes by.
  const kept = new Set(
    modules.flatMap(([, module]) => (module instanceof Highway ? module.gate.bias! : [])),
  );
  return modules.flatMap(([path, module]) => {
    const gates = gatesOf(module);
    const changes = gates
      ? gatedChanges(module, gates, recipe, generator)
      : layerChanges(module, recipe, generator, kept);
    const prefix = path && `${path}.`;
    return changes.map((change) => ({ ...change, keys: change.keys.map((key) => prefix + key) }));
  });
}

/** Layers without gates: one matrix, one bias. */
function layerChanges(
  module: Module,
  recipe: InitRecipe,
  generator: RandomGenerator,
  kept: ReadonlySet<Parameter>,
): Change[] {
  const changes: Change[] = [];
  if (module instanceof Embedding) {
    const { weight, paddingIdx, numEmbeddings } = module;
    changes.push(...weightChanges("embedding", "weight", weight, 1, recipe, generator));
    if (paddingIdx !== null && changes.length > 0) {
      const apply = () => setBlock(weight, paddingIdx, numEmbeddings, () => 0);
      changes.push({ keys: ["weight"], part: "embedding", how: `row ${paddingIdx} zeros`, apply });
    }
  }
  if (module instanceof Linear || module instanceof Conv1d) {
    const part = module instanceof Linear ? "linear" : "conv";
    changes.push(...weightChanges(part, "weight", module.weight, 1, recipe, generator));
    const { bias } = module;
    const { bias: value } = recipe;
    if (bias && value !== undefined && !kept.has(bias)) {
      const apply = () => bias.fill_(value);
      changes.push({ keys: ["bias"], part: "bias", how: String(value), apply });
    }
  }
  return changes;
}

/** Recurrent layers and cells: by the names of their parameters, for every layer and direction. */
function gatedChanges(
  module: Module,
  gates: string,
  recipe: InitRecipe,
  generator: RandomGenerator,
): Change[] {
  const parameters = new Map(module.namedParameters());
  return [...parameters].flatMap(([key, parameter]) => {
    const weight = (part: WeightPart, numBlocks = gates.length) =>
      weightChanges(part, key, parameter, numBlocks, recipe, generator);
    if (key.startsWith("weight_ih")) return weight("input");
    if (key.startsWith("weight_hh")) return weight("recurrent");
    if (key.startsWith("weight_hr")) return weight("projection", 1);
    if (!key.startsWith("bias_ih")) return [];

    const other = key.replace("bias_ih", "bias_hh");
    const second = parameters.get(other);
    return biasesBy(recipe, gates, parameter.size / gates.length, generator).map(
      ({ part, how, values }) => ({
        keys: second ? [key, other] : [key],
        part,
        how,
        apply: () => {
          for (const [gate, value] of values) {
            const block = gates.indexOf(gate);
            setBlock(parameter, block, gates.length, value);
            if (second) setBlock(second, block, gates.length, () => 0); // the sum is in the first
          }
        },
      }),
    );
  });
}

interface GateBiases {
  part: keyof InitRecipe;
  how: string;
  /** The bias of each unit of a gate. */
  values: [gate: string, value: (unit: number) => number][];
}

function biasesBy(
  { bias, forgetBias, updateBias, chrono }: InitRecipe,
  gates: string,
  hiddenSize: number,
  generator: RandomGenerator,
): GateBiases[] {
  const all: GateBiases[] = [];
  const add = (part: keyof InitRecipe, letters: string, value: number | undefined) => {
    const present = Array.from(letters).filter((gate) => gates.includes(gate));
    if (value === undefined || present.length === 0) return;
    const values = present.map((gate): GateBiases["values"][0] => [gate, () => value]);
    all.push({ part, how: String(value), values });
  };
  add("bias", gates, bias);
  add("forgetBias", "f", forgetBias);
  add("updateBias", "z", updateBias);

  const keeping = gates.includes("f") ? "f" : "z";
  if (chrono !== undefined && gates.includes(keeping)) {
    const draws = Array.from({ length: hiddenSize }, () =>
      Math.log(1 + (chrono - 2) * generator.random()),
    );
    const values: GateBiases["values"] = [[keeping, (unit) => draws[unit]]];
    if (keeping === "f" && gates.includes("i")) values.push(["i", (unit) => -draws[unit]]);
    all.push({ part: "chrono", how: `up to ${chrono} steps`, values });
  }
  return all;
}

function weightChanges(
  part: WeightPart,
  key: string,
  parameter: Parameter,
  numBlocks: number,
  recipe: InitRecipe,
  generator: RandomGenerator,
): Change[] {
  const init = recipe[part];
  if (init === undefined) return [];
  const fill: Fill = typeof init === "function" ? init : FILLS[init];
  // A function written into the recipe is named after the property, which says nothing new.
  const name = typeof init === "function" ? init.name : init;
  const how = name === "" || name === part ? "a function" : name;
  const apply = () => {
    const [rows, ...rest] = parameter.shape;
    for (let i = 0; i < numBlocks; i++) {
      const block = zeros([rows / numBlocks, ...rest]);
      fill(block, generator);
      setBlock(parameter, i, numBlocks, (at) => block.storage.array[at]);
    }
  };
  return [{ keys: [key], part, how, apply }];
}

/** Overwrites one of equal blocks of rows. */
function setBlock(
  parameter: Parameter,
  block: number,
  numBlocks: number,
  value: (i: number) => number,
): void {
  const size = parameter.size / numBlocks;
  const array = parameter.storage.array;
  for (let i = 0; i < size; i++) array[block * size + i] = value(i);
  parameter.storage.changed();
}

/** "ifgo" for LSTMs, "rzn" for GRUs, whatever a cell of the user's own says; null elsewhere. */
function gatesOf(module: Module): string | null {
  const gates = "gates" in module ? module.gates : null;
  if (typeof gates !== "string" || gates === "") return null;
  for (const [key, { shape }] of module.namedParameters()) {
    if (!/^(weight|bias)_(ih|hh)/.test(key) || shape[0] % gates.length === 0) continue;
    throw new ArgumentError(
      `initialize: expected the rows of ${module.constructor.name}'s ${key} to be a multiple of ${gates.length}, for the gates "${gates}", got ${formatShape(shape)}.`,
    );
  }
  return gates;
}
