"""One recurrent layer: a training step, a forward pass, or a streaming step.

Keras has PyTorch's weights transposed, the GRU's gates as z r n, and one bias but for the GRU.
"""

from functools import partial

import keras
import numpy as np
import tensorflow as tf

from work import NUM_GATES, fastest, input_of, weights_of

LAYERS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "rnn": keras.layers.SimpleRNN}

#: Which of PyTorch's blocks comes first, second, … here; each order is its own inverse.
BLOCK_ORDER = {"lstm": [0, 1, 2, 3], "gru": [1, 0, 2], "rnn": [0]}


def prepare_layer(work):
    x = tf.constant(input_of(work))
    layer = LAYERS[work["cell"]](work["hiddenSize"], return_sequences=True)
    layer.build(x.shape)
    layer.set_weights(as_keras(work["cell"], *weights_of(work).values()))
    if work["mode"] == "training":
        prepare = training_step
    else:
        prepare = streaming_step if work["streaming"] else forward_pass
    # XLA is faster at some sizes and slower at others.
    compilers = [partial(tf.function, jit_compile=by_xla) for by_xla in (None, True)]
    return fastest(work, [prepare(compiler, work, layer, x) for compiler in compilers])


def as_keras(cell, weight_ih, weight_hh, bias_ih, bias_hh):
    bias = np.stack([bias_ih, bias_hh]) if cell == "gru" else bias_ih + bias_hh
    return [
        in_order(cell, weight_ih).T,
        in_order(cell, weight_hh).T,
        in_order(cell, bias.T).T,
    ]


def in_order(cell, rows):
    """Blocks of rows, from PyTorch's order into Keras's and back."""
    blocks = np.split(np.asarray(rows), NUM_GATES[cell])
    return np.concatenate([blocks[i] for i in BLOCK_ORDER[cell]])


def training_step(compiler, work, layer, x):
    @compiler
    def gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            output = layer(x)
            loss = tf.reduce_sum(output * output)
        return output, tape.gradient(loss, [x, *layer.trainable_weights])

    def body():
        return gradients(x)

    def check():
        output, (grad_x, grad_kernel, grad_recurrent, _) = body()
        return {
            "output": output,
            "gradInput": grad_x,
            "gradWeightIh": in_order(work["cell"], grad_kernel.numpy().T),
            "gradWeightHh": in_order(work["cell"], grad_recurrent.numpy().T),
        }

    return body, check


def forward_pass(compiler, work, layer, x):
    forward = compiler(lambda x: layer(x))
    return lambda: forward(x), lambda: {"output": forward(x)}


def streaming_step(compiler, work, layer, x):
    """The cell, which is Keras's faster way to take a single step."""
    one = compiler(lambda x, states: layer.cell(x, states))
    step = x[:, 0]
    zeros = [tf.zeros([work["batch"], work["hiddenSize"]])] * (2 if work["cell"] == "lstm" else 1)
    states = zeros

    def body():
        nonlocal states
        output, states = one(step, states)
        return output

    def check():
        nonlocal states
        states = zeros  # it may have been tried
        body()
        return {"output": body()}

    return body, check
