/**
 * @file Layers that are one operator in ONNX: normalisation, convolution, pooling, recurrent layers.
 *
 * What differs from PyTorch, whose layouts the parameters have:
 *
 *   gates          LSTM i f g o → i o f c;  GRU r z n → z r h
 *   weights        both directions in one tensor: W [D, G, I], R [D, G, H], B [D, 2·G]
 *   layout         [seq, batch, features] only; outputs [seq, D, batch, H]
 *   GRU            linear_before_reset: 1 is PyTorch's, 0 the original of Cho et al. (2014)
 *   lengths        sequence_lens, int32: past the end 0, states of the last step, as here
 *
 * Source: "ONNX Operators", pages LSTM, GRU, RNN, LayerNormalization, BatchNormalization, Conv,
 * MaxPool and AveragePool, onnx.ai
 */

import type { CellKind } from "../../backends/index.ts";
import type { DirectionWeights } from "../../nn/recurrent/fused-call.ts";
import { reachOf, type Windows } from "../../nn/sliding-windows.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { GraphWriter, Operand } from "./graph-writer.ts";
import { float, type Call, type Writer } from "./operations.ts";

const layerNorm: Writer = ({ graph, inputs: [x, weight, bias], fixed }) => {
  const normalizedShape = fixed<number[]>("normalizedShape");
  const size = normalizedShape.reduce((product, n) => product * n, 1);
  const scale = weight?.name ?? graph.floats(new Array<number>(size).fill(1), normalizedShape);
  const attributes = { axis: -normalizedShape.length, epsilon: { float: fixed<number>("eps") } };
  return float(graph.node("LayerNormalization", [x.name, scale, bias?.name ?? ""], attributes));
};

const batchNorm: Writer = ({ graph, inputs: [x, weight, bias], operation, fixed }) => {
  if (operation.attributes.some(({ fromBatch }) => fromBatch)) {
    graph.refuse("it normalises by the batch's statistics, as it keeps no running ones.");
  }
  const mean = fixed<number[]>("mean");
  const vector = (value: number) =>
    graph.floats(new Array<number>(mean.length).fill(value), [mean.length]);
  const statistics = [mean, fixed<number[]>("variance")].map((values) =>
    graph.floats(values, [values.length]),
  );
  const inputs = [x.name, weight?.name ?? vector(1), bias?.name ?? vector(0), ...statistics];
  return float(
    graph.node("BatchNormalization", inputs, { epsilon: { float: fixed<number>("eps") } }),
  );
};

function windowsOf({ fixed }: Call): Windows {
  return {
    kernelSize: fixed("kernelSize"),
    stride: fixed("stride"),
    padLeft: fixed("padLeft"),
    padRight: fixed("padRight"),
    dilation: fixed("dilation"),
    ceilMode: fixed("ceilMode"),
  };
}

function windowAttributes({ kernelSize, stride, padLeft, padRight }: Windows) {
  return { kernel_shape: [kernelSize], strides: [stride], pads: [padLeft, padRight] };
}

/** [batch, 1, seq]: whether a step is before the end of its sequence. */
function beforeEnd(graph: GraphWriter, ends: string, seq: string): string {
  const steps = graph.positions(seq);
  return graph.node("Less", [steps, graph.node("Unsqueeze", [ends, graph.ints([1, 2])])]);
}

/**
 * With lengths, what stands behind a sequence's end is 0 before the convolution, and so is what it
 * gives past the last window that fits: ⌊(length + padding − reach) / stride⌋ + 1 of them.
 */
const conv1d: Writer = (call) => {
  const {
    graph,
    inputs,
    fixed,
    shapes: [shape],
  } = call;
  const hasLengths = fixed<boolean>("lengths");
  const [x, weight, bias] = hasLengths ? inputs.slice(0, -1) : inputs;
  const windows = windowsOf(call);
  const attributes = {
    ...windowAttributes(windows),
    dilations: [windows.dilation],
    group: fixed<number>("groups"),
  };
  const run = (steps: string) =>
    graph.node("Conv", [steps, weight.name, bias?.name ?? ""], attributes);
  if (!hasLengths) return float(run(x.name));

  const zero = graph.floats([0], []);
  const ends = graph.int64(inputs[inputs.length - 1]);
  const seen = graph.node("Where", [beforeEnd(graph, ends, graph.sizeOf(x, 2)), x.name, zero]);
  const { stride, padLeft, padRight } = windows;
  const room = graph.node("Add", [ends, graph.ints([padLeft + padRight - reachOf(windows)])]);
  const count = graph.node("Add", [
    graph.node("Div", [room, graph.ints([stride])]),
    graph.ints([1]),
  ]);
  const fits = graph.node("Where", [
    graph.node("And", [
      graph.node("GreaterOrEqual", [room, graph.ints([0])]),
      graph.node("Greater", [ends, graph.ints([0])]),
    ]),
    count,
    graph.ints([0]),
  ]);
  const y = run(seen);
  const out = graph.sizeOf({ name: y, type: "float", shape }, 2);
  return float(graph.node("Where", [beforeEnd(graph, fits, out), y, zero]));
};

function pool(type: "MaxPool" | "AveragePool"): Writer {
  return (call) => {
    const {
      graph,
      inputs: [x],
      fixed,
    } = call;
    if (fixed<boolean>("lengths")) {
      graph.refuse("windowed pooling with lengths has no operator; pool without lengths.");
    }
    const windows = windowsOf(call);
    const attributes: Record<string, number | number[]> =
      type === "MaxPool"
        ? { dilations: [windows.dilation] }
        : { count_include_pad: Number(fixed<boolean>("countIncludePad")) };
    const common = { ...windowAttributes(windows), ceil_mode: Number(windows.ceilMode) };
    return float(graph.node(type, [x.name], { ...common, ...attributes }));
  };
}

/** ids [batch, seq] → [batch, embeddingDim] */
const embeddingBag: Writer = ({ graph, inputs: [ids, weight], fixed }) => {
  const { offsets, lengths, perSampleWeights } = fixed<Record<string, unknown>>("options");
  const paddingIdx = fixed<number | null>("paddingIdx");
  if (offsets || lengths || perSampleWeights || paddingIdx !== null) {
    graph.refuse(
      "only whole rows of ids can be exported: no offsets, lengths, perSampleWeights or paddingIdx.",
    );
  }
  const vectors = graph.node("Gather", [weight.name, graph.int64(ids)], { axis: 0 });
  const mode = fixed<"sum" | "mean" | "max">("mode");
  if (mode === "sum") {
    return float(graph.node("ReduceSum", [vectors, graph.ints([1])], { keepdims: 0 }));
  }
  const type = mode === "mean" ? "ReduceMean" : "ReduceMax";
  return float(graph.node(type, [vectors], { axes: [1], keepdims: 0 }));
};

/** For each of ONNX's blocks of rows, which of PyTorch's it is. */
const GATE_ORDER: Partial<Record<CellKind, readonly number[]>> = {
  rnn_tanh: [0],
  rnn_relu: [0],
  lstm: [0, 3, 1, 2],
  gru: [1, 0, 2],
};

const recurrent: Writer = ({ graph, inputs, operation, fixed, shapes }) => {
  const cell = fixed<CellKind>("cell");
  const directions = operation.attributes[0].directions as readonly DirectionWeights[];
  const hiddenSize = fixed<number>("hiddenSize");
  const batchFirst = fixed<boolean>("batchFirst");
  const [x, ...rest] = inputs;
  const states = rest.slice(0, fixed<number>("numStates"));
  const lengths = fixed<boolean>("lengths") ? rest[rest.length - 1] : null;

  const steps = batchFirst ? graph.nodeOnce("Transpose", [x.name], { perm: [1, 0, 2] }) : x.name;
  const [w, r, b] = weightsOf(graph, cell, directions, hiddenSize);
  const [h0 = "", c0 = ""] = states.map(({ name }) => name);
  const all = [steps, w, r, b, lengths ? int32(graph, lengths) : "", h0];
  const D = directions.length;
  const attributes = {
    hidden_size: hiddenSize,
    direction: D === 2 ? "bidirectional" : "forward",
    ...(cell === "rnn_relu" ? { activations: new Array<string>(D).fill("Relu") } : {}),
    ...(cell === "gru" ? { linear_before_reset: Number(fixed<boolean>("resetAfter")) } : {}),
  };
  const isLstm = cell === "lstm";
  const [y, hN, cN] = isLstm
    ? graph.manyNode("LSTM", [...all, c0], 3, attributes)
    : graph.manyNode(cell === "gru" ? "GRU" : "RNN", all, 2, attributes);

  // [seq, D, batch, H] → [seq, batch, D·H], or batch first
  const perm = batchFirst ? [2, 0, 1, 3] : [0, 2, 1, 3];
  const width = shapes[0][2][0];
  const output = graph.node("Reshape", [
    graph.node("Transpose", [y], { perm }),
    graph.ints([0, 0, width]),
  ]);
  return [output, hN, ...(isLstm ? [cN] : [])].map((name) => ({ name, type: "float" }));
};

function int32(graph: GraphWriter, lengths: Operand): string {
  return graph.nodeOnce("Cast", [lengths.name], { to: 6 });
}

/** W [D, G, I], R [D, G, H] and B [D, 2·G], or "" without biases. */
function weightsOf(
  graph: GraphWriter,
  cell: CellKind,
  directions: readonly DirectionWeights[],
  hiddenSize: number,
): [w: string, r: string, b: string] {
  const order = GATE_ORDER[cell];
  if (!order) return graph.refuse(`the cell ${cell} has no operator.`);
  /** All directions, and in each, these parameters one after another. */
  const together = (
    names: readonly (keyof DirectionWeights)[],
    kind: string,
    shape: readonly number[],
  ): string => {
    const parts = directions.flatMap((direction) =>
      names.map((name) => inOrder(direction[name]!, order, hiddenSize)),
    );
    const values = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      values.set(part, at);
      at += part.length;
    }
    const { storage } = directions[0][names[0]]!;
    const name = graph.keyOf(storage)?.replace(/(weight|bias)_[ih]h/, kind) ?? kind;
    return graph.weights(name, storage, shape, values);
  };
  const D = directions.length;
  const rows = order.length * hiddenSize;
  const [{ weightIh, biasIh }] = directions;
  return [
    together(["weightIh"], "W", [D, rows, weightIh.shape[1]]),
    together(["weightHh"], "R", [D, rows, hiddenSize]),
    biasIh ? together(["biasIh", "biasHh"], "B", [D, 2 * rows]) : "",
  ];
}

/** A parameter with its blocks of rows in another order. */
function inOrder(parameter: Tensor, order: readonly number[], hiddenSize: number): Float32Array {
  const source = parameter.storage.array;
  const block = (source.length / parameter.shape[0]) * hiddenSize;
  const out = new Float32Array(source.length);
  for (const [to, from] of order.entries()) {
    out.set(source.subarray(from * block, (from + 1) * block), to * block);
  }
  return out;
}

/** By the name that the tape, or the tracer, has for the operation. */
export const LAYERS: Readonly<Record<string, Writer>> = {
  layerNorm,
  batchNorm,
  conv1d,
  maxPool1d: pool("MaxPool"),
  avgPool1d: pool("AveragePool"),
  embeddingBag,
  recurrent,
};
