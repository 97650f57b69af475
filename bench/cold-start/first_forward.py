"""A process that imports one library, runs an LSTM at S2 forward, and ends. Prints its peak memory.

python first_forward.py torch|jax|keras
"""

import json
import os
import sys

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
sys.path.append(os.path.join(BENCH, "peers", "python"))


def torch():
    import torch

    torch.set_num_threads(1)
    lstm = torch.nn.LSTM(64, 128, batch_first=True)
    with torch.inference_mode():
        lstm(torch.ones(16, 64, 64))


def jax():
    sys.path.append(os.path.join(BENCH, "peers", "jax"))
    import jax
    import jax.numpy as jnp
    from recurrent import layer

    ones = [jnp.ones(shape) for shape in [(512, 64), (512, 128), (512,), (512,), (16, 64, 64)]]
    jax.jit(lambda *given: layer("lstm", *given)[0])(*ones).block_until_ready()


def keras():
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"}
    import keras
    import numpy as np

    keras.layers.LSTM(128, return_sequences=True)(np.ones((16, 64, 64), np.float32)).numpy()


{"torch": torch, "jax": jax, "keras": keras}[sys.argv[1]]()

from work import peak_mib  # after the clock's work: it needs numpy

print(json.dumps({"peakMiB": peak_mib()}))
