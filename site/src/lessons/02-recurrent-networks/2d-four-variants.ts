/**
 * @file 2D. One network, four shapes of input and output, each with a task that it learns from
 * nothing in seconds: one to many, many to one, many to many in step, and not in step.
 */

import { defineExperiment } from "../../experiments/experiment.ts";
import { classToWord } from "./2d-class-to-word.ts";
import { reversal } from "./2d-reversal.ts";
import { sentiment } from "./2d-sentiment.ts";
import { tagging } from "./2d-tagging.ts";
import { findingsOf, type Variant } from "./2d-variant.ts";

const VARIANTS: Readonly<Record<string, (given: { seed: number; ratio: number }) => Variant>> = {
  "one to many: a kind becomes a name": classToWord,
  "many to one: praise or blame": sentiment,
  "many to many, in step: parts of speech": tagging,
  "many to many, not in step: digits reversed": reversal,
};

export const experiment = defineExperiment({
  id: "2D",
  title: "Four shapes of the same network",
  knobs: {
    variant: {
      kind: "choice",
      label: "variant",
      options: Object.keys(VARIANTS),
      default: "many to many, not in step: digits reversed",
    },
    ratio: {
      kind: "number",
      label: "teacher forcing (digits reversed)",
      min: 0,
      max: 1,
      step: 0.25,
      default: 1,
    },
    input: {
      kind: "text",
      label: "your input (empty: an example)",
      default: "",
      maxLength: 80,
      live: true,
    },
  },
  prediction: {
    question:
      "The decoder of the digits was always given the true digit before (teacher forcing 1). Now it runs alone and reads what it has written itself. Compared with that, its share of right digits is …",
    answers: [
      {
        text: "lower: after a mistake it reads something that it has seldom met",
        isRight: true,
        feedback:
          "One wrong digit puts it in a place where training never was, and the digits behind it suffer. The gap closes as mistakes become rare.",
      },
      {
        text: "the same: the weights are the same",
        isRight: false,
        feedback:
          "The weights are, but not the inputs: a wrong digit is fed back as if it were right.",
      },
      {
        text: "higher: it no longer has to follow somebody else",
        isRight: false,
        feedback:
          "The true digit before tells it where in the number it is. Its own tells it as much only if it is right.",
      },
    ],
  },
  expected:
    "Each of the four learns its task. Numbers of six to eight digits are reversed without a mistake in at least 95 % of unseen cases; while it learns, running free is below forced.",
  otherwise:
    "A variant that stays at a guess would not be fed, read or scored in the way of its picture.",

  async *run(settings, lab) {
    const variant = VARIANTS[settings.variant](settings);
    for (;;) {
      const { value, done } = variant.next();
      if (done === true) {
        lab.answer(({ input }) => findingsOf(value, input));
        yield findingsOf(value, settings.input);
        return;
      }
      yield findingsOf(value, settings.input);
    }
  },
});
