/**
 * @file Writes a graph, node by node: names, constants, and sizes that are only known when it runs.
 *
 * A loop's body is a graph inside the graph. It sees everything outside of it, so constants and the
 * sizes of the inputs' axes always stand outside.
 */

import type { Traceable } from "../../autograd/trace.ts";
import { isFloat, type NumericArray } from "../../core/dtype.ts";
import { ArgumentError } from "../../core/errors.ts";
import type { Storage } from "../../core/storage.ts";
import { broadcastStrides, sameShape, sizeOf, stridesOf } from "../../core/shape.ts";
import type { GraphAttribute, GraphNode, GraphTensor } from "./model-proto.ts";
import { placeOf, type Operation, type Program, type ProgramSource } from "./program.ts";
import { axesOf, formulaFor, isFixed, sameSizes, type Sizes } from "./sizes.ts";

/** Whole numbers are int64, as graphs have them; comparisons give bool. */
export type OperandType = "float" | "int64" | "bool";

/** What a node reads or gives: a name in the graph, and what is known of it. */
export interface Operand {
  readonly name: string;
  readonly type: OperandType;
  readonly shape: readonly Sizes[];
}

/** Where the size of a dynamic axis can be read. */
export interface AxisPlace {
  readonly input: string;
  readonly axis: number;
}

/** What the graph and the graphs inside it share. */
interface Shared {
  readonly program: Program;
  readonly places: readonly AxisPlace[];
  /** Checkpoint keys, for the names of constants. */
  readonly keys: ReadonlyMap<Storage, string>;
  readonly initializers: GraphTensor[];
  readonly taken: Set<string>;
  /** Names by what they stand for. */
  readonly constants: Map<string, string>;
  readonly memories: Map<object, number>;
  /** The operation that is being written. */
  operation: Pick<Operation, "name" | "path">;
}

const NOTHING = { name: "the model", path: "" };

export class GraphWriter {
  readonly nodes: GraphNode[] = [];
  readonly #shared: Shared;
  readonly #root: GraphWriter;
  readonly #outer: GraphWriter | null;
  /** Values of the program that this graph, not one around it, holds. */
  readonly #operands = new Map<number, Operand>();
  /** Names of what was computed once already, in this graph. */
  readonly #once = new Map<string, string>();

  constructor(of: Pick<Shared, "program" | "places" | "keys"> | GraphWriter) {
    if (of instanceof GraphWriter) {
      this.#shared = of.#shared;
      this.#root = of.#root;
      this.#outer = of;
    } else {
      this.#shared = {
        ...of,
        initializers: [],
        taken: new Set(),
        constants: new Map(),
        memories: new Map(),
        operation: NOTHING,
      };
      this.#root = this;
      this.#outer = null;
    }
  }

  get program(): Program {
    return this.#shared.program;
  }

  get initializers(): readonly GraphTensor[] {
    return this.#shared.initializers;
  }

  /** A graph inside this one. */
  inner(): GraphWriter {
    return new GraphWriter(this);
  }

  /** Names and errors are of this operation from now on. */
  begin(operation: Pick<Operation, "name" | "path">): void {
    this.#shared.operation = operation;
  }

  /** @throws ArgumentError always: this cannot be exported, for this reason */
  refuse(why: string): never {
    throw new ArgumentError(`exportOnnx: ${placeOf(this.#shared.operation)}: ${why}`);
  }

  // ── Names and nodes ───────────────────────────────────────────────────────────────────────────

  /** The name, or if it is taken, with a number behind it. */
  unique(wanted: string): string {
    const { taken } = this.#shared;
    let name = wanted;
    for (let n = 1; taken.has(name); n++) name = `${wanted}_${n}`;
    taken.add(name);
    return name;
  }

  /** Appends a node with one output and gives its name. */
  node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, GraphAttribute>> = {},
  ): string {
    return this.manyNode(type, inputs, 1, attributes)[0];
  }

  /** Appends a node with several outputs. */
  manyNode(
    type: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, GraphAttribute>> = {},
  ): string[] {
    const where = this.#shared.operation.path.replace(/ \(.*/, "").replaceAll(".", "/");
    const name = this.unique(`/${where ? `${where}/` : ""}${type}`);
    const outputs = Array.from({ length: count }, (_, i) =>
      this.unique(count === 1 ? `${name}_output` : `${name}_output_${i}`),
    );
    this.nodes.push({ name, type, inputs: trimmed(inputs), outputs, attributes });
    return outputs;
  }

  /** {@link node}, but not twice with the same inputs and attributes. */
  nodeOnce(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, GraphAttribute>> = {},
  ): string {
    return this.#remember(JSON.stringify([type, inputs, attributes]), () =>
      this.node(type, inputs, attributes),
    );
  }

  #remember(key: string, make: () => string): string {
    const known = this.#once.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.#once.set(key, name);
    return name;
  }

  // ── Operands ──────────────────────────────────────────────────────────────────────────────────

  /** Says what a value of the program is called. */
  define(id: number, name: string, type: OperandType): void {
    this.#operands.set(id, { name, type, shape: this.program.values[id].shape });
  }

  operand(source: ProgramSource): Operand {
    if ("constants" in source) return this.#constant(source.constants);
    const known = this.#operands.get(source.id) ?? this.#outer?.operand(source);
    if (known) return known;
    return this.refuse("it uses a value of a step of a loop outside of that loop.");
  }

  /** The operand as another type. */
  cast({ name, type, shape }: Operand, to: OperandType): Operand {
    if (type === to) return { name, type, shape };
    const code = { float: 1, int64: 7, bool: 9 }[to];
    return { name: this.nodeOnce("Cast", [name], { to: code }), type: to, shape };
  }

  float(operand: Operand): string {
    return this.cast(operand, "float").name;
  }

  int64(operand: Operand): string {
    return this.cast(operand, "int64").name;
  }

  bool(operand: Operand): string {
    return this.cast(operand, "bool").name;
  }

  // ── Constants ─────────────────────────────────────────────────────────────────────────────────

  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#initializer(`ints ${shape.join()} ${values.join()}`, "ints", {
      type: "int64",
      shape,
      values,
    });
  }

  floats(values: readonly number[], shape: readonly number[]): string {
    const key = `floats ${shape.join()} ${values.map((value) => (Object.is(value, -0) ? "-0" : value)).join()}`;
    return this.#initializer(key, "floats", { type: "float", shape, values });
  }

  /** What was made of a parameter's memory, under a name like the parameter's. */
  weights(
    name: string,
    memory: Storage,
    shape: readonly number[],
    values: ArrayLike<number>,
  ): string {
    const key = `weights ${this.#numberOf(memory)} ${shape.join()}`;
    return this.#initializer(key, name, { type: "float", shape, values });
  }

  /** A reshaped view has the same memory, but is another constant. */
  #numberOf(memory: object): number {
    const { memories } = this.#shared;
    const number = memories.get(memory) ?? memories.size;
    memories.set(memory, number);
    return number;
  }

  #initializer(key: string, name: string, tensor: Omit<GraphTensor, "name">): string {
    const { constants, initializers } = this.#shared;
    const known = constants.get(key);
    if (known !== undefined) return known;
    const unique = this.unique(name);
    constants.set(key, unique);
    initializers.push({ name: unique, ...tensor });
    return unique;
  }

  /** The checkpoint key of a parameter or buffer. */
  keyOf(storage: Storage): string | undefined {
    return this.#shared.keys.get(storage);
  }

  #constant(variants: readonly Traceable[]): Operand {
    const all = variants.map(numbersOf);
    const [first] = all;
    const { numbers, storage } = first;
    const type = isFloat(numbers) ? "float" : "int64";
    if (all.every((other) => sameConstant(first, other))) {
      const key = `storage ${this.#numberOf(storage ?? numbers)} ${first.shape.join()}`;
      const name = this.#initializer(key, (storage && this.keyOf(storage)) ?? "constant", {
        type,
        shape: first.shape,
        values: numbers,
      });
      return { name, type, shape: axesOf(all.map(({ shape }) => shape)) };
    }
    const name = all.every(({ shape }) => shape.length === first.shape.length)
      ? (this.#fromSize(all) ?? this.#repeated(all) ?? this.#progression(all))
      : null;
    if (name === null) {
      return this.refuse(
        "it uses numbers that the model worked out, outside of tensor operations, from the input's sizes or values. Write it with tensor operations, or fix the sizes by dynamicAxes: {}.",
      );
    }
    return { name, type, shape: axesOf(all.map(({ shape }) => shape)) };
  }

  /** One number that follows the sizes, such as the n of a mean. */
  #fromSize(all: readonly Numbers[]): string | null {
    if (all.some(({ numbers }) => numbers.length !== 1)) return null;
    const [{ numbers, shape }] = all;
    const size = this.#trySize(all.map((one) => one.numbers[0]));
    if (size === null) return null;
    const shaped = shape.length === 1 ? size : this.nodeOnce("Reshape", [size, this.ints(shape)]);
    return isFloat(numbers) ? this.nodeOnce("Cast", [shaped], { to: 1 }) : shaped;
  }

  /** Alike along the axes whose size differs: zeros for a state, or what a layer makes of them. */
  #repeated(all: readonly Numbers[]): string | null {
    const shape = axesOf(all.map((one) => one.shape));
    const [first, ...others] = all.map((one) => oncePerAxis(one, shape));
    if (!first || others.some((other) => !other || !closeNumbers(first.numbers, other.numbers))) {
      return null;
    }
    const values = Array.from(first.numbers);
    const one = isFloat(first.numbers)
      ? this.floats(values, first.shape)
      : this.ints(values, first.shape);
    return this.nodeOnce("Expand", [one, this.shape(shape)]);
  }

  /** 0, 1, 2, …, or backwards: positions. */
  #progression(all: readonly Numbers[]): string | null {
    const steps = new Set(
      all.flatMap(({ numbers }) => Array.from(numbers.slice(1), (n, i) => n - numbers[i])),
    );
    const [step] = steps;
    const isLine = all.every(({ shape }) => shape.length === 1);
    if (!isLine || steps.size !== 1 || isFloat(all[0].numbers)) return null;
    const start = this.#trySize(all.map(({ numbers }) => numbers[0]));
    const length = this.#trySize(all.map(({ numbers }) => numbers.length));
    if (start === null || length === null) return null;
    return this.nodeOnce("Add", [
      start,
      this.nodeOnce("Mul", [this.positions(length), this.ints([step])]),
    ]);
  }

  /**
   * 0, 1, … before a size as {@link size} gives it. Only ever upwards in ones: ONNX Runtime 1.30 takes a
   * Range in steps of −1 for empty.
   */
  positions(length: string): string {
    const end = this.nodeOnce("Squeeze", [length]);
    return this.nodeOnce("Range", [this.ints([0], []), end, this.ints([1], [])]);
  }

  // ── Sizes ─────────────────────────────────────────────────────────────────────────────────────

  /** A size as int64 [1]. */
  size(sizes: Sizes): string {
    return (
      this.#trySize(sizes) ??
      this.refuse(
        `a size of ${sizes.join(" or ")} is no simple formula of the dynamic axes. Fix them by dynamicAxes: {}.`,
      )
    );
  }

  /** A shape as int64 [rank]. */
  shape(sizes: readonly Sizes[]): string {
    if (sizes.every(isFixed)) return this.ints(sizes.map(([size]) => size));
    return this.nodeOnce(
      "Concat",
      sizes.map((one) => this.size(one)),
      { axis: 0 },
    );
  }

  #trySize(sizes: Sizes): string | null {
    if (isFixed(sizes)) return this.ints([sizes[0]]);
    const formula = formulaFor(sizes, this.program.axes);
    if (formula) {
      const root = this.#root;
      const factors = formula.axes.map((axis) => root.#axisSize(axis));
      let result = factors.reduce((a, b) => root.nodeOnce("Mul", [a, b]));
      const { factor, offset } = formula;
      if (factor !== 1) result = root.nodeOnce("Mul", [result, this.ints([factor])]);
      return offset === 0 ? result : root.nodeOnce("Add", [result, this.ints([offset])]);
    }
    const found = this.#axisLike(sizes);
    return found && this.sizeOf(found.operand, found.axis);
  }

  /** The size of an axis of an operand, int64 [1]. */
  sizeOf({ name }: Operand, axis: number): string {
    return this.nodeOnce("Gather", [this.nodeOnce("Shape", [name]), this.ints([axis])]);
  }

  #axisSize(index: number): string {
    const { input, axis } = this.#shared.places[index];
    return this.nodeOnce("Gather", [this.nodeOnce("Shape", [input]), this.ints([axis])]);
  }

  /** A value that has such an axis: what a convolution leaves of a sequence is no simple formula. */
  #axisLike(sizes: Sizes): { operand: Operand; axis: number } | null {
    for (const operand of this.#operands.values()) {
      const axis = operand.shape.findIndex((one) => sameSizes(one, sizes));
      if (axis >= 0) return { operand, axis };
    }
    return null;
  }
}

interface Numbers {
  readonly shape: readonly number[];
  readonly numbers: NumericArray;
  readonly storage: Storage | null;
}

function numbersOf(value: Traceable): Numbers {
  if (value instanceof Int32Array) return { shape: [value.length], numbers: value, storage: null };
  return { shape: value.shape, numbers: value.storage.array, storage: value.storage };
}

function sameConstant(a: Numbers, b: Numbers): boolean {
  if (a.numbers === b.numbers) return sameShape(a.shape, b.shape);
  if (!sameShape(a.shape, b.shape)) return false;
  return a.numbers.every((value, i) => Object.is(value, b.numbers[i]));
}

/** The first along every axis whose size differs; null if the others there are not like it. */
function oncePerAxis(
  { shape, numbers, storage }: Numbers,
  sizes: readonly Sizes[],
): Numbers | null {
  const once = shape.map((size, axis) => (isFixed(sizes[axis]) ? size : 1));
  const strides = broadcastStrides(once, shape);
  const own = stridesOf(shape);
  const kept = numbers.slice(0, sizeOf(once));
  const seen = new Set<number>();
  for (let i = 0; i < numbers.length; i++) {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      at += (Math.floor(i / own[axis]) % shape[axis]) * strides[axis];
    }
    if (!seen.has(at)) kept[at] = numbers[i];
    else if (!isClose(kept[at], numbers[i])) return null;
    seen.add(at);
  }
  return { shape: once, numbers: kept, storage };
}

function closeNumbers(a: NumericArray, b: NumericArray): boolean {
  return a.length === b.length && a.every((value, i) => isClose(value, b[i]));
}

/** Rows of a product differ in their last bits by where in the batch they stand. */
function isClose(a: number, b: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a));
}

/** Optional inputs that are left out at the end. */
function trimmed(inputs: readonly string[]): string[] {
  const list = [...inputs];
  while (list.at(-1) === "") list.pop();
  return list;
}
