"""Writes the file that packages/library/test/parity/safetensors.test.ts reads.

    pip install safetensors numpy ml_dtypes
    python3 scripts/make-safetensors-fixture.py

`python.safetensors` comes from Python's own library; `python.json` says what is in it. With
`--check FILE` it reads a file instead, and fails unless it holds the same arrays.
"""

import json
import math
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import safetensors.numpy

FOLDER = Path(__file__).parent.parent / "packages/library/test/parity/fixtures/safetensors"

random = np.random.default_rng(20)
extremes = [0.0, -0.0, 1.0, -1.5, math.inf, -math.inf, 65504, 6e-8, 1e-5, 1 / 3]

ARRAYS = {
    "lstm.weight_ih_l0": random.standard_normal((8, 3)).astype(np.float32),
    "lstm.bias_ih_l0_reverse": random.standard_normal(8).astype(np.float32),
    "scalar": np.array(0.1, np.float32),
    "empty": np.zeros((0, 5), np.float32),
    'name "quoted" \\ 日本\n': np.array([7.25], np.float32),
    "10": np.array([10, 20], np.int32),
    "9": np.array([-9], np.int32),
    "float64": np.array([1 / 3, -1e300, 5e-324]),
    "float16": np.array(extremes, np.float16),
    "bfloat16": np.array(extremes, ml_dtypes.bfloat16),
    "int64": np.array([[1, -2], [2**62, -(2**63)]], np.int64),
    "uint64": np.array([0, 2**64 - 1], np.uint64),
    "int32": np.array([2**31 - 1, -(2**31)], np.int32),
    "uint32": np.array([0, 2**32 - 1], np.uint32),
    "int16": np.array([-32768, 32767, 3], np.int16),
    "uint16": np.array([0, 65535], np.uint16),
    "int8": np.array([-128, 127, 0], np.int8),
    "uint8": np.array([0, 255], np.uint8),
    "bool": np.array([True, False, True], np.bool_),
}


def describe(array):
    """Numbers as text, because JSON has neither infinities nor 64-bit integers."""
    flat = array.reshape(-1)
    whole = flat.dtype.kind in "iub"
    return {
        "dtype": str(array.dtype),
        "shape": list(array.shape),
        "values": [str(int(v)) if whole else repr(float(v)) for v in flat],
    }


def write():
    FOLDER.mkdir(parents=True, exist_ok=True)
    data = safetensors.numpy.save(ARRAYS, metadata={"format": "pt"})
    (FOLDER / "python.safetensors").write_bytes(data)
    described = {name: describe(array) for name, array in ARRAYS.items()}
    (FOLDER / "python.json").write_text(json.dumps(described, indent=2) + "\n")
    print(f"safetensors {safetensors.__version__}, numpy {np.__version__}: {len(data)} bytes")


def check(path):
    read = dict(safetensors.deserialize(Path(path).read_bytes()))
    assert read.keys() == ARRAYS.keys(), (sorted(read), sorted(ARRAYS))
    for name, array in ARRAYS.items():
        assert list(read[name]["shape"]) == list(array.shape), name
        assert bytes(read[name]["data"]) == array.tobytes(), name
    print(f"{path}: {len(read)} arrays, all as expected")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        check(sys.argv[2])
    else:
        write()
