"""Writes PyTorch's numbers into packages/library/test/parity/fixtures, one JSON file per case.

    npm run fixtures            (= python3 scripts/make-fixtures.py)

Only this script needs Python and PyTorch; the tests read the committed files.

How a case is made
    Inputs, parameters and incoming gradients are random float32 values, drawn from a generator
    seeded with the case's name. From those values PyTorch computes in float64, and the result is
    written with 9 significant digits: the truth, free of PyTorch's own rounding. The sizes in a
    case all differ, so that a transposed matrix or a swapped axis cannot pass.

What a file holds
    { "name", "torch", "options": {camelCase}, "tensors": { key: { "shape", "data" } } }

    input, h0, c0, lengths, a, b, target …   what goes in
    weights.<key>                            parameters and buffers, by PyTorch's state_dict key
    output, hN, cN …                         what comes out
    gradOutput, gradHN, gradCN …             random, one per output, of the same shape
    grad.<input or weight key>               gradient of  Σ output ⊙ gradOutput + Σ hN ⊙ gradHN + …

    Numbers that JSON cannot write are the strings "Infinity", "-Infinity" and "NaN". Every function
    below that makes cases says what is peculiar to its keys.

The same PyTorch gives the same bytes again. Files of cases that no longer exist are removed.
"""

import json
import random
import re
import sys
import warnings
from pathlib import Path

try:
    import numpy
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
except ImportError as error:
    sys.exit(
        f"make-fixtures.py needs PyTorch and NumPy ({error}).\n"
        "Install them beside the project, then run again:\n\n"
        "    python3 -m venv .venv\n"
        "    .venv/bin/pip install torch numpy\n"
        '    PATH="$PWD/.venv/bin:$PATH" npm run fixtures\n\n'
        "The CPU is enough. The tests themselves need neither."
    )

from fixtures_cells import cell_layers
import fixtures_packed
from fixtures_companions import companions
from fixtures_diagnostics import diagnostics
from fixtures_seq2seq import seq2seq_cases

FIXTURES = Path(__file__).parent.parent / "packages/library/test/parity/fixtures"

# "+cpu" or "+cu132" says how PyTorch was built, which must not change the files.
TORCH_VERSION = torch.__version__.split("+")[0]

# PyTorch's own names that are not simply the snake_case of ours.
UNUSUAL_NAMES = {"tMax": "T_max"}


# ---------------------------------------------------------------------------------------------
# A case
# ---------------------------------------------------------------------------------------------


class Case:
    """One fixture: draws its inputs, collects tensors under their keys, writes the file."""

    written: set[str] = set()

    def __init__(self, name, **options):
        assert name not in Case.written, f"two cases are called {name}"
        self.name = name
        self.options = options
        self.tensors = {}
        self.leaves = {}  # tensors whose gradient is wanted: key after "grad." → tensor
        self.generator = random.Random(name)

    def uniform(self, shape, low=-1.0, high=1.0):
        """Random values that float32 holds exactly, as a float64 tensor."""
        count = int(numpy.prod(shape))
        values = [self.generator.uniform(low, high) for _ in range(count)]
        return torch.tensor(values, dtype=torch.float32).double().reshape(shape)

    def integers(self, shape, low, high):
        """Random integers, low ≤ value < high."""
        count = int(numpy.prod(shape))
        values = [self.generator.randrange(low, high) for _ in range(count)]
        return torch.tensor(values, dtype=torch.int64).reshape(shape)

    def put(self, key, tensor):
        assert key not in self.tensors, f"{self.name}: {key} twice"
        self.tensors[key] = tensor.detach().clone()
        return tensor

    def leaf(self, key, tensor):
        """Stores an input whose gradient is wanted too."""
        self.put(key, tensor)
        self.leaves[key] = tensor.requires_grad_()
        return tensor

    def draw(self, key, shape, low=-1.0, high=1.0):
        return self.leaf(key, self.uniform(shape, low, high))

    def fill(self, module, bound):
        """Gives every parameter of a module random values and stores them."""
        module.double()
        for key, parameter in module.named_parameters():
            values = self.uniform(list(parameter.shape), -bound, bound)
            with torch.no_grad():
                parameter.copy_(values)
            self.put(f"weights.{key}", values)
            self.leaves[key] = parameter
        return module

    def results(self, **outputs):
        """Stores the outputs, draws a gradient for each, and stores the gradients of the leaves."""
        total = torch.zeros((), dtype=torch.float64)
        for key, output in outputs.items():
            self.put(key, output)
            incoming = self.uniform(list(output.shape))
            self.put("grad" + key[0].upper() + key[1:], incoming)
            total = total + (output * incoming).sum()
        total.backward()
        self.put_gradients()

    def put_gradients(self):
        for key, tensor in self.leaves.items():
            assert tensor.grad is not None, f"{self.name}: {key} has no gradient"
            self.put(f"grad.{key}", tensor.grad)

    def write(self):
        head = {"name": self.name, "torch": TORCH_VERSION, "options": self.options}
        lines = []  # one per tensor, so that a difference between two versions can be read
        for key, tensor in self.tensors.items():
            shape = compact(list(tensor.shape))
            lines.append(f'"{key}":{{"shape":{shape},"data":[{numbers(tensor)}]}}')
        text = compact(head)[:-1] + ',"tensors":{\n' + ",\n".join(lines) + "\n}}\n"
        json.loads(text)  # a file that does not parse is a mistake of this script
        (FIXTURES / f"{self.name}.json").write_text(text, encoding="utf-8")
        Case.written.add(self.name)


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def numbers(tensor):
    return ",".join(number(value) for value in tensor.reshape(-1).tolist())


def number(value):
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if value != value:
        return '"NaN"'
    if value in (float("inf"), float("-inf")):
        return '"Infinity"' if value > 0 else '"-Infinity"'
    return "0" if value == 0 else f"{value:.9g}"  # 9 digits bring any float32 back exactly


def in_torch(options):
    """Our camelCase options as PyTorch's keyword arguments."""
    snake = lambda name: re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)
    return {UNUSUAL_NAMES.get(name, snake(name)): value for name, value in options.items()}


# ---------------------------------------------------------------------------------------------
# Recurrent layers
# ---------------------------------------------------------------------------------------------

# inputSize, hiddenSize, batch, seq.
SIZES = (7, 5, 3, 6)
BATCH_OF_FOUR = (7, 5, 4, 6)  # where three layers would make the batch equal to the layers

# Every kind of layer goes through these: the name's ending, the layer's options, the rest.
RECURRENT_CASES = [
    ("1-layer", {}, {}),
    ("1-layer-batch-first-states", {"batchFirst": True}, {"states": True}),
    ("1-layer-no-bias-states", {"bias": False}, {"states": True}),
    ("1-layer-bidirectional-batch-first", {"bidirectional": True, "batchFirst": True}, {}),
    (
        "1-layer-bidirectional-no-bias-states",
        {"bidirectional": True, "bias": False},
        {"states": True},
    ),
    ("2-layers-states", {"numLayers": 2}, {"states": True}),
    (
        "3-layers-no-bias-batch-first",
        {"numLayers": 3, "bias": False, "batchFirst": True},
        {"sizes": BATCH_OF_FOUR},
    ),
    ("2-layers-bidirectional-states", {"numLayers": 2, "bidirectional": True}, {"states": True}),
    (
        "2-layers-bidirectional-no-bias-batch-first",
        {"numLayers": 2, "bidirectional": True, "bias": False, "batchFirst": True},
        {},
    ),
    # Wider than any vector register, and a multiple of none.
    ("wide", {}, {"sizes": (11, 18, 7, 5), "states": True}),
    # Edges: one step, one sequence, both.
    ("seq-1-bidirectional", {"bidirectional": True}, {"sizes": (7, 5, 3, 1), "states": True}),
    ("batch-1-batch-first", {"batchFirst": True}, {"sizes": (7, 5, 1, 6), "states": True}),
    ("batch-1-seq-1", {"numLayers": 2}, {"sizes": (7, 5, 1, 1), "states": True}),
    # Padded batches. The first one is padded further than its longest sequence.
    ("lengths", {}, {"sizes": BATCH_OF_FOUR, "lengths": [2, 5, 1, 4]}),
    (
        "lengths-bidirectional-batch-first",
        {"bidirectional": True, "batchFirst": True},
        {"sizes": BATCH_OF_FOUR, "lengths": [3, 6, 1, 3]},
    ),
    (
        "lengths-2-layers-batch-first-states",
        {"numLayers": 2, "batchFirst": True},
        {"sizes": BATCH_OF_FOUR, "lengths": [4, 1, 6, 2], "states": True},
    ),
    (
        "lengths-2-layers-bidirectional-states",
        {"numLayers": 2, "bidirectional": True},
        {"lengths": [2, 6, 3], "states": True},
    ),
]

LSTM_PROJECTION_CASES = [
    ("proj", {"projSize": 2}, {}),
    (
        "proj-bidirectional-batch-first-states",
        {"projSize": 2, "bidirectional": True, "batchFirst": True},
        {"sizes": BATCH_OF_FOUR, "states": True},
    ),
    (
        "proj-2-layers-no-bias",
        {"projSize": 3, "numLayers": 2, "bias": False},
        {"sizes": BATCH_OF_FOUR},
    ),
    (
        "proj-2-layers-bidirectional-states",
        {"projSize": 2, "numLayers": 2, "bidirectional": True},
        {"states": True},
    ),
    (
        "proj-lengths-2-layers-bidirectional",
        {"projSize": 2, "numLayers": 2, "bidirectional": True},
        {"lengths": [2, 6, 3]},
    ),
]

ORIGINAL_GRU_CASES = [
    ("1-layer", {}, {}),
    ("1-layer-no-bias-batch-first-states", {"bias": False, "batchFirst": True}, {"states": True}),
    ("2-layers-bidirectional-states", {"numLayers": 2, "bidirectional": True}, {"states": True}),
    (
        "lengths-bidirectional-states",
        {"bidirectional": True},
        {"sizes": BATCH_OF_FOUR, "lengths": [3, 6, 1, 3], "states": True},
    ),
]


def recurrent_layers():
    """RNN, LSTM and GRU; with `lengths`, through the packed form and back."""
    for ending, options, rest in RECURRENT_CASES:
        for nonlinearity in ("tanh", "relu"):
            name = f"rnn-{nonlinearity}-{ending}"
            recurrent_case(name, nn.RNN, {"nonlinearity": nonlinearity, **options}, **rest)
        recurrent_case(f"lstm-{ending}", nn.LSTM, options, **rest)
        recurrent_case(f"gru-{ending}", nn.GRU, options, **rest)

    for ending, options, rest in LSTM_PROJECTION_CASES:
        recurrent_case(f"lstm-{ending}", nn.LSTM, options, **rest)


def original_grus():
    """The GRU as first published, which resets the state before the product: from the equations."""
    for ending, options, rest in ORIGINAL_GRU_CASES:
        options = {**options, "resetAfter": False}
        recurrent_case(f"original-gru-{ending}", nn.GRU, options, **rest)


def recurrent_case(name, kind, options, sizes=SIZES, states=False, lengths=None):
    input_size, hidden_size, batch, seq = sizes
    case = Case(name, inputSize=input_size, hiddenSize=hidden_size, **options)
    reset_after = options.get("resetAfter", True)
    layer_options = {key: value for key, value in options.items() if key != "resetAfter"}
    layer = kind(input_size, hidden_size, **in_torch(layer_options))
    case.fill(layer, bound=1.2 / hidden_size**0.5)

    # hN's first axis; its last one is projSize where the LSTM projects.
    directions = layer.num_layers * (2 if layer.bidirectional else 1)
    state_size = layer.proj_size or hidden_size
    if batch > 1 and seq > 1:
        distinct = {input_size, hidden_size, batch, seq, directions}
        assert len(distinct) == 5, f"{name}: two sizes are equal"

    x = case.draw(
        "input", [batch, seq, input_size] if layer.batch_first else [seq, batch, input_size]
    )
    h0 = case.draw("h0", [directions, batch, state_size]) if states else None
    is_lstm = kind is nn.LSTM
    c0 = case.draw("c0", [directions, batch, hidden_size]) if states and is_lstm else None
    if lengths:
        case.put("lengths", torch.tensor(lengths))

    state = (h0, c0) if is_lstm and states else h0
    if reset_after:
        output, state = run_layer(layer, x, state, lengths)
    else:
        check_gru_equations(layer, x, state, lengths)
        output, state = gru_equations(layer, x, state, lengths, reset_after=False)

    if is_lstm:
        case.results(output=output, hN=state[0], cN=state[1])
    else:
        case.results(output=output, hN=state)
    case.write()


def run_layer(layer, x, state, lengths):
    if not lengths:
        return layer(x, state)
    packed = pack_padded_sequence(
        x, torch.tensor(lengths), batch_first=layer.batch_first, enforce_sorted=False
    )
    packed, state = layer(packed, state)
    output, _ = pad_packed_sequence(
        packed, batch_first=layer.batch_first, total_length=x.shape[1 if layer.batch_first else 0]
    )
    return output, state


def gru_equations(layer, x, h0, lengths, reset_after):
    """A GRU written out, with the parameters of `layer`, one sequence of the batch after another.

    r = σ(Wᵣ·x + bᵣ + Uᵣ·h + b′ᵣ)
    z = σ(W_z·x + b_z + U_z·h + b′_z)
    n = tanh(Wₙ·x + bₙ + r ⊙ (Uₙ·h + b′ₙ))        where reset_after, as PyTorch has it
    n = tanh(Wₙ·x + bₙ + Uₙ·(r ⊙ h) + b′ₙ)        otherwise
    h′ = (1 − z) ⊙ n + z ⊙ h
    """
    weights = dict(layer.named_parameters())
    hidden_size = layer.hidden_size
    x = x if layer.batch_first else x.transpose(0, 1)  # [batch, seq, inputSize]
    batch, seq, _ = x.shape
    lengths = lengths or [seq] * batch
    endings = ["", "_reverse"] if layer.bidirectional else [""]
    zero = torch.zeros(3 * hidden_size, dtype=torch.float64)

    def step(x_t, h, ending):
        W, U = weights[f"weight_ih_{ending}"], weights[f"weight_hh_{ending}"]
        b, b2 = weights.get(f"bias_ih_{ending}", zero), weights.get(f"bias_hh_{ending}", zero)
        W_r, W_z, W_n = W.chunk(3)
        U_r, U_z, U_n = U.chunk(3)
        (b_r, b_z, b_n), (b2_r, b2_z, b2_n) = b.chunk(3), b2.chunk(3)
        r = torch.sigmoid(W_r @ x_t + b_r + U_r @ h + b2_r)
        z = torch.sigmoid(W_z @ x_t + b_z + U_z @ h + b2_z)
        if reset_after:
            n = torch.tanh(W_n @ x_t + b_n + r * (U_n @ h + b2_n))
        else:
            n = torch.tanh(W_n @ x_t + b_n + U_n @ (r * h) + b2_n)
        return (1 - z) * n + z * h

    outputs, last_states = [], []
    for index in range(batch):
        steps = list(x[index, : lengths[index]])
        states = []
        for number_of_layer in range(layer.num_layers):
            read = []  # what each direction says about every step
            for direction, ending in enumerate(endings):
                row = number_of_layer * len(endings) + direction
                h = torch.zeros_like(zero[:hidden_size]) if h0 is None else h0[row, index]
                said = []
                for x_t in steps if direction == 0 else reversed(steps):
                    h = step(x_t, h, f"l{number_of_layer}{ending}")
                    said.append(h)
                states.append(h)
                read.append(said if direction == 0 else said[::-1])
            steps = [torch.cat(both) for both in zip(*read)]
        output = torch.stack(steps)
        outputs.append(F.pad(output, (0, 0, 0, seq - len(steps))))
        last_states.append(torch.stack(states))

    output = torch.stack(outputs, dim=0 if layer.batch_first else 1)
    return output, torch.stack(last_states, dim=1)


def check_gru_equations(layer, x, h0, lengths):
    """The same code must give PyTorch's GRU where it resets after the product."""
    ours = gru_equations(layer, x, h0, lengths, reset_after=True)
    torchs = run_layer(layer, x, h0, lengths)
    for a, b in zip(ours, torchs):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def packed_layers():
    """Padded batches through every combination of options."""
    fixtures_packed.packed_layers(recurrent_case)


def packing():
    """The packed form itself; the indices have no gradient."""
    fixtures_packed.packing(Case)


def recurrent_cells():
    """Three steps of a cell. `output` [3, batch, hiddenSize] is h after every step."""
    kinds = [
        ("rnn-tanh", nn.RNNCell, {"nonlinearity": "tanh"}),
        ("rnn-relu", nn.RNNCell, {"nonlinearity": "relu"}),
        ("lstm", nn.LSTMCell, {}),
        ("gru", nn.GRUCell, {}),
    ]
    for kind_name, kind, kind_options in kinds:
        for ending, options, states in [("", {}, True), ("-no-bias", {"bias": False}, False)]:
            input_size, hidden_size, batch = 7, 5, 4
            all_options = {**kind_options, **options}
            case = Case(
                f"cell-{kind_name}{ending}",
                inputSize=input_size,
                hiddenSize=hidden_size,
                **all_options,
            )
            cell = case.fill(kind(input_size, hidden_size, **in_torch(all_options)), bound=0.6)
            x = case.draw("input", [3, batch, input_size])
            is_lstm = kind is nn.LSTMCell
            state = None
            if states:
                state = case.draw("h0", [batch, hidden_size])
                if is_lstm:
                    state = (state, case.draw("c0", [batch, hidden_size]))

            hs = []
            for step in range(3):
                state = cell(x[step], state)
                hs.append(state[0] if is_lstm else state)
            output = torch.stack(hs)
            if is_lstm:
                case.results(output=output, hN=state[0], cN=state[1])
            else:
                case.results(output=output, hN=state)
            case.write()


# ---------------------------------------------------------------------------------------------
# Other layers
# ---------------------------------------------------------------------------------------------


def embeddings():
    """`input` holds ids. The padding row is not zero here: only its gradient is."""
    for name, padding, shape in [
        ("embedding", None, [4, 5]),
        ("embedding-1d", None, [9]),
        ("embedding-padding", 2, [4, 5]),
    ]:
        options = {} if padding is None else {"paddingIdx": padding}
        case = Case(name, numEmbeddings=7, embeddingDim=3, **options)
        layer = case.fill(nn.Embedding(7, 3, **in_torch(options)), bound=1)
        ids = case.integers(shape, 0, 6)  # row 6 is never read: its gradient is zero
        ids.view(-1)[0] = ids.view(-1)[5] = 2
        ids.view(-1)[1] = ids.view(-1)[3] = 4
        case.put("input", ids)
        case.results(output=layer(ids))
        case.write()


def linears():
    for name, shape, bias in [
        ("linear-1d", [6], True),
        ("linear-2d", [4, 6], True),
        ("linear-2d-no-bias", [4, 6], False),
        ("linear-3d", [2, 4, 6], True),
        ("linear-3d-no-bias", [2, 4, 6], False),
        ("linear-wide", [13, 19], True),
    ]:
        options = {} if bias else {"bias": False}
        out_features = 11 if name == "linear-wide" else 5
        case = Case(name, inFeatures=shape[-1], outFeatures=out_features, **options)
        layer = case.fill(nn.Linear(shape[-1], out_features, **options), bound=0.6)
        case.results(output=layer(case.draw("input", shape)))
        case.write()


def layer_norms():
    for name, shape, normalized, options in [
        ("layer-norm", [4, 6], [6], {}),
        ("layer-norm-3d", [2, 4, 6], [6], {}),
        ("layer-norm-two-axes", [2, 4, 6], [4, 6], {"eps": 0.001}),
        ("layer-norm-not-affine", [3, 5], [5], {"elementwiseAffine": False}),
        ("layer-norm-no-bias", [3, 5], [5], {"bias": False}),
    ]:
        case = Case(name, normalizedShape=normalized, **options)
        layer = case.fill(nn.LayerNorm(normalized, **in_torch(options)), bound=1.5)
        case.results(output=layer(case.draw("input", shape, -2, 3)))
        case.write()


def batch_norms():
    """`after.running_mean` and its like are the buffers after one forward in training mode."""
    for name, shape, training, options in [
        ("batch-norm-train", [6, 4], True, {}),
        ("batch-norm-train-3d", [3, 4, 5], True, {"momentum": 0.3, "eps": 0.001}),
        ("batch-norm-train-not-affine", [6, 4], True, {"affine": False}),
        ("batch-norm-eval", [6, 4], False, {}),
        ("batch-norm-eval-3d", [3, 4, 5], False, {"eps": 0.001}),
    ]:
        case = Case(name, numFeatures=4, training=training, **options)
        layer = case.fill(nn.BatchNorm1d(4, **in_torch(options)), bound=1.5)
        layer.running_mean.copy_(case.put("weights.running_mean", case.uniform([4])))
        layer.running_var.copy_(case.put("weights.running_var", case.uniform([4], 0.5, 2)))
        case.put("weights.num_batches_tracked", layer.num_batches_tracked)
        layer.train(training)
        case.results(output=layer(case.draw("input", shape, -2, 3)))
        for key, buffer in layer.named_buffers():
            case.put(f"after.{key}", buffer)
        case.write()


# ---------------------------------------------------------------------------------------------
# Losses
# ---------------------------------------------------------------------------------------------


def loss_case(name, kind, shape, target, reduction="mean", tensors=None, scale=3, **options):
    """Keys: input, target, output, grad.input, and the class weights and the like in `tensors`.

    `target` and `tensors` are functions of the case, so that they draw from its generator.
    """
    case = Case(f"loss-{name}", **options, reduction=reduction)
    x = case.draw("input", shape, -scale, scale)
    target = case.put("target", target(case))
    given = {key: case.put(key, make(case)) for key, make in (tensors or {}).items()}
    loss = kind(**in_torch(given), **in_torch(options), reduction=reduction)
    case.results(output=loss(x, target))
    case.write()


def cross_entropies():
    """Class ids, or class probabilities where `target` has the shape of `input`."""
    n, c, d = 6, 5, 4
    ids = lambda case: case.integers([n], 0, c)
    ids_2d = lambda case: case.integers([n, d], 0, c)
    weight = {"weight": lambda case: case.uniform([c], 0.2, 2)}
    probabilities = lambda case: case.uniform([n, c], -1, 1).softmax(1).float().double()
    probabilities_3d = lambda case: case.uniform([n, c, d], -1, 1).softmax(1).float().double()

    def ids_some_ignored(case, index, shape):
        target = case.integers(shape, 0, c)
        target.view(-1)[1] = target.view(-1)[4] = index
        return target

    def add(name, shape=(n, c), target=ids, **rest):
        loss_case(f"cross-entropy{name}", nn.CrossEntropyLoss, list(shape), target, **rest)

    add("")
    add("-sum", reduction="sum")
    add("-none", reduction="none")
    add("-large-logits", scale=500)
    add("-default-ignore-index", target=lambda case: ids_some_ignored(case, -100, [n]))
    add("-ignore-index", target=lambda case: ids_some_ignored(case, 2, [n]), ignoreIndex=2)
    add("-weight", tensors=weight)
    add("-weight-sum", tensors=weight, reduction="sum")
    add("-label-smoothing", labelSmoothing=0.1)
    for reduction in ("mean", "sum", "none"):
        together = {"tensors": weight, "ignoreIndex": 3, "labelSmoothing": 0.2}
        add(
            f"-all-{reduction}",
            target=lambda case: ids_some_ignored(case, 3, [n]),
            reduction=reduction,
            **together,
        )
        add(
            f"-3d-all-{reduction}",
            shape=(n, c, d),
            target=lambda case: ids_some_ignored(case, 3, [n, d]),
            reduction=reduction,
            **together,
        )
    add("-3d", shape=(n, c, d), target=ids_2d)
    add("-3d-none", shape=(n, c, d), target=ids_2d, reduction="none")
    add("-probabilities", target=probabilities)
    add("-probabilities-none", target=probabilities, reduction="none")
    add("-probabilities-all", target=probabilities, tensors=weight, labelSmoothing=0.1)
    add("-probabilities-3d", shape=(n, c, d), target=probabilities_3d, tensors=weight)


def linear_cross_entropies():
    """The head and the loss at once. Keys: input, linearWeight, linearBias, target, weight."""
    n, k, c = 7, 3, 5
    together = {"ignoreIndex": 3, "labelSmoothing": 0.2}
    for name, has_bias, reduction, options in [
        ("", True, "mean", {}),
        ("-sum", True, "sum", {}),
        ("-none", True, "none", {}),
        ("-no-bias", False, "mean", {}),
        ("-all-mean", True, "mean", together),
        ("-all-sum", True, "sum", together),
        ("-all-none", False, "none", together),
    ]:
        case = Case(f"loss-linear-cross-entropy{name}", **options, reduction=reduction)
        x = case.draw("input", [n, k], -2, 2)
        given = {"linear_weight": case.draw("linearWeight", [c, k], -1, 1)}
        if has_bias:
            given["linear_bias"] = case.draw("linearBias", [c], -1, 1)
        target = case.integers([n], 0, c)
        if options:
            target[1] = target[4] = options["ignoreIndex"]
            given["weight"] = case.put("weight", case.uniform([c], 0.2, 2))
        given |= in_torch(options)
        case.put("target", target)
        case.results(output=F.linear_cross_entropy(x, target=target, reduction=reduction, **given))
        case.write()


def nll_losses():
    """`input` holds log-probabilities, though the loss does not ask that they be normalised."""
    n, c, d = 6, 5, 4
    weight = {"weight": lambda case: case.uniform([c], 0.2, 2)}

    def ids(case):
        target = case.integers([n], 0, c)
        target[2] = 1
        return target

    def add(name, shape=(n, c), target=ids, **rest):
        loss_case(f"nll{name}", nn.NLLLoss, list(shape), target, **rest)

    add("")
    add("-sum", reduction="sum")
    add("-none", reduction="none", tensors=weight)
    add("-weight-ignore-index", tensors=weight, ignoreIndex=1)
    add("-weight-ignore-index-none", tensors=weight, ignoreIndex=1, reduction="none")
    add("-3d", shape=(n, c, d), target=lambda case: case.integers([n, d], 0, c), tensors=weight)


def regression_losses():
    shape = [4, 6]
    for reduction in ("mean", "sum", "none"):
        target = lambda case: case.uniform(shape, -3, 3)
        loss_case(f"mse-{reduction}", nn.MSELoss, shape, target, reduction=reduction)

        # One exact hit, where the slope of |x| is taken to be 0.
        def target_with_hit(case):
            values = case.uniform(shape, -3, 3)
            values[1, 2] = case.tensors["input"][1, 2]
            return values

        loss_case(f"l1-{reduction}", nn.L1Loss, shape, target_with_hit, reduction=reduction)


def bce_losses():
    shape = [4, 6]
    zero_or_one = lambda case: case.integers(shape, 0, 2).double()
    between = lambda case: case.uniform(shape, 0, 1)
    weight = {"weight": lambda case: case.uniform(shape, 0.2, 2)}
    pos_weight = {"posWeight": lambda case: case.uniform([6], 0.2, 4)}

    def add(name, target=zero_or_one, **rest):
        loss_case(f"bce{name}", nn.BCEWithLogitsLoss, shape, target, **rest)

    add("")
    add("-sum", reduction="sum")
    add("-none", reduction="none", target=between)
    add("-large-logits", scale=90)
    add("-weight", tensors=weight)
    add("-pos-weight", tensors=pos_weight)
    add(
        "-weight-pos-weight-none",
        tensors={**weight, **pos_weight},
        target=between,
        reduction="none",
    )


def gaussian_nll_losses():
    """A second leaf, `var`; where it is below `eps` its gradient passes as if it were not."""
    shape = [4, 6]
    for name, var_shape, options in [
        ("", shape, {}),
        ("-sum", shape, {"reduction": "sum"}),
        ("-none", shape, {"reduction": "none"}),
        ("-full", shape, {"full": True}),
        ("-one-var-per-row", [4, 1], {}),
        ("-large-eps", shape, {"eps": 0.5}),
    ]:
        case = Case(f"loss-gaussian-nll{name}", **{"reduction": "mean", **options})
        x = case.draw("input", shape, -2, 2)
        target = case.put("target", case.uniform(shape, -2, 2))
        var = case.draw("var", var_shape, 0.1, 2)
        case.results(output=nn.GaussianNLLLoss(**options)(x, target, var))
        case.write()


def ctc_losses():
    """Keys: logits, logProbs = logSoftmax(logits) [T, N, C], targets, inputLengths, targetLengths.

    `grad.logits` is the gradient that counts. `grad.logProbs` is what PyTorch hands back to
    logSoftmax: it takes for granted that logProbs came from there, so it is not the partial
    derivative, but differs from it by what logSoftmax's backward removes.
    """
    T, C = 8, 6
    repeated = [[2, 2, 1, 4], [5, 5, 0, 0], [3, 1, 3, 0]]
    plain = [[2, 5, 1, 4], [5, 3, 0, 0], [3, 1, 2, 0]]

    def add(name, targets, target_lengths, input_lengths=None, shape=None, scale=2, **options):
        shape = shape or [T, len(target_lengths), C]
        input_lengths = input_lengths or [shape[0]] * len(target_lengths)
        case = Case(f"loss-ctc-{name}", **{"reduction": "mean", **options})
        logits = case.draw("logits", shape, -scale, scale)
        log_probs = case.put("logProbs", logits.log_softmax(-1))
        log_probs.retain_grad()
        # Not from a float32 logProbs, but from the float64 one: rounded, it would not sum to 1.
        targets = case.put("targets", torch.tensor(targets))
        lengths_in = case.put("inputLengths", torch.tensor(input_lengths))
        lengths_out = case.put("targetLengths", torch.tensor(target_lengths))
        loss = nn.CTCLoss(**in_torch(options))(log_probs, targets, lengths_in, lengths_out)
        case.results(output=loss)
        case.put("grad.logProbs", log_probs.grad)
        case.write()

    for reduction in ("mean", "sum", "none"):
        add(f"{reduction}", plain, [4, 2, 3], [8, 5, 7], reduction=reduction)
    add("repeats", repeated, [4, 2, 3], [7, 8, 6])
    add("blank-3", [[2, 0, 0, 4], [5, 1, 0, 0], [0, 1, 2, 0]], [4, 2, 3], [8, 5, 7], blank=3)
    add("blank-last", [[2, 0, 0, 4], [3, 1, 0, 0], [0, 1, 2, 0]], [4, 2, 3], blank=C - 1)
    add("empty-target", plain, [4, 0, 3], [8, 5, 7], reduction="none")
    add("empty-target-mean", plain, [4, 0, 3], [8, 5, 7])
    add("concatenated", [2, 5, 1, 4, 5, 5, 3, 1, 2], [4, 2, 3], [8, 5, 7])
    # [2, 2, 1, 4] needs five steps, a blank between the twos; four are given.
    add("impossible", repeated, [4, 2, 3], [4, 8, 6], reduction="none")
    for reduction in ("mean", "sum", "none"):
        add(
            f"impossible-zero-infinity-{reduction}",
            repeated,
            [4, 2, 3],
            [4, 8, 6],
            reduction=reduction,
            zeroInfinity=True,
        )
    # More labels than steps.
    long = [[2, 5, 1, 4, 3, 1, 2, 5, 4], [1] * 9, [3] + [0] * 8]
    add("too-long", long, [9, 5, 1], [8, 8, 8], reduction="none")
    add("too-long-zero-infinity", long, [9, 5, 1], [8, 8, 8], zeroInfinity=True)
    add("one-step", [[2], [0], [4]], [1, 0, 1], shape=[1, 3, C], reduction="none")
    add("one-step-zero-infinity", [[2, 3], [4, 0]], [2, 1], shape=[1, 2, C], zeroInfinity=True)
    add("no-steps", [[2], [4]], [0, 1], [0, 3], shape=[3, 2, C], reduction="sum")
    add("all-targets-empty", [[0], [0]], [0, 0], [8, 5])
    add("blank-1-repeats", [[2, 2, 0, 4], [5, 5, 5, 0], [0, 0, 3, 0]], [4, 3, 2], blank=1)
    add("concatenated-with-empty", [2, 2, 1, 4, 3, 1], [4, 0, 2], [8, 5, 7], reduction="none")
    add("one-sequence", [2, 2, 5], [3], [7], shape=[T, C])
    add("one-sequence-blank-last", [[0, 1, 1, 3]], [4], shape=[T, C], blank=C - 1, reduction="none")
    add("confident", repeated, [4, 2, 3], [7, 8, 6], scale=60, reduction="none")


# ---------------------------------------------------------------------------------------------
# Optimisation
# ---------------------------------------------------------------------------------------------


def optimizers():
    """Two parameters, 20 steps with given gradients.

    weight, bias                   before the first step
    grads.weight, grads.bias       [20, …shape]
    after1.weight … after20.bias   after steps 1, 2, 5 and 20
    """
    for name, kind, options in [
        ("sgd", torch.optim.SGD, {"lr": 0.1}),
        ("sgd-momentum", torch.optim.SGD, {"lr": 0.05, "momentum": 0.9}),
        ("sgd-nesterov", torch.optim.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
        ("sgd-weight-decay", torch.optim.SGD, {"lr": 0.1, "weightDecay": 0.1}),
        ("sgd-dampening", torch.optim.SGD, {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}),
        (
            "sgd-all",
            torch.optim.SGD,
            {"lr": 0.05, "momentum": 0.8, "weightDecay": 0.1, "nesterov": True},
        ),
        ("adam", torch.optim.Adam, {}),
        ("adam-weight-decay", torch.optim.Adam, {"lr": 0.02, "weightDecay": 0.3}),
        ("adam-amsgrad", torch.optim.Adam, {"lr": 0.02, "amsgrad": True}),
        ("adam-other", torch.optim.Adam, {"lr": 0.05, "betas": [0.8, 0.95], "eps": 0.001}),
        ("adamw", torch.optim.AdamW, {}),
        (
            "adamw-other",
            torch.optim.AdamW,
            {"lr": 0.02, "betas": [0.8, 0.95], "eps": 0.0001, "weightDecay": 0.3},
        ),
        ("adamw-amsgrad", torch.optim.AdamW, {"lr": 0.02, "amsgrad": True}),
        ("rmsprop", torch.optim.RMSprop, {}),
        ("rmsprop-momentum", torch.optim.RMSprop, {"lr": 0.02, "momentum": 0.9, "alpha": 0.9}),
        ("rmsprop-centered", torch.optim.RMSprop, {"lr": 0.02, "centered": True}),
        ("rmsprop-weight-decay", torch.optim.RMSprop, {"lr": 0.02, "weightDecay": 0.3}),
        ("adagrad", torch.optim.Adagrad, {}),
        (
            "adagrad-other",
            torch.optim.Adagrad,
            {"lr": 0.1, "lrDecay": 0.05, "weightDecay": 0.3, "initialAccumulatorValue": 0.1},
        ),
    ]:
        case = Case(f"optim-{name}", optimizer=kind.__name__, **options)
        shapes = {"weight": [3, 4], "bias": [5]}
        parameters = {key: case.draw(key, shape, -0.5, 0.5) for key, shape in shapes.items()}
        grads = {key: case.uniform([20, *shape]) for key, shape in shapes.items()}
        grads["bias"][:, 0] = 0  # one element that never gets a gradient
        for key in shapes:
            case.put(f"grads.{key}", grads[key])

        optimizer = kind(parameters.values(), **in_torch(options))
        for step in range(1, 21):
            for key, parameter in parameters.items():
                parameter.grad = grads[key][step - 1].clone()
            optimizer.step()
            if step in (1, 2, 5, 20):
                for key, parameter in parameters.items():
                    case.put(f"after{step}.{key}", parameter)
        case.write()


def schedulers():
    """`lr` [30]: the rate in each of 30 training steps, the scheduler's step coming after each.

    ReduceLROnPlateau is told metrics[i] after step i. OneCycleLR moves Adam's first beta too.
    """
    lr_scheduler = torch.optim.lr_scheduler
    # Falls, stays, falls a little, jumps, stays. The last rate needs no metric after it.
    metrics = [
        1,
        0.9,
        0.8,
        0.8,
        0.81,
        0.8,
        0.79,
        0.79,
        0.79,
        0.79,
        0.79,
        0.6,
        0.6,
        0.7,
        0.65,
        0.61,
        0.6,
        0.59995,
        0.5999,
        0.5,
        0.5,
        0.5,
        0.5,
        0.5,
        0.5,
        0.5,
        0.5,
        0.5,
        0.5,
    ]

    for name, kind, options in [
        ("step", lr_scheduler.StepLR, {"stepSize": 7}),
        ("step-gamma", lr_scheduler.StepLR, {"stepSize": 4, "gamma": 0.7}),
        ("cosine", lr_scheduler.CosineAnnealingLR, {"tMax": 29}),
        ("cosine-past-t-max", lr_scheduler.CosineAnnealingLR, {"tMax": 8, "etaMin": 0.01}),
        ("one-cycle", lr_scheduler.OneCycleLR, {"maxLr": 0.5, "totalSteps": 30}),
        (
            "one-cycle-linear",
            lr_scheduler.OneCycleLR,
            {
                "maxLr": 0.5,
                "totalSteps": 30,
                "annealStrategy": "linear",
                "pctStart": 0.4,
                "divFactor": 10,
                "finalDivFactor": 100,
            },
        ),
        (
            "one-cycle-three-phase",
            lr_scheduler.OneCycleLR,
            {"maxLr": 0.5, "totalSteps": 30, "threePhase": True},
        ),
        (
            "one-cycle-linear-three-phase",
            lr_scheduler.OneCycleLR,
            {"maxLr": 0.5, "totalSteps": 30, "threePhase": True, "annealStrategy": "linear"},
        ),
        ("linear", lr_scheduler.LinearLR, {}),
        ("linear-warm-up", lr_scheduler.LinearLR, {"startFactor": 0.1, "totalIters": 8}),
        (
            "linear-down",
            lr_scheduler.LinearLR,
            {"startFactor": 1.0, "endFactor": 0.2, "totalIters": 12},
        ),
        ("plateau", lr_scheduler.ReduceLROnPlateau, {"patience": 2, "factor": 0.5}),
        (
            "plateau-cooldown",
            lr_scheduler.ReduceLROnPlateau,
            {"patience": 1, "factor": 0.3, "cooldown": 2, "minLr": 0.002},
        ),
        (
            "plateau-max-absolute",
            lr_scheduler.ReduceLROnPlateau,
            {
                "mode": "max",
                "patience": 3,
                "factor": 0.5,
                "threshold": 0.05,
                "thresholdMode": "abs",
            },
        ),
    ]:
        case = Case(f"schedule-{name}", scheduler=kind.__name__, lr=0.1, **options)
        optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.1)
        scheduler = kind(optimizer, **in_torch(options))
        on_plateau = kind is lr_scheduler.ReduceLROnPlateau
        if on_plateau:
            case.put("metrics", torch.tensor(metrics, dtype=torch.float64))

        lr, beta1 = [], []
        for step in range(30):
            lr.append(optimizer.param_groups[0]["lr"])
            beta1.append(optimizer.param_groups[0]["betas"][0])
            if step < 29:
                optimizer.step()
                scheduler.step(*([metrics[step]] if on_plateau else []))
        case.put("lr", torch.tensor(lr, dtype=torch.float64))
        if kind is lr_scheduler.OneCycleLR:
            case.put("beta1", torch.tensor(beta1, dtype=torch.float64))
        case.write()


def clipping():
    """Keys: before.weight, before.bias (gradients), norm, after.weight, after.bias."""
    for name, max_norm in [("clips", 1.5), ("does-not-clip", 10.0)]:
        case = Case(f"clip-grad-norm-{name}", maxNorm=max_norm)
        parameters = {}
        for key, shape in {"weight": [3, 4], "bias": [5]}.items():
            parameters[key] = torch.zeros(shape, dtype=torch.float64, requires_grad=True)
            parameters[key].grad = case.put(f"before.{key}", case.uniform(shape, -2, 2)).clone()
        case.put("norm", nn.utils.clip_grad_norm_(parameters.values(), max_norm))
        for key, parameter in parameters.items():
            case.put(f"after.{key}", parameter.grad)
        case.write()


# ---------------------------------------------------------------------------------------------
# Tensor operations
# ---------------------------------------------------------------------------------------------


def operation(name, compute, inputs, specials=None, integers=None, low=-2, high=2, **options):
    """Keys: the inputs by name, output, gradOutput, grad.<input>.

    inputs     name → shape
    specials   values that the first elements of the first input take
    integers   name → tensor, handed over after the inputs, without a gradient
    """
    case = Case(f"op-{name}", **options)
    tensors = []
    for index, (key, shape) in enumerate(inputs.items()):
        values = case.uniform(shape, low, high)
        if index == 0 and specials:
            values.view(-1)[: len(specials)] = torch.tensor(specials, dtype=torch.float64)
        tensors.append(case.leaf(key, values))
    for key, tensor in (integers or {}).items():
        tensors.append(case.put(key, tensor))
    output = compute(*tensors)
    if isinstance(output, torch.Tensor):
        case.results(output=output)
    else:
        case.results(**{f"output{index}": part for index, part in enumerate(output)})
    case.write()


def matmuls():
    for name, a, b in [
        ("1d-1d", [4], [4]),
        ("2d-1d", [3, 4], [4]),
        ("1d-2d", [4], [4, 5]),
        ("2d-2d", [3, 4], [4, 5]),
        ("3d-1d", [2, 3, 4], [4]),
        ("1d-3d", [4], [2, 4, 5]),
        ("3d-2d", [2, 3, 4], [4, 5]),
        ("2d-3d", [3, 4], [2, 4, 5]),
        ("3d-3d", [2, 3, 4], [2, 4, 5]),
        ("3d-3d-broadcast", [1, 3, 4], [2, 4, 5]),
        ("4d-3d-broadcast", [2, 1, 3, 4], [6, 4, 5]),
        ("4d-4d-broadcast", [2, 1, 3, 4], [1, 6, 4, 5]),
        ("2d-2d-wide", [13, 19], [19, 11]),
    ]:
        operation(f"matmul-{name}", torch.matmul, {"a": a, "b": b}, op="matmul")


def arithmetic():
    shapes = [
        ("same", [3, 4], [3, 4]),
        ("row", [3, 4], [4]),
        ("column", [3, 4], [3, 1]),
        ("outer", [3, 1], [1, 4]),
        ("scalar", [], [3, 4]),
        ("3d", [2, 1, 4], [3, 1]),
    ]
    for op in ("add", "sub", "mul", "div", "pow"):
        for name, a, b in shapes:
            positive = op in ("div", "pow")  # away from 0, below which pow is not defined
            low, high = (0.3, 2) if positive else (-2, 2)
            compute = getattr(torch, op)
            operation(f"{op}-{name}", compute, {"a": a, "b": b}, low=low, high=high, op=op)

    for name, exponent, low in [
        ("2", 2, -2),
        ("3", 3, -2),
        ("half", 0.5, 0.3),
        ("minus-1", -1, 0.3),
    ]:
        compute = lambda a, exponent=exponent: a.pow(exponent)
        operation(f"pow-by-{name}", compute, {"a": [3, 4]}, low=low, op="pow", exponent=exponent)


def functions_of_one():
    for op, low, specials in [
        ("neg", -2, None),
        ("exp", -2, [-100, 0, 20]),
        ("log", 0.1, [1, 1e-20, 1e20]),
        ("sqrt", 0.1, [1, 1e-10, 1e10]),
        ("abs", -2, [0]),
        ("tanh", -2, [-100, 0, 100, 1e-4]),
        ("sigmoid", -2, [-100, 0, 100]),
        ("relu", -2, [0]),
    ]:
        # Powers of ten go through float32, as every input does.
        if specials:
            specials = torch.tensor(specials, dtype=torch.float32).double().tolist()
        operation(op, getattr(torch, op), {"a": [3, 5]}, specials=specials, low=low, op=op)


def softmaxes():
    for op, compute in [("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)]:
        name = "softmax" if op == "softmax" else "log-softmax"
        for shape, axis in [([5], 0), ([3, 4], 1), ([3, 4], 0), ([2, 3, 4], 1), ([2, 3, 4], -1)]:
            operation(
                f"{name}-{len(shape)}d-axis-{str(axis).replace('-', 'minus-')}",
                lambda a: compute(a, dim=axis),
                {"a": shape},
                op=op,
                axis=axis,
            )
        operation(
            f"{name}-large",
            lambda a: compute(a, dim=1),
            {"a": [3, 4]},
            specials=[1000, 998, 1001, 999, -1000, -1000, -1000, -1000],
            op=op,
            axis=1,
        )


def reductions():
    """`axis` is absent where all axes are meant. `var` and `std` divide by n − 1."""
    for op in ("sum", "mean"):
        compute = getattr(torch, op)
        operation(f"{op}-all", compute, {"a": [3, 4]}, op=op)
        for axis, keepdim in [(0, False), (1, True), (-1, False)]:
            ending = "-keepdim" if keepdim else ""
            operation(
                f"{op}-axis-{str(axis).replace('-', 'minus-')}{ending}",
                lambda a: compute(a, dim=axis, keepdim=keepdim),
                {"a": [2, 3, 4]},
                op=op,
                axis=axis,
                keepdim=keepdim,
            )
        operation(
            f"{op}-axes",
            lambda a: compute(a, dim=(0, 2)),
            {"a": [2, 3, 4]},
            op=op,
            axis=[0, 2],
            keepdim=False,
        )
    for op in ("var", "std"):
        compute = getattr(torch, op)
        operation(f"{op}-all", compute, {"a": [3, 4]}, op=op)
        operation(
            f"{op}-axis-1",
            lambda a: compute(a, dim=1),
            {"a": [2, 5, 4]},
            op=op,
            axis=1,
            keepdim=False,
        )


def extremes():
    """Where several elements share the extreme, PyTorch has two answers for the gradient.

    max(dim)          all of it to one of them, whose place is in `indices`:  grad.a
    amax(dim)         equal parts for all of them:                            shared.grad.a
    max() of it all   equal parts for all of them:                            grad.a
    """
    for op in ("max", "min"):
        compute, shared = getattr(torch, op), getattr(torch, "a" + op)
        for ties in (False, True):
            for shape, axis, keepdim in [
                ([2, 3, 4], 1, False),
                ([3, 5], -1, True),
                ([3, 5], None, False),
            ]:
                where = "all" if axis is None else f"axis-{str(axis).replace('-', 'minus-')}"
                options = {} if axis is None else {"axis": axis, "keepdim": keepdim}
                case = Case(f"op-{op}-{where}{'-ties' if ties else ''}", op=op, **options)
                a = case.uniform(shape, -2, 2)
                if ties:
                    a = case.integers(shape, -1, 2).double()  # only −1, 0 and 1: full of ties
                a = case.leaf("a", a)
                if axis is None:
                    case.results(output=compute(a))
                else:
                    output, indices = compute(a, dim=axis, keepdim=keepdim)
                    case.results(output=output)
                    case.put("indices", indices)
                    a.grad = None
                    (
                        shared(a, dim=axis, keepdim=keepdim) * case.tensors["gradOutput"]
                    ).sum().backward()
                    case.put("shared.grad.a", a.grad)
                case.write()


def indexing():
    index = torch.tensor([[0, 2, 2, 1], [1, 1, 0, 0]])
    operation(
        "gather-axis-0",
        lambda a, index: a.gather(0, index),
        {"a": [3, 4]},
        integers={"index": index},
        op="gather",
        axis=0,
    )
    operation(
        "gather-axis-1",
        lambda a, index: a.gather(1, index),
        {"a": [3, 4]},
        integers={"index": torch.tensor([[3, 3, 0, 1, 3], [0, 1, 2, 3, 0], [2, 2, 2, 2, 2]])},
        op="gather",
        axis=1,
    )
    operation(
        "gather-3d",
        lambda a, index: a.gather(-1, index),
        {"a": [2, 3, 4]},
        integers={"index": torch.tensor([[[1], [0], [3]], [[2], [2], [1]]])},
        op="gather",
        axis=-1,
    )
    for name, mask in [
        ("", [[1, 0, 0, 1], [0, 0, 1, 0], [1, 1, 1, 1]]),
        ("-broadcast", [[1], [0], [1]]),
    ]:
        operation(
            f"masked-fill{name}",
            lambda a, mask: a.masked_fill(mask.bool(), -9.5),
            {"a": [3, 4]},
            integers={"mask": torch.tensor(mask)},
            op="maskedFill",
            value=-9.5,
        )


def shapes():
    """Moving elements about. `outputs` of chunk are output0, output1 …"""
    cat = lambda axis: lambda *parts: torch.cat(parts, dim=axis)
    stack = lambda axis: lambda *parts: torch.stack(parts, dim=axis)
    operation("cat-axis-0", cat(0), {"a": [2, 4], "b": [1, 4], "c": [3, 4]}, op="cat", axis=0)
    operation("cat-axis-1", cat(1), {"a": [3, 2], "b": [3, 4], "c": [3, 1]}, op="cat", axis=1)
    operation("cat-minus-1", cat(-1), {"a": [2, 3, 4], "b": [2, 3, 1]}, op="cat", axis=-1)
    for axis, name in [(0, "axis-0"), (1, "axis-1"), (-1, "minus-1")]:
        operation(f"stack-{name}", stack(axis), {"a": [3, 4], "b": [3, 4]}, op="stack", axis=axis)

    a = {"a": [5, 3, 4]}
    operation("slice-axis-0", lambda a: a[1:4], a, op="slice", axis=0, **{"from": 1, "to": 4})
    operation("slice-axis-1", lambda a: a[:, 1:2], a, op="slice", axis=1, **{"from": 1, "to": 2})
    operation(
        "slice-minus-1", lambda a: a[..., 2:4], a, op="slice", axis=-1, **{"from": 2, "to": 4}
    )
    operation("select-axis-0", lambda a: a.select(0, -1), a, op="select", axis=0, index=-1)
    operation("select-axis-1", lambda a: a.select(1, 2), a, op="select", axis=1, index=2)
    operation("chunk", lambda a: a.chunk(4, -1), {"a": [3, 8]}, op="chunk", chunks=4, axis=-1)
    operation("chunk-uneven", lambda a: a.chunk(3, 0), {"a": [7, 2]}, op="chunk", chunks=3, axis=0)
    operation("transpose", lambda a: a.transpose(0, 2), a, op="transpose", axes=[0, 2])
    operation("permute", lambda a: a.permute(1, 2, 0), a, op="permute", axes=[1, 2, 0])
    operation("reshape", lambda a: a.reshape(6, -1), a, op="reshape", shape=[6, -1])


# ---------------------------------------------------------------------------------------------
# A whole model
# ---------------------------------------------------------------------------------------------


class SimpleLSTM(nn.Module):
    """Reads a sequence of ids and classifies it by its last hidden state."""

    def __init__(self, vocab_size, embedding_dim, hidden_size, output_size):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_size, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        embedded = self.embedding(x)
        _, (h_n, _) = self.lstm(embedded)
        return self.fc(h_n[-1])


def simple_lstms():
    """Keys: input (ids), target, logits, loss (cross-entropy), grad.<key> of that loss.

    In simple-lstm-training: losses [10], each before one of ten steps of Adam on the same batch,
    and after.<key>, the parameters at the end.
    """
    sizes = {"vocabSize": 11, "embeddingDim": 6, "hiddenSize": 7, "outputSize": 3}

    def start(name, **options):
        case = Case(name, **sizes, **options)
        model = case.fill(SimpleLSTM(*sizes.values()), bound=0.5)
        ids = case.put("input", case.integers([4, 5], 0, 11))
        return case, model, ids, case.put("target", case.integers([4], 0, 3))

    case, model, ids, target = start("simple-lstm")
    logits = case.put("logits", model(ids))
    loss = case.put("loss", F.cross_entropy(logits, target))
    loss.backward()
    case.put_gradients()
    case.write()

    case, model, ids, target = start("simple-lstm-training", optimizer="Adam", lr=0.02)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(10):
        loss = F.cross_entropy(model(ids), target)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    case.put("losses", torch.tensor(losses, dtype=torch.float64))
    for key, parameter in model.named_parameters():
        case.put(f"after.{key}", parameter)
    case.write()


def attention_and_seq2seq():
    """Attention, and encoder–decoder models: fixtures_seq2seq.py."""
    seq2seq_cases(Case)


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    warnings.filterwarnings("ignore", "LSTM with projections")  # slower, and just as right
    python = sys.version.split()[0]
    print(f"PyTorch {torch.__version__}, NumPy {numpy.__version__}, Python {python}")
    FIXTURES.mkdir(parents=True, exist_ok=True)

    for make_cases in [
        recurrent_layers,
        original_grus,
        packed_layers,
        packing,
        recurrent_cells,
        embeddings,
        linears,
        layer_norms,
        batch_norms,
        cross_entropies,
        linear_cross_entropies,
        nll_losses,
        regression_losses,
        bce_losses,
        gaussian_nll_losses,
        ctc_losses,
        optimizers,
        schedulers,
        clipping,
        matmuls,
        arithmetic,
        functions_of_one,
        softmaxes,
        reductions,
        extremes,
        indexing,
        shapes,
        simple_lstms,
        *companions(Case, in_torch),
        attention_and_seq2seq,
        cell_layers(Case),
        *diagnostics(Case),
    ]:
        before = len(Case.written)
        make_cases()
        print(f"  {make_cases.__name__.replace('_', ' '):20} {len(Case.written) - before:3} cases")

    for file in FIXTURES.glob("*.json"):
        if file.stem not in Case.written | {"npy"}:  # make-npy-fixture.py's
            file.unlink()
    size = sum(file.stat().st_size for file in FIXTURES.glob("*.json"))
    print(f"{len(Case.written)} files, {size / 1e6:.2f} MB, in {FIXTURES.resolve()}")


if __name__ == "__main__":
    main()
