"""Cases of make-fixtures.py about padded and packed batches.

packed-*    every combination of a recurrent layer's options on a padded batch whose lengths are in
            no order: what pack → layer → pad gives. Only `batchFirst` is left out: the tests run
            every case in both layouts, and as a PackedSequence too.
pack-*      what pack_padded_sequence, pack_sequence and pad_packed_sequence give by themselves
"""

from itertools import product

import torch
from torch import nn
from torch.nn.utils.rnn import (
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
    pad_sequence,
)

# inputSize, hiddenSize, batch, seq; the batch is padded further than its longest sequence.
SIZES = (7, 3, 5, 6)
LENGTHS = [2, 5, 1, 4, 2]

KINDS = [
    ("rnn-tanh", nn.RNN, {"nonlinearity": "tanh"}),
    ("rnn-relu", nn.RNN, {"nonlinearity": "relu"}),
    ("lstm", nn.LSTM, {}),
    ("lstm-proj", nn.LSTM, {"projSize": 2}),
    ("gru", nn.GRU, {}),
    ("original-gru", nn.GRU, {"resetAfter": False}),
]


def packed_layers(recurrent_case):
    for (name, kind, own), layers, both, bias, states in product(
        KINDS, (1, 2), (False, True), (True, False), (False, True)
    ):
        options = dict(own)
        words = [f"packed-{name}-{layers}-layer{'s' if layers > 1 else ''}"]
        if layers > 1:
            options["numLayers"] = layers
        if both:
            options["bidirectional"] = True
            words.append("bidirectional")
        if not bias:
            options["bias"] = False
            words.append("no-bias")
        if states:
            words.append("states")
        recurrent_case("-".join(words), kind, options, SIZES, states, LENGTHS)


def packing(Case):
    for ending, lengths, enforce_sorted, batch_first in [
        ("sorted", [6, 4, 4, 1], True, False),
        ("sorted-batch-first", [5, 4, 2, 1], True, True),
        ("any-order", [2, 5, 2, 6], False, False),
        ("any-order-batch-first", [3, 1, 6, 3], False, True),
    ]:
        case = Case(f"pack-{ending}", enforceSorted=enforce_sorted, batchFirst=batch_first)
        case.put("lengths", torch.tensor(lengths))
        x = case.draw("input", [4, 6, 3] if batch_first else [6, 4, 3])
        put_packed(
            case,
            pack_padded_sequence(
                x, torch.tensor(lengths), batch_first=batch_first, enforce_sorted=enforce_sorted
            ),
        )

    for ending, options in [
        ("default", {}),
        ("batch-first-total-length", {"batch_first": True, "total_length": 7}),
        ("padding-value", {"padding_value": -2.5}),
    ]:
        case = Case(f"pack-pad-{ending}", **camel(options))
        x = case.draw("input", [6, 4, 3])
        lengths = case.put("lengths", torch.tensor([2, 5, 2, 4]))
        packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
        output, lengths = pad_packed_sequence(packed, **options)
        case.put("outputLengths", lengths)
        case.results(output=output)
        case.write()

    for ending, enforce_sorted in [("sorted", True), ("any-order", False)]:
        case = Case(f"pack-sequence-{ending}", enforceSorted=enforce_sorted)
        lengths = [5, 3, 1] if enforce_sorted else [3, 5, 1]
        parts = [case.draw(f"sequence{i}", [n, 2]) for i, n in enumerate(lengths)]
        put_packed(case, pack_sequence(parts, enforce_sorted=enforce_sorted))

    for ending, options in [
        ("default", {}),
        ("batch-first-value", {"batch_first": True, "padding_value": 1.5}),
        ("left", {"padding_side": "left"}),
    ]:
        case = Case(f"pad-sequence-{ending}", **camel(options))
        parts = [case.draw(f"sequence{i}", [n, 2]) for i, n in enumerate([3, 5, 1])]
        case.results(output=pad_sequence(parts, **options))
        case.write()


def camel(options):
    """PyTorch's keyword arguments by our names."""
    words = {key: key.split("_") for key in options}
    return {
        first + "".join(word.capitalize() for word in rest): options[key]
        for key, (first, *rest) in words.items()
    }


def put_packed(case, packed):
    case.put("batchSizes", packed.batch_sizes)
    if packed.sorted_indices is not None:
        case.put("sortedIndices", packed.sorted_indices)
        case.put("unsortedIndices", packed.unsorted_indices)
    case.results(data=packed.data)
    case.write()
