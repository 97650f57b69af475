"""PyTorch as a measured process: python child.py <threads>"""

import sys

sys.dont_write_bytecode = True

import torch

from char_model import prepare_char_model
from layer import prepare_layer
from work import serve

torch.set_num_threads(int(sys.argv[1]))


def prepare(work):
    return prepare_char_model(work) if work["kind"] == "char-model" else prepare_layer(work)


version = torch.__version__.split("+")[0]
serve(f"PyTorch {version}", prepare)
