/**
 * @file 4C. A network learns to read text with quotations and brackets. Does one of its cells know
 * whether a quotation is open, and does the network need it?
 */

import {
  hiddenStates,
  manualSeed,
  neuronCorrelation,
  RandomGenerator,
  recordGates,
  tensor,
  type NeuronCorrelation,
} from "unrolled";
import { defineExperiment, type Claim, type Findings } from "../../experiments/experiment.ts";
import type { HeatMap, Plot } from "../../experiments/plot.ts";
import { featuresOf, markedText } from "./marked-text.ts";
import { HIDDEN_SIZE, idsOf, learnToRead, probabilitiesOf, TextReader } from "./text-reader.ts";

const NUM_UPDATES = 800;
const TEXT = 'the gull is "calm no rain" a sea (is the rain) no sea.';
/** What the cells are looked at with: 32 texts of 120 characters that it was not trained on. */
const [NUM_TEXTS, LENGTH] = [32, 120];
const [SHOWN, LISTED] = [6, 10];

const MARKS = {
  "inside quotations": { feature: "inQuotes", closing: '"' },
  "inside brackets": { feature: "inBrackets", closing: ")" },
} as const;
type Mark = keyof typeof MARKS;

export const experiment = defineExperiment({
  id: "4C",
  title: "Cells that can be read",
  knobs: {
    text: { kind: "text", label: "text to read", default: TEXT, maxLength: 80, live: true },
    feature: {
      kind: "choice",
      label: "rank cells by",
      options: Object.keys(MARKS),
      default: "inside quotations",
      live: true,
    },
    rank: {
      kind: "number",
      label: "cell to look at (1: the strongest)",
      min: 1,
      max: HIDDEN_SIZE,
      step: 1,
      default: 1,
      live: true,
    },
  },
  prediction: {
    question:
      "Nobody tells the network what a quotation is; it only learns to guess the next character. Will a single cell come to mean “a quotation is open”?",
    answers: [
      {
        text: "Yes, usually one cell goes along with it clearly",
        isRight: true,
        feedback:
          "To guess a closing mark, that one bit must be carried along, and a cell is the natural place.",
      },
      {
        text: "No, what a network knows is always spread over all units",
        isRight: false,
        feedback: "Much is. But one bit that must be kept unchanged for long often has a home.",
      },
      {
        text: "Yes, and so does every other cell have a meaning",
        isRight: false,
        feedback: "Go down the ranking: most cells correlate with nothing that has a name.",
      },
    ],
  },
  expected:
    "One cell whose content goes along with being inside a quotation; with that cell held at 0, the probability of the closing mark falls.",
  otherwise:
    "A cell that correlates, and is not missed when it is gone, would be a bystander: the network would keep the bit elsewhere.",

  async *run(settings, lab) {
    const { seed } = settings;
    manualSeed(seed);
    const model = new TextReader();
    const generator = new RandomGenerator(seed);
    const texts = Array.from({ length: NUM_TEXTS }, () => markedText(LENGTH, generator));

    const losses: [update: number, loss: number][] = [];
    for (const { update, loss } of learnToRead(model, NUM_UPDATES, generator)) {
      losses.push([update, loss]);
      if (update < NUM_UPDATES) yield inTraining(losses);
    }
    lab.answer((moved) => lookInto(model, texts, losses, moved));
    yield lookInto(model, texts, losses, settings);
  },
});

function curveOf(losses: readonly (readonly [number, number])[]): Plot {
  return {
    kind: "lines",
    title: "Learning to read",
    x: { label: "updates", domain: [0, NUM_UPDATES] },
    y: { label: "nats per character" },
    series: [{ name: "loss", role: "lstm", points: losses }],
  };
}

function inTraining(losses: readonly (readonly [number, number])[]): Findings {
  const [update, loss] = losses.at(-1)!;
  return {
    progress: 0.95 * (update / NUM_UPDATES),
    summary: `After ${update} updates the loss is ${loss.toFixed(2)} nats per character.`,
    plots: [curveOf(losses)],
    tables: [],
    claims: [],
  };
}

interface View {
  text: string;
  feature: string;
  rank: number;
}

function lookInto(
  model: TextReader,
  texts: readonly string[],
  losses: readonly (readonly [number, number])[],
  { text: typed, feature, rank }: View,
): Findings {
  const mark = MARKS[feature as Mark];
  const ranking = rankedCells(model, texts, feature as Mark);
  const { unit, r } = ranking[rank - 1];
  const intact = closingProbability(model, texts, feature as Mark, null);
  const ablated = closingProbability(model, texts, feature as Mark, unit);

  const text = typed === "" ? " " : typed;
  const [{ gates }] = recordGates(model, idsOf([text]));
  const [{ c }] = hiddenStates(model, idsOf([text]));
  const columns = Array.from(text, (character) => (character === " " ? "␣" : character));
  const over = (values: ArrayLike<number>, cell: number) =>
    columns.map((_, t) => values[t * HIDDEN_SIZE + cell]);
  const contents = c!.tanh().data;
  const shown = [...new Set([...ranking.slice(0, SHOWN), ranking[rank - 1]])];
  const maps: HeatMap[] = [
    {
      kind: "heat-map",
      title: `What the cells hold, those that go along with being ${feature} first`,
      rows: shown.map((cell) => `cell ${cell.unit} (r = ${signed(cell.r)})`),
      columns,
      values: shown.map((cell) => over(contents, cell.unit)),
      domain: [-1, 1],
      rowLabel: "tanh C",
      columnLabel: "after reading",
    },
    {
      kind: "heat-map",
      title: `The gates of cell ${unit}`,
      rows: ["forget f", "input i", "output o"],
      columns,
      values: ["f", "i", "o"].map((gate) => over(gates[gate].data, unit)),
      domain: [0, 1],
      rowLabel: "gate",
      columnLabel: "while reading",
    },
  ];
  const closing = (without: number | null) =>
    probabilitiesOf(model, [text], mark.closing, without)[0].map((p, t) => [t + 1, p] as const);

  return {
    progress: 1,
    summary:
      `Cell ${unit} goes along with being ${feature} with r = ${signed(r)}. Where the closing mark ` +
      `comes next, the network gives it a probability of ${intact.toFixed(2)}; with this cell held ` +
      `at 0, ${ablated.toFixed(2)}.`,
    plots: [
      ...maps,
      {
        kind: "lines",
        title: `Probability that ${mark.closing} comes next`,
        x: { label: "characters read" },
        y: { label: "probability", domain: [0, 1] },
        series: [
          { name: "as trained", role: "lstm", points: closing(null) },
          { name: `cell ${unit} held at 0`, role: "neutral", points: closing(unit), dashed: true },
        ],
      },
      curveOf(losses),
    ],
    tables: [
      {
        title: `The strongest cells, by their correlation with being ${feature}`,
        columns: ["rank", "cell", "r"],
        rows: ranking.slice(0, LISTED).map((cell, at) => [at + 1, cell.unit, signed(cell.r)]),
      },
    ],
    claims: rank === 1 && feature === "inside quotations" ? claimsOf(r, intact, ablated) : [],
  };
}

function claimsOf(r: number, intact: number, ablated: number): Claim[] {
  return [
    { says: "correlation of the strongest cell", observed: Math.abs(r), expected: [0.4, 1] },
    { says: "probability of the closing mark", observed: intact, expected: [0.4, 0.7] },
    {
      says: "share of it that is left without the cell",
      observed: ablated / intact,
      expected: [0, 0.6],
    },
  ];
}

/** By |r|, largest first: tanh C of each cell against whether the mark is open. */
function rankedCells(model: TextReader, texts: readonly string[], mark: Mark): NeuronCorrelation[] {
  const [{ c }] = hiddenStates(model, idsOf(texts)); // [seq, batch, hiddenSize]
  const open = texts.map((text) => featuresOf(text)[MARKS[mark].feature].map(Number));
  return neuronCorrelation(c!.tanh(), tensor(open).transpose(0, 1));
}

/** Of the closing mark, on average over the places where it comes next. */
function closingProbability(
  model: TextReader,
  texts: readonly string[],
  mark: Mark,
  without: number | null,
): number {
  const { feature, closing } = MARKS[mark];
  const probabilities = probabilitiesOf(model, texts, closing, without);
  const there = texts.flatMap((text, b) => {
    const open = featuresOf(text)[feature];
    return probabilities[b].filter((_, t) => open[t] && text[t + 1] === closing);
  });
  return there.reduce((sum, p) => sum + p, 0) / there.length;
}

function signed(value: number): string {
  return value.toFixed(2).replace("-", "−");
}
