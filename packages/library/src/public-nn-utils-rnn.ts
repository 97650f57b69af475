/**
 * @file `nn.utils.rnn`, where PyTorch keeps what packs and pads sequences.
 */

export { padSequence, unpadSequence } from "./data/pad-sequence.ts";
export {
  packPaddedSequence,
  packSequence,
  PackedSequence,
  padPackedSequence,
  unpackSequence,
} from "./nn/recurrent/packed-sequence.ts";
