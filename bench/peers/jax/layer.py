"""One recurrent layer: a training step, a forward pass, or a streaming step."""

from functools import partial

import jax
import jax.numpy as jnp

from recurrent import layer, zero_state
from work import fastest, input_of, weights_of


def prepare_layer(work):
    weights = [jnp.asarray(values) for values in weights_of(work).values()]
    x = jnp.asarray(input_of(work))
    if work["streaming"]:
        return streaming_step(work, weights, x)
    prepare = training_step if work["mode"] == "training" else forward_pass
    # Short steps gain from having several in one turn of the loop; long ones may lose.
    layers = [partial(layer, work["cell"], unroll=min(unroll, work["seq"])) for unroll in (1, 8)]
    return fastest(work, [prepare(layer, weights, x) for layer in layers])


def training_step(layer, weights, x):
    def loss_of(weights, x):
        output, _ = layer(*weights, x)
        return (output * output).sum(), output

    gradients = jax.jit(jax.value_and_grad(loss_of, argnums=(0, 1), has_aux=True))

    def body():
        return jax.block_until_ready(gradients(weights, x))

    def check():
        (_, output), (grads, grad_x) = body()
        return {
            "output": output,
            "gradInput": grad_x,
            "gradWeightIh": grads[0],
            "gradWeightHh": grads[1],
        }

    return body, check


def forward_pass(layer, weights, x):
    forward = jax.jit(lambda weights, x: layer(*weights, x)[0])

    def body():
        return forward(weights, x).block_until_ready()

    return body, lambda: {"output": body()}


def streaming_step(work, weights, x):
    one = jax.jit(lambda weights, x, state: layer(work["cell"], *weights, x, state))
    state = zero_state(work["cell"], work["batch"], work["hiddenSize"])

    def body():
        nonlocal state
        output, state = one(weights, x, state)
        return output.block_until_ready()

    def check():
        body()
        return {"output": body()}

    return body, check
