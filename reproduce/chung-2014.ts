/**
 * @file Chung et al. 2014, table 2: three cells of about 20,000 weights on polyphonic music.
 */

import type { Cell } from "./models.ts";
import { MUSIC_RECIPES, trainOnMusic } from "./music.ts";
import type { PublishedTable, Row } from "./table.ts";

type Published = "RNN" | "GRU" | "LSTM";

/** As many units as the paper gives each cell. */
const HIDDEN: Record<Published, number> = { RNN: 100, GRU: 46, LSTM: 36 };

const DATA = {
  jsb: {
    title: "JSB Chorales",
    file: "jsb-chorales/jsb-chorales-quarter.json",
    published: { RNN: 9.1, GRU: 8.54, LSTM: 8.67 },
    epochs: 60,
    hoursPerSeed: 0.01,
  },
  nottingham: {
    title: "Nottingham",
    file: "nottingham/nottingham_pianoroll.json",
    published: { RNN: 3.13, GRU: 3.23, LSTM: 3.2 },
    epochs: 30,
    hoursPerSeed: 0.1,
  },
};

function music(data: keyof typeof DATA, cell: Cell & Published): Row {
  const { title, file, published, epochs, hoursPerSeed } = DATA[data];
  const unit = cell === "RNN" ? "tanh" : cell;
  return {
    name: `${data}-${unit.toLowerCase()}`,
    what: `${title}, ${unit}`,
    published: published[cell],
    data: file,
    unit: "NLL a step",
    better: "lower",
    settings: `1 layer of ${HIDDEN[cell]}, Adam, ${epochs} epochs, best by validation`,
    remark:
      data === "jsb" ? "Without their weight noise and their search of learning rates" : undefined,
    seeds: [1, 2, 3],
    hoursPerSeed,
    run: (context) =>
      trainOnMusic(context, {
        file,
        cell,
        hiddenSize: HIDDEN[cell],
        recipe: MUSIC_RECIPES[cell],
        epochs,
        batchSize: 4,
        lr: cell === "RNN" ? 0.002 : 0.005,
        clipNorm: 5,
      }),
  };
}

export const CHUNG_2014: PublishedTable = {
  name: "chung-2014",
  title: "Gated units on polyphonic music",
  source: "Chung, Gulcehre, Cho and Bengio 2014, table 2, https://arxiv.org/abs/1412.3555",
  checked: "the GRU’s 8.54 read in a list of results, all others quoted from memory",
  rows: [
    music("jsb", "RNN"),
    music("jsb", "GRU"),
    music("jsb", "LSTM"),
    music("nottingham", "RNN"),
    music("nottingham", "GRU"),
    music("nottingham", "LSTM"),
  ],
};
