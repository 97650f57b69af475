/**
 * @file An encoder–decoder as two ONNX files: one that reads the source, and one that writes a token.
 */

import { noGrad } from "../../autograd/tape.ts";
import type { Seq2SeqState } from "../../nn/seq2seq/decoder.ts";
import type { Seq2Seq } from "../../nn/seq2seq/seq2seq.ts";
import { tensor, zeros } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { DynamicAxes } from "./dynamic-axes.ts";
import { asIfTraced } from "./tracing.ts";
import { exportFunction, type OnnxOptions } from "./export-onnx.ts";

export interface Seq2SeqFiles {
  /** Source and lengths → the state before the first token. */
  readonly encoder: Uint8Array;
  /** The tokens before and the state → log-probabilities, attention and the state after. */
  readonly decoder: Uint8Array;
}

/**
 * Writes an encoder–decoder as two graphs, for a search of one's own: run `encoder` once, then
 * `decoder` with a start token, and with the token chosen from what it gave, until the end token.
 *
 * - encoder: `source` [batch, src] and `lengths` [batch] give `h` (and `c`), and where the decoder has
 *   them `fed`, `keys`, `values` and `bias`
 * - decoder: `tokens` [batch] and all of those give `logProbs` [batch, vocabSize], `attention`
 *   [batch, src], and the next `h`, `c` and `fed` as `h.next`, `c.next` and `fed.next`. `keys`, `values`
 *   and `bias` are the same at every step.
 *
 * Batch and source length are dynamic.
 *
 * @example
 * const encoder = new nn.Seq2SeqEncoder(12, 8, 16);
 * const decoder = new nn.Seq2SeqDecoder(15, 8, 16, { attention: "dot" });
 * const files = exportSeq2SeqOnnx(new nn.Seq2Seq(encoder, decoder), tensor([[3, 4, 5]]).int());
 * Object.keys(files); // ["encoder", "decoder"]
 */
export function exportSeq2SeqOnnx(
  model: Seq2Seq,
  exampleSource: Tensor,
  { metadata }: Pick<OnnxOptions, "metadata"> = {},
): Seq2SeqFiles {
  const [batch, src] = exampleSource.shape;
  const lengths = tensor(new Int32Array(batch).fill(src));
  const state = noGrad(() => asIfTraced(() => model.start(exampleSource, { lengths })));
  const parts = Object.entries(partsOf(state));

  const encoder = exportFunction(
    model,
    [
      { name: "source", tensor: exampleSource },
      { name: "lengths", tensor: lengths },
    ],
    ([source, ends]) => partsOf(model.start(source, { lengths: ends })),
    { metadata, dynamicAxes: { source: { 0: "batch", 1: "src" }, lengths: { 0: "batch" } } },
  );
  const decoder = exportFunction(
    model,
    [
      { name: "tokens", tensor: zeros([batch], { dtype: "int32" }) },
      ...parts.map(([name, part]) => ({ name, tensor: part })),
    ],
    ([tokens, ...given]) => {
      const before = stateOf(Object.fromEntries(parts.map(([name], i) => [name, given[i]])));
      const { logProbs, attention, state: after } = model.step(before, tokens);
      const { h, c, fed } = partsOf(after);
      return { logProbs, attention, "h.next": h, "c.next": c, "fed.next": fed };
    },
    { metadata, dynamicAxes: { tokens: { 0: "batch" }, ...axesOf(model, parts) } },
  );
  return { encoder, decoder };
}

/** By their names in the graphs; what the decoder does not have is left out. */
function partsOf({ hidden: [h, c], fed, memory }: Seq2SeqState): Record<string, Tensor> {
  const all = { h, c, fed, keys: memory?.keys, values: memory?.values, bias: memory?.bias };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, part]) => (part ? [[name, part]] : [])),
  );
}

function stateOf({ h, c, fed, keys, values, bias }: Record<string, Tensor>): Seq2SeqState {
  return {
    hidden: c ? [h, c] : [h],
    fed: fed ?? null,
    memory: keys ? { keys, values, bias: bias ?? null } : null,
    sources: Int32Array.from({ length: h.shape[1] }, (_, row) => row),
  };
}

/** Where batch and source length stand in each part of the state. */
function axesOf({ decoder }: Seq2Seq, parts: readonly [name: string, part: Tensor][]): DynamicAxes {
  const keys = decoder.attention?.score === "additive" ? 1 : 2;
  const axes: Record<string, Record<number, string>> = {
    h: { 1: "batch" },
    c: { 1: "batch" },
    fed: { 0: "batch" },
    keys: { 0: "batch", [keys]: "src" },
    values: { 0: "batch", 1: "src" },
    bias: { 0: "batch", 2: "src" },
  };
  return Object.fromEntries(parts.map(([name]) => [name, axes[name]]));
}
