/**
 * @file 4F. What the chapter builds, at work: stacked and bidirectional layers with dropout, attention
 * pooling, an encoder and a decoder.
 */

import { manualSeed, RandomGenerator } from "unrolled";
import { defineExperiment, type Claim, type Findings } from "../../experiments/experiment.ts";
import type { HeatMap, Plot } from "../../experiments/plot.ts";
import { learnToFind, SEQ, type FinderReport } from "./find-the-digit.ts";
import { learnToWriteBackwards, type WriterReport } from "./write-backwards.ts";

const FINDER_UPDATES = 250;
const WRITER_UPDATES = 200;
const DEFAULTS = { layers: 2, dropout: 0.3 };

export const experiment = defineExperiment({
  id: "4F",
  title: "Stacks, dropout, attention, encoder and decoder",
  knobs: {
    layers: {
      kind: "number",
      label: "layers",
      min: 1,
      max: 3,
      step: 1,
      default: DEFAULTS.layers,
    },
    dropout: {
      kind: "number",
      label: "dropout",
      min: 0,
      max: 0.6,
      step: 0.1,
      default: DEFAULTS.dropout,
    },
    readout: {
      kind: "choice",
      label: "read out by",
      options: ["attention", "last states"],
      default: "attention",
    },
  },
  small: { layers: 1 },
  prediction: {
    question:
      "Nobody tells the network where the digit stands, only which one it is. Where will the attention weights be after training?",
    answers: [
      {
        text: "Spread evenly: each state has seen the whole sequence",
        isRight: false,
        feedback:
          "In both directions together each state could know the digit. It is easier to keep it in the state that reads it.",
      },
      {
        text: "On the digit",
        isRight: true,
        feedback: "The loss rewards a mean that is made of the states which know the answer.",
      },
      {
        text: "On the last step, as without attention",
        isRight: false,
        feedback:
          "That is what the last states are for. Attention is free of it, and has no reason to wait.",
      },
    ],
  },
  expected:
    "Each row of weights adds up to 1; the largest is on the digit in most sequences. The decoder looks along the other diagonal, last digit first.",
  otherwise:
    "Weights that do not add up to 1 would not come from a softmax. Without a peak, the answer would be carried to other states first: with more layers or more dropout you can see that happen.",

  async *run(settings) {
    const { seed, layers: numLayers, dropout } = settings;
    const readout = settings.readout === "attention" ? "attention" : "last states";
    manualSeed(seed);
    const generator = new RandomGenerator(seed);
    const found: FinderReport[] = [];
    const written: WriterReport[] = [];

    const numUpdates = FINDER_UPDATES;
    for (const report of learnToFind({ numLayers, dropout, readout, numUpdates, generator })) {
      found.push(report);
      yield findingsOf(found, written, 0.7 * report.share);
    }
    for (const report of learnToWriteBackwards(WRITER_UPDATES, generator)) {
      written.push(report);
      yield findingsOf(found, written, 0.7 + 0.29 * report.share);
    }
    const isDefault = numLayers === DEFAULTS.layers && dropout === DEFAULTS.dropout;
    yield {
      ...findingsOf(found, written, 1),
      claims: claimsOf(found.at(-1)!, written.at(-1)!, isDefault),
    };
  },
});

function findingsOf(
  found: readonly FinderReport[],
  written: readonly WriterReport[],
  progress: number,
): Findings {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const finder = found.at(-1)!;
  const writer = written.at(-1);
  const { attention } = finder;
  const weights: HeatMap[] = attention
    ? [
        {
          kind: "heat-map",
          title: "Attention pooling: six unseen sequences",
          rows: attention.examples.map(({ digit, place }) => `${digit} at ${place + 1}`),
          columns: Array.from({ length: SEQ }, (_, t) => String(t + 1)),
          values: attention.examples.map((example) => example.weights),
          domain: [0, 1],
          rowLabel: "the digit",
          columnLabel: "position",
        },
      ]
    : [];
  const pairs: HeatMap[] = writer
    ? [
        {
          kind: "heat-map",
          title: "Encoder and decoder: where each written digit was read",
          rows: writer.example.digits.toReversed().map((digit) => `writes ${digit}`),
          columns: writer.example.digits.map(String),
          values: writer.example.weights,
          domain: [0, 1],
          rowLabel: "written",
          columnLabel: "read",
        },
      ]
    : [];
  const curve = (reports: readonly { share: number; success: number }[], updates: number) =>
    reports.map(({ share, success }) => [share * updates, success] as const);
  const plots: Plot[] = [
    ...weights,
    ...pairs,
    {
      kind: "lines",
      title: "Right on what was not trained on",
      x: { label: "updates", domain: [0, FINDER_UPDATES] },
      y: { label: "share", domain: [0, 1] },
      series: [
        { name: "which digit?", role: "lstm", points: curve(found, FINDER_UPDATES) },
        {
          name: "digits written backwards",
          role: "neutral",
          points: curve(written, WRITER_UPDATES),
          dashed: true,
        },
      ],
      references: [{ name: "guessing", y: 0.1 }],
    },
  ];
  return {
    progress,
    summary:
      `The digit is found in ${percent(finder.success)} of unseen sequences` +
      (attention
        ? `; the largest weight is on it in ${percent(attention.peaked)}, and on average it has ${percent(attention.onDigit)} of the weight.`
        : ".") +
      (writer
        ? ` Written backwards, ${percent(writer.success)} of the digits are right, and ${percent(writer.onDiagonal)} were looked for where they stand.`
        : ""),
    plots,
    tables: [],
    claims: [],
  };
}

function claimsOf(
  { success, attention }: FinderReport,
  writer: WriterReport,
  isDefault: boolean,
): Claim[] {
  const claims: Claim[] = [
    { says: "digits written backwards", observed: writer.success, expected: [0.95, 1] },
    { says: "looked for where they stand", observed: writer.onDiagonal, expected: [0.9, 1] },
    { says: "the decoder's weights add up to 1", observed: writer.sumError, expected: [0, 1e-5] },
  ];
  if (attention) {
    const says = "the weights of each sequence add up to 1";
    claims.push({ says, observed: attention.sumError, expected: [0, 1e-5] });
  }
  // Of seeds 1–8: found 0.90–1.00; the largest weight on it in 0.60–1.00, where 1/30 is chance.
  if (attention && isDefault) {
    claims.push(
      { says: "the digit is found", observed: success, expected: [0.8, 1] },
      {
        says: "the largest weight is on the digit",
        observed: attention.peaked,
        expected: [0.4, 1],
      },
    );
  }
  return claims;
}
