"""The same numbers as ../../work.mjs, and the protocol of ../serve.mjs. Every Python peer has it."""

import json
import re
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


def char_weights_of(work):
    """The character model's, by PyTorch's names and in PyTorch's order."""
    vocabulary, embedding, hidden = work["vocabulary"], work["embeddingDim"], work["hiddenSize"]
    shapes = {"embedding.weight": (vocabulary, embedding)}
    for layer in range(work["numLayers"]):
        shapes |= {
            f"lstm.weight_ih_l{layer}": (4 * hidden, hidden if layer > 0 else embedding),
            f"lstm.weight_hh_l{layer}": (4 * hidden, hidden),
            f"lstm.bias_ih_l{layer}": (4 * hidden,),
            f"lstm.bias_hh_l{layer}": (4 * hidden,),
        }
    shapes |= {"head.weight": (vocabulary, hidden), "head.bias": (vocabulary,)}
    bound = 1 / np.sqrt(hidden)
    return {
        name: numbers(int(np.prod(shape)), 100 + i, bound).reshape(shape)
        for i, (name, shape) in enumerate(shapes.items())
    }


def char_batch_of(work):
    """ids and targets, both [batch, seq]"""
    batch, seq = work["batch"], work["seq"]
    spread = [numbers(batch * seq, seed, 0.5).astype(np.float64) for seed in (50, 51)]
    return [np.floor((s + 0.5) * work["vocabulary"]).astype(np.int64).reshape(batch, seq) for s in spread]


def fastest(work, candidates):
    """Of several ways to do the same work, the one that is quickest; the first where `plain`."""
    if work.get("plain"):
        return candidates[0]

    def seconds(body):
        body(), body()
        times = []
        for _ in range(3):
            start = time.perf_counter()
            body()
            times.append(time.perf_counter() - start)
        return min(times)

    return min(candidates, key=lambda prepared: seconds(prepared[0]))


def losses_of(body):
    """What is compared: the first has seen no optimizer, the last three steps of it."""
    return lambda: {"losses": np.array([float(body()) for _ in range(4)], dtype=np.float32)}


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
                results = check() if request.get("check", True) else {}
                answer({"checks": {name: fingerprint(a) for name, a in results.items()}})
            elif request["do"] == "run":
                start = time.perf_counter()
                for _ in range(request["count"]):
                    body()
                answer({"ms": (time.perf_counter() - start) * 1e3})
            else:
                answer({"peakMiB": peak_mib()})
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})


def peak_mib():
    """Linux's own figure; getrusage's may be the parent's, from before this program was loaded."""
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def answer(message):
    print(json.dumps(message), flush=True)
