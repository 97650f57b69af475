/**
 * @file A translation model for other programs: two graphs, and in the metadata the vocabularies.
 */

import { exportSeq2SeqOnnx, tensor, type Seq2SeqFiles } from "unrolled";
import type { TranslationModel } from "./model.ts";
import { END, PAD, START } from "./tokens.ts";

/** Ids of the example; any number will do. */
const EXAMPLE = [END, END, END];

/**
 * The model as two ONNX files, one that reads a sentence and one that writes a token: see
 * {@link exportSeq2SeqOnnx}. The source ends with the end token; the first token given to the decoder is
 * the start token.
 *
 * Metadata: `task`, `config`, `tokenizers` (as `config.json` has them), and `tokens`, the ids of
 * `start`, `end` and `padding`.
 */
export function translationOnnx({ config, tokenizers, seq2seq }: TranslationModel): Seq2SeqFiles {
  const { source, target } = tokenizers;
  return exportSeq2SeqOnnx(seq2seq, tensor([EXAMPLE], { dtype: "int32" }), {
    metadata: {
      task: "translation",
      config,
      tokenizers: { source: source.toJSON(), target: target.toJSON() },
      tokens: { start: START, end: END, padding: PAD },
    },
  });
}
