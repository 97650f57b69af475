"""JAX on CPU as a measured process: python child.py <threads>"""

import os
import sys

sys.dont_write_bytecode = True
if sys.argv[1] == "1":
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax

from char_model import prepare_char_model
from layer import prepare_layer
from work import serve


def prepare(work):
    jax.clear_caches()
    return prepare_char_model(work) if work["kind"] == "char-model" else prepare_layer(work)


serve(f"JAX {jax.__version__}", prepare)
