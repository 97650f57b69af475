/**
 * @file An ONNX file with one RNN, LSTM or GRU node, written by hand so that nothing has to export it.
 *
 * Protocol buffers: a field is its number and wire type in one varint, then a varint, or a length
 * and that many bytes. The numbers of the fields are those of onnx.proto.
 */

import { NUM_GATES, reorderBlocks, weightsOf } from "../../work.mjs";

/** Which of PyTorch's blocks of rows comes first, second, … in ONNX: i o f g, and z r n. */
const BLOCK_ORDER = { lstm: [0, 3, 1, 2], gru: [1, 0, 2], rnn: [0] };
const FLOAT = 1;

/** X [seq, batch, inputSize], h0 and c0 [1, batch, hiddenSize] → Y [seq, 1, batch, hiddenSize], Yh, Yc. */
export function onnxFile(work) {
  const { cell, batch, seq, inputSize, hiddenSize: H } = work;
  const isLstm = cell === "lstm";
  const state = [1, batch, H];
  const attributes = [integerAttribute("hidden_size", H)];
  // PyTorch's GRU: the reset gate after the product.
  if (cell === "gru") attributes.push(integerAttribute("linear_before_reset", 1));

  const inputs = ["X", "W", "R", "B", "", "h0", ...(isLstm ? ["c0"] : [])];
  const outputs = ["Y", "Yh", ...(isLstm ? ["Yc"] : [])];
  const node = concat(
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, cell),
    text(4, cell.toUpperCase()),
    ...attributes.map((attribute) => bytes(5, attribute)),
  );
  const graph = concat(
    bytes(1, node),
    text(2, "bench"),
    ...initializers(work),
    bytes(11, valueInfo("X", [seq, batch, inputSize])),
    bytes(11, valueInfo("h0", state)),
    ...(isLstm ? [bytes(11, valueInfo("c0", state))] : []),
    bytes(12, valueInfo("Y", [seq, 1, batch, H])),
    bytes(12, valueInfo("Yh", state)),
    ...(isLstm ? [bytes(12, valueInfo("Yc", state))] : []),
  );
  const version = concat(text(1, ""), number(2, 14));
  return concat(number(1, 8), text(2, "unrolled-bench"), bytes(7, graph), bytes(8, version));
}

function initializers(work) {
  const { cell, inputSize, hiddenSize: H } = work;
  const G = NUM_GATES[cell] * H;
  const { weightIh, weightHh, biasIh, biasHh } = weightsOf(work);
  const inOrder = (values, columns) => reorderBlocks(values, H, columns, BLOCK_ORDER[cell]);
  const bias = Float32Array.of(...inOrder(biasIh, 1), ...inOrder(biasHh, 1));
  return [
    bytes(5, tensor("W", [1, G, inputSize], inOrder(weightIh, inputSize))),
    bytes(5, tensor("R", [1, G, H], inOrder(weightHh, H))),
    bytes(5, tensor("B", [1, 2 * G], bias)),
  ];
}

function tensor(name, shape, values) {
  const raw = new Uint8Array(values.buffer);
  return concat(...shape.map((n) => number(1, n)), number(2, FLOAT), text(8, name), bytes(9, raw));
}

function valueInfo(name, shape) {
  const dimensions = bytes(2, concat(...shape.map((n) => bytes(1, number(1, n)))));
  const tensorType = bytes(1, concat(number(1, FLOAT), dimensions));
  return concat(text(1, name), bytes(2, tensorType));
}

function integerAttribute(name, value) {
  const INT = 2;
  return concat(text(1, name), number(3, value), number(20, INT));
}

function number(field, value) {
  return concat(varint(field << 3), varint(value));
}

function text(field, value) {
  return bytes(
    field,
    Uint8Array.from(value, (letter) => letter.charCodeAt(0)),
  );
}

function bytes(field, value) {
  return concat(varint((field << 3) | 2), varint(value.length), value);
}

/** Seven bits at a time, the lowest first; the eighth says that more follow. */
function varint(value) {
  const out = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return Uint8Array.from(out);
}

function concat(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
