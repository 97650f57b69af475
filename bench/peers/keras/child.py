"""Keras on TensorFlow on CPU as a measured process: python child.py <threads>"""

import os
import sys

sys.dont_write_bytecode = True
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

from char_model import prepare_char_model
from layer import prepare_layer
from work import serve

tf.config.threading.set_intra_op_parallelism_threads(int(sys.argv[1]))
tf.config.threading.set_inter_op_parallelism_threads(1)


def prepare(work):
    keras.backend.clear_session()
    return prepare_char_model(work) if work["kind"] == "char-model" else prepare_layer(work)


serve(f"Keras {keras.__version__} (TensorFlow {tf.__version__})", prepare)
