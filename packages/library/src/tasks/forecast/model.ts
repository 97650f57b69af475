/**
 * @file past window → recurrent layer → head: for each step ahead, what the network says of what the
 * linear part leaves over.
 */

import { cat, nn, runCell, stack, type Tensor } from "unrolled";
import type { ForecastConfig } from "./config.ts";

const LAYERS = { rnn: nn.RNN, gru: nn.GRU, lstm: nn.LSTM };

/** Sizes that the data decide. */
export interface NetworkShape {
  /** Numbers that each step of the past has. */
  inputSize: number;
  horizon: number;
  /** Numbers said of each step ahead: see {@link numParams}. */
  numParams: number;
  /** Series with a vector of their own. */
  numSeries: number;
  /** Numbers known of each step ahead, which the decoder reads; 0 for a network without one. */
  futureSize: number;
}

/** One network. It starts by saying nothing: every output is 0 before training. */
export class ForecastNetwork extends nn.Module {
  readonly shape: NetworkShape;
  readonly embedding: nn.Embedding | null;
  readonly encoder: nn.RNN | nn.LSTM | nn.GRU;
  readonly dropout: nn.Dropout;
  /** From what the encoder read to the state that the decoder starts with. */
  readonly bridge: nn.Linear | null;
  readonly decoder: nn.GRU | null;
  readonly head: nn.Linear;

  constructor(config: ForecastConfig, shape: NetworkShape) {
    super();
    const { hiddenSize, numLayers, dropout, bidirectional, seriesEmbedding } = config;
    const { inputSize, horizon, numParams, numSeries, futureSize } = shape;
    this.shape = shape;
    const hasEmbedding = seriesEmbedding > 0 && numSeries > 0;
    // Id 0 is a series that training has not seen.
    this.embedding = hasEmbedding
      ? new nn.Embedding(numSeries + 1, seriesEmbedding, { paddingIdx: 0 })
      : null;
    this.encoder = new LAYERS[config.cell](
      inputSize + (hasEmbedding ? seriesEmbedding : 0),
      hiddenSize,
      { numLayers, bidirectional, dropout: numLayers > 1 ? dropout : 0, batchFirst: true },
    );
    this.dropout = new nn.Dropout(dropout);
    const readSize = hiddenSize * (bidirectional ? 2 : 1);
    const hasDecoder = futureSize > 0;
    this.bridge = hasDecoder ? new nn.Linear(readSize, hiddenSize) : null;
    this.decoder = hasDecoder ? new nn.GRU(futureSize, hiddenSize, { batchFirst: true }) : null;
    this.head = hasDecoder
      ? new nn.Linear(hiddenSize, numParams)
      : new nn.Linear(readSize, horizon * numParams);
    nn.init.zeros_(this.head.weight);
    if (this.head.bias) nn.init.zeros_(this.head.bias);
  }

  /**
   * - `past`      [batch, seq, inputSize]
   * - `places`    [origins], the steps of the past after which to forecast
   * - `future`    [batch · origins, horizon, futureSize], for a network with a decoder
   * - `seriesIds` [batch], 0 for a series that is new
   *
   * @returns [batch · origins, horizon, numParams]
   */
  forward(
    past: Tensor,
    places: readonly number[],
    future: Tensor | null,
    seriesIds: Tensor | null,
  ): Tensor {
    const [batch] = past.shape;
    const { horizon, numParams } = this.shape;
    const [output] = this.read(past, seriesIds); // [batch, seq, H]
    const read = stack(
      places.map((place) => output.select(1, place)),
      1,
    ); // [batch, origins, H]
    const flat = this.dropout.forward(read.reshape(batch * places.length, -1));
    if (!this.decoder || !this.bridge || !future) {
      return this.head.forward(flat).reshape(-1, horizon, numParams);
    }
    const start = this.bridge.forward(flat).tanh().unsqueeze(0); // [1, batch · origins, H]
    const [ahead] = this.decoder.forward(future, start); //         [batch · origins, horizon, H]
    return this.head.forward(this.dropout.forward(ahead));
  }

  /** Reads on from `state`: outputs [batch, seq, H], and the state to read on from. */
  read(past: Tensor, seriesIds: Tensor | null, state?: Tensor[]): [Tensor, Tensor[]] {
    return runCell(this.encoder, this.#withSeries(past, seriesIds), state);
  }

  #withSeries(past: Tensor, seriesIds: Tensor | null): Tensor {
    if (!this.embedding || !seriesIds) return past;
    const [batch, seq] = past.shape;
    const vector = this.embedding.forward(seriesIds).unsqueeze(1); // [batch, 1, embedding]
    return cat([past, vector.expand(batch, seq, vector.shape[2])], -1);
  }
}
