"""The same numbers as ../../work.mjs, and the protocol of ../serve.mjs."""

import json
import resource
import sys
import time

import numpy as np

NUM_GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def numbers(length, seed, scale):
    with np.errstate(over="ignore"):
        x = np.arange(1, length + 1, dtype=np.uint32) + np.uint32(seed * 7919)
        x = x * np.uint32(2654435761)
        x ^= x >> np.uint32(15)
        x = x * np.uint32(2246822519)
        x ^= x >> np.uint32(13)
    return ((x.astype(np.float64) / 2**32 * 2 - 1) * scale).astype(np.float32)


def weights_of(work):
    rows = NUM_GATES[work["cell"]] * work["hiddenSize"]
    bound = 1 / np.sqrt(work["hiddenSize"])
    return {
        "weight_ih_l0": numbers(rows * work["inputSize"], 1, bound).reshape(rows, -1),
        "weight_hh_l0": numbers(rows * work["hiddenSize"], 2, bound).reshape(rows, -1),
        "bias_ih_l0": numbers(rows, 3, bound),
        "bias_hh_l0": numbers(rows, 4, bound),
    }


def input_of(work):
    batch, seq, size = work["batch"], work["seq"], work["inputSize"]
    return numbers(batch * seq * size, 5, 1.0).reshape(batch, seq, size)


def fingerprint(values):
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    direction = numbers(flat.size, 9, 1.0).astype(np.float64)
    return {"norm": float(np.sqrt(flat @ flat)), "projection": float(flat @ direction)}


def serve(version, prepare):
    answer({"version": version})
    body = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                body, check = prepare(request["work"])
                answer({"checks": {name: fingerprint(a) for name, a in check().items()}})
            elif request["do"] == "run":
                start = time.perf_counter()
                for _ in range(request["count"]):
                    body()
                answer({"ms": (time.perf_counter() - start) * 1e3})
            else:
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                answer({"peakMiB": peak / 1024})
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})


def answer(message):
    print(json.dumps(message), flush=True)
