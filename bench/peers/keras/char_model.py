"""The character model: one optimizer step in one `tf.function`."""

from functools import partial

import keras
import tensorflow as tf

from layer import as_keras
from work import char_batch_of, char_weights_of, fastest, losses_of


def prepare_char_model(work):
    ways = [partial(prepare, work, by_xla) for by_xla in (None, True)]
    # Trying them trains them, so the faster one begins anew.
    tried = [way() for way in ways]
    return ways[tried.index(fastest(work, tried))]()


def prepare(work, by_xla):
    model = keras.Sequential(
        [
            keras.layers.Embedding(work["vocabulary"], work["embeddingDim"]),
            *(
                keras.layers.LSTM(work["hiddenSize"], return_sequences=True)
                for _ in range(work["numLayers"])
            ),
            keras.layers.Dense(work["vocabulary"]),
        ]
    )
    ids, targets = (tf.constant(values, tf.int32) for values in char_batch_of(work))
    model(ids)  # creates the weights
    weights = list(char_weights_of(work).values())
    values = [weights[0]]
    for i in range(work["numLayers"]):
        values += as_keras("lstm", *weights[1 + 4 * i : 5 + 4 * i])
    model.set_weights([*values, weights[-2].T, weights[-1]])
    optimizer = keras.optimizers.AdamW(
        1e-3, weight_decay=0.01, epsilon=1e-8, global_clipnorm=1.0
    )
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=by_xla)
    def train():
        with tf.GradientTape() as tape:
            scores = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, model(ids))
            loss = tf.reduce_mean(scores)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return loss

    def body():
        return float(train())

    return body, losses_of(body)
