"""Writes the arrays that packages/library/src/io/npy.test.ts reads, as NumPy saves them.

    pip install numpy
    python3 scripts/make-npy-fixture.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).parent.parent / "packages/library/test/parity/fixtures/npy.json"

random = np.random.default_rng(7)

ARRAYS = {
    "float32": random.standard_normal((2, 3, 5)).astype(np.float32),
    "float64": np.array([1 / 3, -1e300, 5e-324]),
    "float16": np.array([0.1, -0.0, 65504, 6e-8, np.inf, np.nan], np.float16),
    "int64": np.array([[1, -2], [2**62, -(2**63)]], np.int64),
    "int64, small": np.array([[1, -2, 3]], np.int64),
    "uint64": np.array([0, 2**64 - 1], np.uint64),
    "int32": np.array([2**31 - 1, -(2**31)], np.int32),
    "uint32": np.array([0, 2**32 - 1], np.uint32),
    "int16": np.array([-32768, 32767, 3], np.int16),
    "uint16": np.array([0, 65535], np.uint16),
    "int8": np.array([-128, 127, 0], np.int8),
    "uint8": np.array([0, 255], np.uint8),
    "bool": np.array([True, False, True], np.bool_),
    "scalar": np.array(0.25, np.float32),
    "empty": np.zeros((0, 5), np.float32),
    "version 2": random.standard_normal(4).astype(np.float32),
    "version 3": random.standard_normal(3).astype(np.float32),
}
REFUSED = {
    "big-endian": np.array([1.5], ">f4"),
    "fortran": np.asfortranarray(random.standard_normal((2, 3))),
    "records": np.zeros(2, [("a", "<f4"), ("b", "<i4")]),
    "complex": np.array([1j]),
    "text": np.array(["one"]),
    "objects": np.array([{}], object),
}


def saved(name, array):
    file = io.BytesIO()
    version = (int(name[-1]), 0) if name.startswith("version") else (1, 0)
    np.lib.format.write_array(file, array, version)
    return base64.b64encode(file.getvalue()).decode()


def described(name, array):
    numbers = [str(int(n)) if array.dtype.kind in "iub" else repr(float(n)) for n in array.reshape(-1)]
    return {"npy": saved(name, array), "shape": array.shape, "values": numbers}


FILE.write_text(
    json.dumps(
        {
            "arrays": {name: described(name, array) for name, array in ARRAYS.items()},
            "refused": {name: saved(name, array) for name, array in REFUSED.items()},
        },
        indent=1,
    )
    + "\n"
)
print(f"numpy {np.__version__}: {FILE}")
