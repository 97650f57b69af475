/**
 * @file The work that every system does: shapes, and the same numbers in every language.
 *
 * `peers/python/work.py` is the twin of this file.
 */

export const SHAPES = {
  S1: { batch: 1, seq: 100, inputSize: 32, hiddenSize: 64 },
  S2: { batch: 16, seq: 64, inputSize: 64, hiddenSize: 128 },
  S3: { batch: 32, seq: 128, inputSize: 128, hiddenSize: 256 },
  S4: { batch: 64, seq: 64, inputSize: 512, hiddenSize: 512 },
  S5: { batch: 1, seq: 1, inputSize: 64, hiddenSize: 128 }, // a streaming step, its state carried on
  S6: { batch: 8, seq: 1000, inputSize: 16, hiddenSize: 64 },
};
export const CELLS = ["lstm", "gru", "rnn"];
export const MODES = ["training", "inference"];

/** Characters → embedding → LSTM layers → head, trained. The small one is as big as brain.js can show. */
export const CHAR_MODELS = {
  large: {
    ...{ kind: "char-model", model: "large", vocabulary: 65, embeddingDim: 64 },
    ...{ hiddenSize: 256, numLayers: 2, batch: 32, seq: 64 },
  },
  small: {
    ...{ kind: "char-model", model: "small", vocabulary: 26, embeddingDim: 20 },
    ...{ hiddenSize: 64, numLayers: 1, batch: 1, seq: 100 },
  },
};

export const NUM_GATES = { lstm: 4, gru: 3, rnn: 1 };

/** Of the matrix products alone: what everybody has to compute. */
export function flopsOf({ cell, mode, batch, seq, inputSize, hiddenSize }) {
  const forward = 2 * batch * seq * NUM_GATES[cell] * hiddenSize * (inputSize + hiddenSize);
  return mode === "training" ? 3 * forward : forward;
}

/** One layer at one shape. Inference of a single step carries its state on. */
export function layerWork(cell, shape, mode) {
  const streaming = mode === "inference" && SHAPES[shape].seq === 1;
  return { kind: "layer", cell, shape, mode, streaming, ...SHAPES[shape] };
}

/** Evenly spread in ±scale, from a hash of the position: no state, so any language can make them. */
export function numbers(length, seed, scale) {
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    let x = Math.imul(i + 1 + seed * 7919, 2654435761);
    x ^= x >>> 15;
    x = Math.imul(x, 2246822519);
    x = (x ^ (x >>> 13)) >>> 0;
    out[i] = ((x / 2 ** 32) * 2 - 1) * scale;
  }
  return out;
}

/** In PyTorch's shapes and order of the gates. */
export function weightsOf({ cell, inputSize, hiddenSize }) {
  const rows = NUM_GATES[cell] * hiddenSize;
  const bound = 1 / Math.sqrt(hiddenSize);
  return {
    weightIh: numbers(rows * inputSize, 1, bound),
    weightHh: numbers(rows * hiddenSize, 2, bound),
    biasIh: numbers(rows, 3, bound),
    biasHh: numbers(rows, 4, bound),
  };
}

/** [batch, seq, inputSize] */
export function inputOf({ batch, seq, inputSize }) {
  return numbers(batch * seq * inputSize, 5, 1);
}

/** The character model's: name in a checkpoint → shape and values, in PyTorch's order. */
export function charWeightsOf({ vocabulary: V, embeddingDim: E, hiddenSize: H, numLayers }) {
  const shapes = { "embedding.weight": [V, E] };
  for (let layer = 0; layer < numLayers; layer++) {
    shapes[`lstm.weight_ih_l${layer}`] = [4 * H, layer > 0 ? H : E];
    shapes[`lstm.weight_hh_l${layer}`] = [4 * H, H];
    shapes[`lstm.bias_ih_l${layer}`] = [4 * H];
    shapes[`lstm.bias_hh_l${layer}`] = [4 * H];
  }
  Object.assign(shapes, { "head.weight": [V, H], "head.bias": [V] });
  const bound = 1 / Math.sqrt(H);
  const weights = Object.entries(shapes).map(([name, shape], i) => {
    const size = shape.reduce((product, length) => product * length);
    return [name, { shape, values: numbers(size, 100 + i, bound) }];
  });
  return Object.fromEntries(weights);
}

/** Both [batch, seq]. */
export function charBatchOf({ batch, seq, vocabulary }) {
  const [ids, targets] = [50, 51].map((seed) =>
    Int32Array.from(numbers(batch * seq, seed, 0.5), (x) => Math.floor((x + 0.5) * vocabulary)),
  );
  return { ids, targets };
}

/** What is compared of a training step: the first has seen no optimizer, the last three steps of it. */
export function lossesOf(body) {
  return () => ({ losses: Float32Array.from({ length: 4 }, () => body()) });
}

/** [d0, d1, d2] ↔ [d1, d0, d2]: batch first, time first. */
export function swapFirstAxes(values, d0, d1, d2) {
  const out = new Float32Array(values.length);
  for (let i = 0; i < d0; i++) {
    for (let j = 0; j < d1; j++) {
      out.set(values.subarray((i * d1 + j) * d2, (i * d1 + j + 1) * d2), (j * d0 + i) * d2);
    }
  }
  return out;
}

/** Blocks of `height` rows in another order: block `order[i]` comes i-th. */
export function reorderBlocks(values, height, columns, order) {
  const size = height * columns;
  const out = new Float32Array(values.length);
  order.forEach((from, to) => out.set(values.subarray(from * size, (from + 1) * size), to * size));
  return out;
}

export function transpose(values, rows, columns) {
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c];
  }
  return out;
}

/**
 * An array in two numbers: how long it is as a vector, and its product with a fixed random one,
 * which notices numbers in the wrong places.
 */
export function fingerprint(values) {
  const direction = numbers(values.length, 9, 1);
  let squares = 0;
  let projection = 0;
  for (let i = 0; i < values.length; i++) {
    squares += values[i] * values[i];
    projection += values[i] * direction[i];
  }
  return { norm: Math.sqrt(squares), projection };
}

/** The largest difference between the fingerprints of two systems, relative to the norm. */
export function differenceOf(checks, reference) {
  let largest = 0;
  for (const [name, { norm, projection }] of Object.entries(checks)) {
    const expected = reference[name];
    if (!expected) continue;
    const scale = Math.max(expected.norm, 1e-12);
    const difference = Math.max(
      Math.abs(norm - expected.norm) / scale,
      Math.abs(projection - expected.projection) / scale,
    );
    // A NaN must not hide behind Math.max.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** A few hundred float32 roundings, in another order: sums over up to 8000 rows. */
export const TOLERANCE = 1e-4;
