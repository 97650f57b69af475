/**
 * @file brain.js as a measured process: its LSTM learns one string, a character at a time.
 *
 * It draws its weights itself and updates them by a rule of its own, so its losses cannot be compared
 * with anybody's; the sizes are those of the small character model, and so is the length of the string.
 */

import { charBatchOf } from "../../work.mjs";
import { importPeer } from "../import-peer.mjs";
import { serve } from "../serve.mjs";

const { module, version } = await importPeer("brain.js");
const { recurrent } = module.default ?? module;

await serve({
  version,
  prepare(work) {
    const { embeddingDim, hiddenSize, numLayers } = work;
    const text = String.fromCharCode(...charBatchOf(work).ids.map((id) => 65 + id));
    const net = new recurrent.LSTM({
      inputSize: embeddingDim,
      hiddenLayers: Array.from({ length: numLayers }, () => hiddenSize),
    });
    const body = () => net.train([text], { iterations: 1, log: false });
    return { body, check: () => ({}) };
  },
});
