"""The character model: one optimizer step, compiled whole."""

from functools import partial

import jax
import jax.numpy as jnp

from recurrent import layer
from work import char_batch_of, char_weights_of, losses_of

LR, BETA_1, BETA_2, EPS, WEIGHT_DECAY = 1e-3, 0.9, 0.999, 1e-8, 0.01


def prepare_char_model(work):
    weights = {name: jnp.asarray(values) for name, values in char_weights_of(work).items()}
    zeros = jax.tree.map(jnp.zeros_like, weights)
    # Three copies: what is given away is given away once.
    state = (weights, zeros, jax.tree.map(jnp.copy, zeros), jnp.int32(0))
    ids, targets = (jnp.asarray(values, jnp.int32) for values in char_batch_of(work))

    def loss_of(weights):
        x = weights["embedding.weight"][ids]
        for i in range(work["numLayers"]):
            names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
            x, _ = layer("lstm", *(weights[f"lstm.{name}_l{i}"] for name in names), x)
        logits = x @ weights["head.weight"].T + weights["head.bias"]
        scores = jax.nn.log_softmax(logits)
        return -jnp.take_along_axis(scores, targets[..., None], axis=-1).mean()

    @partial(jax.jit, donate_argnums=0)
    def train(state):
        weights, m, v, steps = state
        loss, grads = jax.value_and_grad(loss_of)(weights)
        return loss, adamw(weights, clipped(grads, 1.0), m, v, steps + 1)

    def body():
        nonlocal state
        loss, state = train(state)
        return float(loss)

    return body, losses_of(body)


def clipped(grads, max_norm):
    norm = jnp.sqrt(sum((g * g).sum() for g in jax.tree.leaves(grads)))
    factor = jnp.minimum(1.0, max_norm / (norm + 1e-6))
    return jax.tree.map(lambda g: g * factor, grads)


def adamw(weights, grads, m, v, steps):
    m = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, m, grads)
    v = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, v, grads)
    size = LR / (1 - BETA_1**steps)
    correction = jnp.sqrt(1 - BETA_2**steps)

    def update(w, m, v):
        return w * (1 - LR * WEIGHT_DECAY) - size * m / (jnp.sqrt(v) / correction + EPS)

    return jax.tree.map(update, weights, m, v), m, v, steps
