/**
 * @file The messages that an ONNX file is made of, as plain objects, and their encoding.
 *
 * Source: "Open Neural Network Exchange Intermediate Representation (ONNX IR) Specification" and
 * onnx.proto, whose field numbers stand below
 */

import { MessageWriter } from "./protobuf.ts";

/** TensorProto.DataType */
export const ELEMENT_TYPES = { float: 1, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof ELEMENT_TYPES;

export interface GraphTensor {
  readonly name: string;
  readonly type: "float" | "int64";
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** A number is a fixed size, a text the name of one that may differ, null one without a name. */
export type GraphSize = number | string | null;

export interface GraphValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly GraphSize[];
}

/** Whole numbers and lists of them, fractions, words, and for Scan a graph. */
export type GraphAttribute =
  number | { float: number } | string | readonly number[] | readonly string[] | Graph;

export interface GraphNode {
  readonly name: string;
  readonly type: string;
  /** An empty name is an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly GraphTensor[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

export interface Model {
  readonly graph: Graph;
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The version of the file format that came with opset 17 (ONNX 1.12, 2022). */
const IR_VERSION = 8;

/** ModelProto */
export function encodeModel({ graph, opset, metadata }: Model): Uint8Array {
  const model = new MessageWriter()
    .int(1, IR_VERSION)
    .text(2, "unrolled")
    .message(7, graphProto(graph))
    .message(8, new MessageWriter().text(1, "").int(2, opset));
  for (const [key, value] of Object.entries(metadata)) {
    model.message(14, new MessageWriter().text(1, key).text(2, value));
  }
  return model.finish();
}

function graphProto({ name, nodes, initializers, inputs, outputs }: Graph): MessageWriter {
  const graph = new MessageWriter();
  for (const node of nodes) graph.message(1, nodeProto(node));
  graph.text(2, name);
  for (const tensor of initializers) graph.message(5, tensorProto(tensor));
  for (const value of inputs) graph.message(11, valueInfoProto(value));
  for (const value of outputs) graph.message(12, valueInfoProto(value));
  return graph;
}

function nodeProto({ name, type, inputs, outputs, attributes }: GraphNode): MessageWriter {
  const node = new MessageWriter();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(3, name).text(4, type);
  for (const [key, value] of Object.entries(attributes)) {
    node.message(5, attributeProto(key, value));
  }
  return node;
}

/** AttributeProto.AttributeType */
const KINDS = { float: 1, int: 2, text: 3, graph: 5, ints: 7, texts: 8 };

function attributeProto(name: string, value: GraphAttribute): MessageWriter {
  const attribute = new MessageWriter().text(1, name);
  const kind = (of: keyof typeof KINDS) => attribute.int(20, KINDS[of]);
  if (typeof value === "number") return kind("int").int(3, value);
  if (typeof value === "string") return kind("text").text(4, value);
  if (isList(value)) {
    if (value.every((item) => typeof item === "number")) return kind("ints").ints(8, value);
    for (const item of value) attribute.text(9, item);
    return kind("texts");
  }
  if ("float" in value) return kind("float").float(2, value.float);
  return kind("graph").message(6, graphProto(value));
}

function isList(value: GraphAttribute): value is readonly number[] | readonly string[] {
  return Array.isArray(value);
}

function tensorProto({ name, type, shape, values }: GraphTensor): MessageWriter {
  return new MessageWriter()
    .ints(1, shape)
    .int(2, ELEMENT_TYPES[type])
    .text(8, name)
    .bytes(9, littleEndian(type, values));
}

function littleEndian(type: "float" | "int64", values: ArrayLike<number>): Uint8Array {
  const width = type === "float" ? 4 : 8;
  const bytes = new Uint8Array(width * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    if (type === "float") view.setFloat32(4 * i, values[i], true);
    else view.setBigInt64(8 * i, BigInt(values[i]), true);
  }
  return bytes;
}

function valueInfoProto({ name, type, shape }: GraphValue): MessageWriter {
  const sizes = new MessageWriter();
  for (const size of shape) {
    const dimension = new MessageWriter();
    if (typeof size === "number") dimension.int(1, size);
    if (typeof size === "string") dimension.text(2, size);
    sizes.message(1, dimension);
  }
  const tensorType = new MessageWriter().int(1, ELEMENT_TYPES[type]).message(2, sizes);
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensorType));
}
