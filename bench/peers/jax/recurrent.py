"""A recurrent layer in JAX: one product for all of the input, then `lax.scan` over time."""

import jax
import jax.numpy as jnp
from jax import lax


def zero_state(cell, batch, hidden_size):
    zeros = jnp.zeros((batch, hidden_size), jnp.float32)
    return (zeros, zeros) if cell == "lstm" else (zeros,)


def step(cell, state, from_input, weight_hh, bias_hh):
    """x·Wᵢᵀ + bᵢ is given."""
    h = state[0]
    from_state = h @ weight_hh.T + bias_hh
    if cell == "gru":
        xr, xz, xn = jnp.split(from_input, 3, axis=-1)
        hr, hz, hn = jnp.split(from_state, 3, axis=-1)
        r, z = jax.nn.sigmoid(xr + hr), jax.nn.sigmoid(xz + hz)
        n = jnp.tanh(xn + r * hn)
        return ((1 - z) * n + z * h,)
    sums = from_input + from_state
    if cell == "rnn":
        return (jnp.tanh(sums),)
    i, f, g, o = jnp.split(sums, 4, axis=-1)
    c = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def layer(cell, weight_ih, weight_hh, bias_ih, bias_hh, x, state=None, unroll=1):
    """[batch, seq, inputSize] → [batch, seq, hiddenSize], and the last state"""
    state = state or zero_state(cell, x.shape[0], weight_hh.shape[1])
    from_input = jnp.swapaxes(x, 0, 1) @ weight_ih.T + bias_ih

    def one(state, from_input):
        state = step(cell, state, from_input, weight_hh, bias_hh)
        return state, state[0]

    state, outputs = lax.scan(one, state, from_input, unroll=unroll)
    return jnp.swapaxes(outputs, 0, 1), state
