/**
 * @file recurrent layer → pooling over time → head: one answer for a whole recording.
 */

import { nn, poolOverTime, type Tensor } from "unrolled";
import type { SensorConfig } from "./config.ts";
import type { SensorScheme } from "./data.ts";

const LAYERS = { rnn: nn.RNN, gru: nn.GRU, lstm: nn.LSTM };

/** Classifies recordings, or predicts a number for each. */
export class SensorModel extends nn.Module {
  readonly config: SensorConfig;
  readonly scheme: SensorScheme;
  readonly recurrent: nn.RNN | nn.GRU | nn.LSTM;
  readonly pooling: nn.AttentionPooling | null;
  readonly dropout: nn.Dropout;
  readonly head: nn.Linear;

  constructor(config: SensorConfig, scheme: SensorScheme) {
    super();
    const { cell, hiddenSize, numLayers, bidirectional, dropout } = config;
    this.config = config;
    this.scheme = scheme;
    this.recurrent = new LAYERS[cell](scheme.channels.length, hiddenSize, {
      numLayers,
      bidirectional,
      dropout: numLayers > 1 ? dropout : 0,
      batchFirst: true,
    });
    const features = (bidirectional ? 2 : 1) * hiddenSize;
    const isAttention = config.pooling === "attention";
    this.pooling = isAttention ? new nn.AttentionPooling(features, { batchFirst: true }) : null;
    this.dropout = new nn.Dropout(dropout);
    this.head = new nn.Linear(features, scheme.classes?.length ?? 1);
  }

  /** values [batch, seq, channels], scaled → logits [batch, classes], or scaled numbers [batch, 1] */
  forward(values: Tensor, lengths?: Int32Array): Tensor {
    const [output] = this.recurrent.forward(values, null, { lengths }); // [batch, seq, features]
    return this.head.forward(this.dropout.forward(this.pool(output, lengths)));
  }

  private pool(output: Tensor, lengths?: Int32Array): Tensor {
    if (this.pooling) return this.pooling.forward(output, { lengths })[0];
    const pooling = this.config.pooling as "max" | "mean" | "last";
    return poolOverTime(output, pooling, { batchFirst: true, lengths });
  }
}
