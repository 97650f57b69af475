/**
 * @file A few pieces of text to look at a model's gradients with.
 */

import { crossEntropy, tensor } from "unrolled";
import { loadTextModel, prepareText, type TextModel } from "unrolled/tasks/text";
import { FailureError } from "../../errors.ts";
import { modelReader } from "../../files/model-directory.ts";
import { label } from "../../files/read-bytes.ts";
import { readTexts } from "../../files/read-texts.ts";
import type { GradientBatch } from "../task.ts";
import { demoText } from "./demo-text.ts";
import { notedSource, readNoted } from "./noted-text.ts";
import { encodeKnown } from "./unknown-characters.ts";

/**
 * Pieces of `steps` tokens (by default as long as in training), spread evenly over the files given or, without any, over the held-out end
 * of the text that the model was trained on.
 */
export function gradientBatch(
  directory: string,
  files: readonly string[],
  wanted: { sequences: number; steps?: number },
): GradientBatch {
  const model = loadTextModel(modelReader(directory));
  const { ids, about } = heldOut(model, directory, files);
  const steps = Math.min(wanted.steps ?? model.config.seqLength, ids.length - 1);
  if (steps < 2) {
    throw new FailureError(`${about}: too short; expected at least 3 tokens, got ${ids.length}.`);
  }
  const room = ids.length - steps - 1; // Where the last piece can begin.
  const sequences = Math.min(wanted.sequences, room + 1);
  const inputs = new Int32Array(sequences * steps);
  const targets = new Int32Array(sequences * steps);
  for (let s = 0; s < sequences; s++) {
    const at = sequences === 1 ? 0 : Math.round((s * room) / (sequences - 1));
    inputs.set(ids.subarray(at, at + steps), s * steps);
    targets.set(ids.subarray(at + 1, at + 1 + steps), s * steps);
  }
  const input = tensor(inputs, { shape: [sequences, steps] });
  const loss = () => crossEntropy(model.forward(input)[0].flatten(0, 1), tensor(targets));
  return { model, cell: model.config.cell, about, sequences, steps, step: "token", loss };
}

function heldOut(
  model: TextModel,
  directory: string,
  files: readonly string[],
): { ids: Int32Array; about: string } {
  if (files.length > 0) {
    const about = files.map(label).join(", ");
    return { ids: encodeKnown(model, readTexts(files).text, about), about };
  }
  const noted = notedSource(directory);
  if (noted === null) {
    const { data } = demoText(undefined, model.config.seed);
    return { ids: data.validationIds, about: "the held-out end of the demo's own text" };
  }
  const found = noted ? readNoted(noted) : null;
  if (!found) {
    throw new FailureError(
      `The text that the model in ${directory} was trained on is not at hand. Name any text in its place: --gradients <file>`,
    );
  }
  const { validationIds } = prepareText(found.text, model.config);
  return {
    ids: validationIds,
    about: `the held-out end of ${found.names.map(label).join(", ")}`,
  };
}
