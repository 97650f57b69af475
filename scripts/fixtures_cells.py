"""Cells that PyTorch does not have, from their papers' equations in float64.

`make-fixtures.py` calls this. Each sequence is run alone, step by step, so that padding and batches
are right by construction; minGRU and minLSTM with positive content go the paper's own way instead,
a parallel scan in log space.
"""

import torch
import torch.nn.functional as F

# inputSize, hiddenSize, batch, seq.
SIZES = (7, 5, 4, 6)
LENGTHS = [2, 6, 1, 4]

# The name's ending, the layer's options, whether states are given, lengths.
LAYER_CASES = [
    ("1-layer-states", {}, True, None),
    ("lengths-batch-first", {"batchFirst": True}, False, LENGTHS),
    (
        "lengths-2-layers-bidirectional-states",
        {"numLayers": 2, "bidirectional": True},
        True,
        LENGTHS,
    ),
]


def cell_layers(Case):
    def layers_from_papers():
        for ending, options, states, lengths in LAYER_CASES:
            for name, cell in CELLS.items():
                layer_case(Case(f"{name}-{ending}", **sizes(), **options), cell, states, lengths)
            for name, p in [("zoneout-lstm", [0.25, 0.5])]:
                case = Case(f"{name}-{ending}", **sizes(), p=p, **options)
                layer_case(case, Zoneout(p), states, lengths)
        for layer, module, gates in [("lstm", torch.nn.LSTM, 4), ("gru", torch.nn.GRU, 3)]:
            weight_dropout_case(Case, layer, module, gates)
        tied_case(Case)

    return layers_from_papers


def sizes():
    return {"inputSize": SIZES[0], "hiddenSize": SIZES[1]}


def layer_case(case, cell, with_states, lengths):
    input_size, hidden, batch, seq = SIZES
    batch_first = case.options.get("batchFirst", False)
    layers = case.options.get("numLayers", 1)
    directions = 2 if case.options.get("bidirectional") else 1
    shape = [batch, seq, input_size] if batch_first else [seq, batch, input_size]
    x = case.draw("input", shape)
    if lengths:
        case.put("lengths", torch.tensor(lengths))
    low = 0.1 if cell.positive else -1.0  # the paper takes the state's logarithm
    states = []
    for name in ["h0", "c0"][: cell.num_states]:
        state_shape = [layers * directions, batch, hidden]
        zeros = torch.zeros(state_shape, dtype=torch.float64)
        states.append(case.draw(name, state_shape, low=low) if with_states else zeros)
    weights = {}
    for layer in range(layers):
        width = input_size if layer == 0 else directions * hidden
        for d in range(directions):
            prefix = f"cell_l{layer}" + ("_reverse" if d else "")
            own = {}
            for key, weight_shape in cell.weights(width, hidden).items():
                file_key = cell.key(prefix, key)
                own[key] = case.uniform(weight_shape, -0.8, 0.8)
                case.put(f"weights.{file_key}", own[key])
                case.leaves[file_key] = own[key].requires_grad_()
            weights[layer, d] = own

    below = x if batch_first else x.transpose(0, 1)
    ends = [[] for _ in range(cell.num_states)]
    for layer in range(layers):
        sides = []
        for d in range(directions):
            which = layer * directions + d
            rows, finals = [], []
            for b in range(batch):
                length = lengths[b] if lengths else seq
                steps = below[b, :length]
                before = [state[which, b] for state in states]
                outputs, after = cell.run(weights[layer, d], steps.flip(0) if d else steps, before)
                outputs = outputs.flip(0) if d else outputs
                rows.append(F.pad(outputs, (0, 0, 0, seq - length)))
                finals.append(after)
            sides.append(torch.stack(rows))
            for i, end in enumerate(ends):
                end.append(torch.stack([after[i] for after in finals]))
        below = torch.cat(sides, -1)
    output = below if batch_first else below.transpose(0, 1)
    names = ["hN", "cN"][: cell.num_states]
    case.results(output=output, **{name: torch.stack(end) for name, end in zip(names, ends)})
    case.write()


class StepByStep:
    num_states = 2
    positive = False

    def key(self, prefix, key):
        return f"{prefix}.{key}"

    def run(self, w, steps, state):
        outputs = []
        for x in steps:
            state = self.step(w, x, state)
            outputs.append(state[0])
        return torch.stack(outputs), state


class Lstm(StepByStep):
    def weights(self, width, hidden):
        return {
            "weight_ih": [4 * hidden, width],
            "weight_hh": [4 * hidden, hidden],
            "bias_ih": [4 * hidden],
            "bias_hh": [4 * hidden],
        }

    def step(self, w, x, state):
        h, c = state
        sums = w["weight_ih"] @ x + w["bias_ih"] + w["weight_hh"] @ h + w["bias_hh"]
        i, f, g, o = sums.chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return [o.sigmoid() * c.tanh(), c]


class Peephole(Lstm):
    """Gers and Schmidhuber 2000; Gers, Schraudolph and Schmidhuber 2002."""

    def weights(self, width, hidden):
        peepholes = {f"weight_c{gate}": [hidden] for gate in "ifo"}
        return {**super().weights(width, hidden), **peepholes}

    def step(self, w, x, state):
        h, c = state
        sums = w["weight_ih"] @ x + w["bias_ih"] + w["weight_hh"] @ h + w["bias_hh"]
        i, f, g, o = sums.chunk(4)
        i = (i + w["weight_ci"] * c).sigmoid()
        f = (f + w["weight_cf"] * c).sigmoid()
        c = f * c + i * g.tanh()
        o = (o + w["weight_co"] * c).sigmoid()
        return [o * c.tanh(), c]


class Normalized(StepByStep):
    """Ba, Kiros and Hinton 2016, equations 20 to 22."""

    def weights(self, width, hidden):
        norms = {"layernorm_i": 4 * hidden, "layernorm_h": 4 * hidden, "layernorm_c": hidden}
        return {
            "weight_ih": [4 * hidden, width],
            "weight_hh": [4 * hidden, hidden],
            **{f"{norm}.{kind}": [n] for norm, n in norms.items() for kind in ("weight", "bias")},
        }

    def step(self, w, x, state):
        h, c = state
        norm = lambda name, sums: F.layer_norm(
            sums, sums.shape, w[f"{name}.weight"], w[f"{name}.bias"]
        )
        sums = norm("layernorm_i", w["weight_ih"] @ x) + norm("layernorm_h", w["weight_hh"] @ h)
        i, f, g, o = sums.chunk(4)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return [o.sigmoid() * norm("layernorm_c", c).tanh(), c]


class Zoneout(Lstm):
    """Krueger et al. 2016, in evaluation: the expectation."""

    def __init__(self, p):
        self.p = p

    def key(self, prefix, key):
        return f"{prefix}.cell.{key}"

    def step(self, w, x, state):
        after = super().step(w, x, state)
        return [p * old + (1 - p) * new for p, old, new in zip(self.p, state, after)]


class Minimal(StepByStep):
    """Feng et al. 2024."""

    num_states = 1

    def __init__(self, kind, positive):
        self.gates = 2 if kind == "gru" else 3
        self.positive = positive

    def key(self, prefix, key):
        return key + prefix[len("cell") :]

    def weights(self, width, hidden):
        return {"weight_ih": [self.gates * hidden, width], "bias_ih": [self.gates * hidden]}

    def step(self, w, x, state):
        *gates, v = (w["weight_ih"] @ x + w["bias_ih"]).chunk(self.gates)
        if self.gates == 2:
            z = gates[0].sigmoid()
            return [(1 - z) * state[0] + z * v]
        f, i = (gate.sigmoid() for gate in gates)
        return [f / (f + i) * state[0] + i / (f + i) * v]

    def run(self, w, steps, state):
        if not self.positive:
            return super().run(w, steps, state)
        # Appendix B, algorithms 6 and 8: parallel_scan_log.
        *gates, v = (steps @ w["weight_ih"].T + w["bias_ih"]).chunk(self.gates, -1)
        if self.gates == 2:
            log_z, log_coeffs = -F.softplus(-gates[0]), -F.softplus(gates[0])
        else:
            difference = F.softplus(-gates[0]) - F.softplus(-gates[1])
            log_coeffs, log_z = -F.softplus(difference), -F.softplus(-difference)
        log_v = torch.where(v >= 0, (v.relu() + 0.5).log(), -F.softplus(-v))
        log_values = torch.cat([state[0].log()[None], log_z + log_v])
        a_star = F.pad(log_coeffs.cumsum(0), (0, 0, 1, 0))
        h = (a_star + (log_values - a_star).logcumsumexp(0)).exp()[1:]
        return h, [h[-1]]


CELLS = {
    "peephole-lstm": Peephole(),
    "normalized-lstm": Normalized(),
    "mingru": Minimal("gru", False),
    "mingru-positive": Minimal("gru", True),
    "minlstm": Minimal("lstm", False),
    "minlstm-positive": Minimal("lstm", True),
}


def weight_dropout_case(Case, name, module, gates):
    """PyTorch's own layer, its weight_hh replaced by dropped ones: AWD-LSTM's WeightDrop."""
    input_size, hidden, batch, seq = SIZES
    p = 0.4
    options = {"numLayers": 2, "bidirectional": True}
    case = Case(f"weight-dropout-{name}", **sizes(), weightDropout=p, **options)
    layer = case.fill(module(input_size, hidden, num_layers=2, bidirectional=True), 0.8)
    x = case.draw("input", [seq, batch, input_size])
    used = {}
    for key, parameter in layer.named_parameters():
        used[key] = parameter
        if key.startswith("weight_hh"):
            kept = case.integers([gates * hidden, hidden], 0, 3).clamp(max=1)
            case.put(f"kept.{key}", kept)
            used[key] = parameter * kept / (1 - p)
    output, states = torch.func.functional_call(layer, used, (x,))
    named = {"hN": states} if name == "gru" else {"hN": states[0], "cN": states[1]}
    case.results(output=output, **named)
    case.write()


class Tied(torch.nn.Module):
    """A language model that reads and predicts words by the same vectors."""

    def __init__(self, vocabulary, width, hidden):
        super().__init__()
        self.encoder = torch.nn.Embedding(vocabulary, width)
        self.lstm = torch.nn.LSTM(width, hidden, proj_size=width)
        self.decoder = torch.nn.Linear(width, vocabulary)
        self.decoder.weight = self.encoder.weight

    def forward(self, ids):
        return self.decoder(self.lstm(self.encoder(ids))[0])


def tied_case(Case):
    vocabulary, width, hidden, batch, seq = 11, 4, 6, 3, 5
    model = Tied(vocabulary, width, hidden)
    keys = {
        "namedParameters": [key for key, _ in model.named_parameters()],
        "stateDict": list(model.state_dict()),
    }
    case = Case("tied-weights", vocabulary=vocabulary, width=width, hidden=hidden, **keys)
    case.fill(model, 0.6)
    ids = case.put("ids", case.integers([seq, batch], 0, vocabulary))
    case.results(output=model(ids))
    case.write()
