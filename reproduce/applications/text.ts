/**
 * @file Language models of texts, in nats per character on the part that is held out.
 */

import { namedScores, numberAt, type Application, type Found } from "./application.ts";

const natsPerCharacter = ({ start, end }: Found) => ({
  score: numberAt(end, "evaluation.natsPerCharacter"),
  baselines: namedScores(start.baselines, "natsPerCharacter"),
});

export const TEXT: Application = {
  name: "text",
  title: "Text generation",
  about: `Tiny Shakespeare: 1,115,394 characters, the last tenth held out by position. Baselines count on the
first nine tenths. How many steps fit into the minutes depends on the machine; \`--steps\` with the number
that the command prints repeats a run to the bit.`,
  entries: [
    {
      name: "shakespeare-3min",
      what: "Tiny Shakespeare, defaults",
      train: ["data:tiny-shakespeare/input.txt"],
      seeds: [1, 2, 3],
      metric: "nats per character",
      better: "lower",
      digits: 3,
      read: natsPerCharacter,
      target: 1.53,
      published: [
        {
          what: "Transformer, 3 minutes of CPU",
          score: 1.88,
          source: "nanoGPT's README, as quoted from memory",
        },
        {
          what: "Transformer, GPU",
          score: 1.4697,
          source: "nanoGPT's README, baby GPT, as quoted from memory",
        },
      ],
      minutesPerSeed: 3,
    },
  ],
};
