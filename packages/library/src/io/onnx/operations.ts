/**
 * @file Tensor operations as nodes of a graph, each with the name that the tape gives it.
 *
 * Source: "ONNX Operators", onnx.ai; the operators are those of opset 17
 */

import type { GraphWriter, Operand, OperandType } from "./graph-writer.ts";
import type { Operation } from "./program.ts";
import { isFixed, sameSizes, type Sizes } from "./sizes.ts";

/** What an operation becomes: a name and a type for each of its outputs. */
export type Written = readonly { readonly name: string; readonly type: OperandType }[];

export interface Call {
  readonly graph: GraphWriter;
  readonly operation: Operation;
  readonly inputs: readonly Operand[];
  /** Shapes of the outputs. */
  readonly shapes: readonly (readonly Sizes[])[];
  /** An attribute that does not depend on the sizes. */
  readonly fixed: <T>(name: string) => T;
  /** A number among the attributes, in every run. */
  readonly sizes: (name: string) => Sizes;
}

export type Writer = (call: Call) => Written;

export function float(name: string): Written {
  return [{ name, type: "float" }];
}

/** Of one float to one float. */
function unary(type: string): Writer {
  return ({ graph, inputs: [x] }) => float(graph.node(type, [graph.float(x)]));
}

/** Of two numbers; of two whole ones a whole one, but for a quotient. */
function binary(type: string): Writer {
  return ({ graph, inputs: [a, b] }) => {
    const to = type === "Div" || isFloat(a) || isFloat(b) ? "float" : "int64";
    const [x, y] = [a, b].map((operand) => graph.cast(operand, to).name);
    return [{ name: graph.node(type, [x, y]), type: to }];
  };
}

function isFloat({ type }: Operand): boolean {
  return type === "float";
}

function comparison(type: string, negated = false): Writer {
  return ({ graph, inputs: [a, b] }) => {
    const to = isFloat(a) || isFloat(b) ? "float" : "int64";
    const name = graph.node(type, [graph.cast(a, to).name, graph.cast(b, to).name]);
    return [{ name: negated ? graph.node("Not", [name]) : name, type: "bool" }];
  };
}

const add = binary("Add");
const clone: Writer = ({ inputs: [x] }) => [x];

const linear: Writer = ({ graph, inputs: [x, weight, bias] }) => {
  const b = bias ? [bias.name] : [];
  if (x.shape.length === 2) {
    return float(graph.node("Gemm", [graph.float(x), weight.name, ...b], { transB: 1 }));
  }
  const transposed = graph.nodeOnce("Transpose", [weight.name], { perm: [1, 0] });
  const product = graph.node("MatMul", [graph.float(x), transposed]);
  return float(bias ? graph.node("Add", [product, ...b]) : product);
};

function softmax(type: string): Writer {
  return ({ graph, inputs: [x] }) => float(graph.node(type, [graph.float(x)], { axis: -1 }));
}

/** Where a size is not fixed: 0 keeps the input's, −1 is worked out from the rest; one of those. */
const reshape: Writer = ({ graph, inputs: [x], shapes: [shape] }) => {
  const kept = (axis: number) => x.shape[axis] && sameSizes(x.shape[axis], shape[axis]);
  const open = shape.flatMap((sizes, axis) => (isFixed(sizes) || kept(axis) ? [] : [axis]));
  const wanted =
    open.length > 1
      ? graph.shape(shape)
      : graph.ints(shape.map((sizes, axis) => (isFixed(sizes) ? sizes[0] : kept(axis) ? 0 : -1)));
  return [{ name: graph.node("Reshape", [x.name, wanted]), type: x.type }];
};

const permute: Writer = ({ graph, inputs: [x], fixed }) => [
  { name: graph.node("Transpose", [x.name], { perm: fixed<number[]>("axes") }), type: x.type },
];

/** Where an axis is not repeated, a 1 leaves it as it is. */
const expand: Writer = ({ graph, inputs: [x], shapes: [shape] }) => {
  const added = shape.length - x.shape.length;
  const wanted = shape.map((sizes, axis) => {
    const own = axis < added ? null : x.shape[axis - added];
    return own && sameSizes(own, sizes) ? sizes.map(() => 1) : sizes;
  });
  return [{ name: graph.node("Expand", [x.name, graph.shape(wanted)]), type: x.type }];
};

const sum: Writer = ({ graph, inputs: [x], fixed }) => {
  const axes = fixed<number[]>("axes");
  const { name, type } = x.type === "bool" ? graph.cast(x, "int64") : x;
  if (axes.length === 0) return [{ name, type }];
  const keepdims = Number(fixed<boolean>("keepdim"));
  return [{ name: graph.node("ReduceSum", [name, graph.ints(axes)], { keepdims }), type }];
};

/** Along one axis, or over all. */
function extreme(type: string): Writer {
  return ({ graph, inputs: [x], shapes: [shape], fixed }) => {
    const axis = fixed<number | undefined>("axis");
    const number = x.type === "bool" ? graph.cast(x, "int64") : x;
    const keepdims = Number(shape.length === x.shape.length && x.shape.length > 0);
    const attributes = { ...(axis === undefined ? {} : { axes: [axis] }), keepdims };
    return [{ name: graph.node(type, [number.name], attributes), type: number.type }];
  };
}

function argExtreme(type: string): Writer {
  return ({ graph, inputs: [x], shapes: [shape], fixed }) => {
    const keepdims = Number(shape.length === x.shape.length);
    const attributes = { axis: fixed<number>("axis"), keepdims };
    return [{ name: graph.node(type, [graph.float(x)], attributes), type: "int64" }];
  };
}

/** Past the end, whatever the size. */
const TO_THE_END = Number.MAX_SAFE_INTEGER;

const slice: Writer = ({ graph, inputs: [x], fixed, sizes }) => {
  const axis = fixed<number>("axis");
  const end = (at: Sizes): string => {
    if (sameSizes(at, x.shape[axis])) return graph.ints([TO_THE_END]);
    return place(at);
  };
  // From the end it is fixed more often than from the beginning.
  const place = (at: Sizes): string => {
    const fromEnd = at.map((index, run) => index - x.shape[axis][run]);
    return !isFixed(at) && isFixed(fromEnd) && fromEnd[0] < 0
      ? graph.ints([fromEnd[0]])
      : graph.size(at);
  };
  const inputs = [x.name, place(sizes("from")), end(sizes("to")), graph.ints([axis])];
  return [{ name: graph.node("Slice", inputs), type: x.type }];
};

const split: Writer = ({ graph, inputs: [x], shapes, fixed }) => {
  const axis = fixed<number>("axis");
  const parts = graph.shape(shapes.map((shape) => shape[axis]));
  return graph
    .manyNode("Split", [x.name, parts], shapes.length, { axis })
    .map((name) => ({ name, type: x.type }));
};

const cat: Writer = ({ graph, inputs, fixed }) => {
  const to = inputs.some(isFloat) ? "float" : "int64";
  const names = inputs.map((input) => graph.cast(input, to).name);
  return [{ name: graph.node("Concat", names, { axis: fixed<number>("axis") }), type: to }];
};

function gather(type: string): Writer {
  return ({ graph, inputs: [x, index], fixed }) => {
    const attributes = { axis: fixed<number>("axis") };
    return [{ name: graph.node(type, [x.name, graph.int64(index)], attributes), type: x.type }];
  };
}

const embedding: Writer = ({ graph, inputs: [ids, weight] }) =>
  float(graph.node("Gather", [weight.name, graph.int64(ids)], { axis: 0 }));

const where: Writer = ({ graph, inputs: [condition, a, b] }) =>
  float(graph.node("Where", [graph.bool(condition), graph.float(a), graph.float(b)]));

const pow: Writer = ({ graph, inputs: [x, exponent], fixed }) => {
  const power = exponent ? graph.float(exponent) : graph.floats([fixed<number>("exponent")], []);
  return float(graph.node("Pow", [graph.float(x), power]));
};

const clamp: Writer = ({ graph, inputs: [x], fixed }) => {
  const [low, high] = ["low", "high"].map((name) => graph.floats([fixed<number>(name)], []));
  return float(graph.node("Clip", [graph.float(x), low, high]));
};

/** t < lengths[b]: bool [batch, seq] */
const sequenceMask: Writer = ({ graph, inputs: [lengths], shapes: [[, seq]] }) => {
  const steps = graph.positions(graph.size(seq));
  const ends = graph.nodeOnce("Unsqueeze", [graph.int64(lengths), graph.ints([1])]);
  return [{ name: graph.nodeOnce("Less", [steps, ends]), type: "bool" }];
};

/** steps [batch, seq, features] and the mask [batch, seq] give each sequence's last step. */
const lastStep: Writer = ({ graph, inputs: [steps, mask] }) => {
  const counts = graph.int64(graph.cast(mask, "bool"));
  const last = graph.node("ArgMax", [counts], { axis: 1, keepdims: 1, select_last_index: 1 });
  return float(graph.node("GatherND", [steps.name, last], { batch_dims: 1 }));
};

/** By the name that the tape has for the operation. */
export const OPERATIONS: Readonly<Record<string, Writer>> = {
  exp: unary("Exp"),
  log: unary("Log"),
  tanh: unary("Tanh"),
  sigmoid: unary("Sigmoid"),
  relu: unary("Relu"),
  sqrt: unary("Sqrt"),
  abs: unary("Abs"),
  neg: unary("Neg"),
  add,
  sub: binary("Sub"),
  mul: binary("Mul"),
  div: binary("Div"),
  pow,
  clamp,
  eq: comparison("Equal"),
  ne: comparison("Equal", true),
  gt: comparison("Greater"),
  ge: comparison("GreaterOrEqual"),
  lt: comparison("Less"),
  le: comparison("LessOrEqual"),
  where,
  matmul: ({ graph, inputs: [a, b] }) =>
    float(graph.node("MatMul", [graph.float(a), graph.float(b)])),
  linear,
  softmax: softmax("Softmax"),
  logSoftmax: softmax("LogSoftmax"),
  sum,
  max: extreme("ReduceMax"),
  min: extreme("ReduceMin"),
  argmax: argExtreme("ArgMax"),
  argmin: argExtreme("ArgMin"),
  reshape,
  permute,
  expand,
  clone,
  float: ({ graph, inputs: [x] }) => float(graph.float(x)),
  int: ({ graph, inputs: [x] }) => [{ name: graph.int64(x), type: "int64" }],
  slice,
  split,
  cat,
  indexSelect: gather("Gather"),
  gather: gather("GatherElements"),
  embedding,
  sequenceMask,
  lastStep,
};
