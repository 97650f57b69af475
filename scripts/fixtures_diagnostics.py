"""Gradients of states, step by step, and spectra of matrices.

flow-*      a recurrent layer of two layers and two directions on sequences of different lengths, each
            run alone through a loop written out by hand, whose states keep their gradients
            (retain_grad): `grad.h.l{k}[_reverse]` [seq, batch, hiddenSize], `grad.c.…` likewise, 0
            past a sequence's end, and `grad.start.h.…` [batch, hiddenSize] before the first step
spectrum-*  the eigenvalues of a matrix, in no order, and its largest singular value, by NumPy
"""

import numpy
import torch

# inputSize, hiddenSize, batch, seq.
SIZES = (7, 5, 4, 6)
LENGTHS = [2, 6, 1, 4]
LAYERS = 2


def rnn_step(x, state, w):
    (h,) = state
    return (torch.tanh(x @ w["weight_ih"].T + w["bias_ih"] + h @ w["weight_hh"].T + w["bias_hh"]),)


def lstm_step(x, state, w):
    h, c = state
    sums = x @ w["weight_ih"].T + w["bias_ih"] + h @ w["weight_hh"].T + w["bias_hh"]
    i, f, g, o = sums.chunk(4, -1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    c.retain_grad()  # before h is made of it: the total derivative
    return torch.sigmoid(o) * torch.tanh(c), c


def gru_step(x, state, w):
    (h,) = state
    xr, xz, xn = (x @ w["weight_ih"].T + w["bias_ih"]).chunk(3, -1)
    hr, hz, hn = (h @ w["weight_hh"].T + w["bias_hh"]).chunk(3, -1)
    r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return ((1 - z) * n + z * h,)


KINDS = [("rnn", rnn_step, 1, 1), ("lstm", lstm_step, 4, 2), ("gru", gru_step, 3, 1)]


def diagnostics(Case):
    def gradient_flow():
        for kind in KINDS:
            flow(Case, *kind)

    def spectra():
        for n in (1, 2, 3, 6, 17):
            case = Case(f"spectrum-{n}")
            spectrum(case, case.uniform([n, n]))
        case = Case("spectrum-orthogonal")
        spectrum(case, torch.linalg.qr(case.uniform([8, 8]))[0])
        case = Case("spectrum-triangular")
        spectrum(case, torch.triu(case.uniform([9, 9])))

    return [gradient_flow, spectra]


def flow(Case, name, step, gates, parts):
    input_size, hidden, batch, seq = SIZES
    options = {"numLayers": LAYERS, "bidirectional": True}
    case = Case(f"flow-{name}", inputSize=input_size, hiddenSize=hidden, **options)
    x = case.put("input", case.uniform([seq, batch, input_size]))
    case.put("lengths", torch.tensor(LENGTHS))
    weights = {}
    for layer in range(LAYERS):
        for suffix in ("", "_reverse"):
            own = weights[layer, suffix] = {}
            width = input_size if layer == 0 else 2 * hidden
            for key, shape in [
                ("weight_ih", [gates * hidden, width]),
                ("weight_hh", [gates * hidden, hidden]),
                ("bias_ih", [gates * hidden]),
                ("bias_hh", [gates * hidden]),
            ]:
                values = case.uniform(shape, -0.8, 0.8)
                own[key] = case.put(f"weights.{key}_l{layer}{suffix}", values).requires_grad_()
    incoming = case.put("gradOutput", case.uniform([seq, batch, 2 * hidden]))

    kept = {}  # (part, layer, suffix, step or None, sequence) → a state that keeps its gradient
    loss = torch.zeros((), dtype=torch.float64)
    for b, length in enumerate(LENGTHS):
        below = [x[t, b] for t in range(length)]
        for layer in range(LAYERS):
            sides = []
            for suffix in ("", "_reverse"):
                state = tuple(
                    torch.zeros(hidden, dtype=torch.float64, requires_grad=True)
                    for _ in range(parts)
                )
                for part, tensor in zip("hc", state):
                    kept[part, layer, suffix, None, b] = tensor
                side = [None] * length
                for t in range(length) if suffix == "" else reversed(range(length)):
                    state = step(below[t], state, weights[layer, suffix])
                    for part, tensor in zip("hc", state):
                        tensor.retain_grad()
                        kept[part, layer, suffix, t, b] = tensor
                    side[t] = state[0]
                sides.append(side)
            below = [torch.cat([sides[0][t], sides[1][t]]) for t in range(length)]
        loss = loss + sum((below[t] * incoming[t, b]).sum() for t in range(length))
    loss.backward()

    for layer in range(LAYERS):
        for suffix in ("", "_reverse"):
            for part in "hc"[:parts]:
                grads = torch.zeros([seq, batch, hidden], dtype=torch.float64)
                start = torch.zeros([batch, hidden], dtype=torch.float64)
                for b, length in enumerate(LENGTHS):
                    start[b] = kept[part, layer, suffix, None, b].grad
                    for t in range(length):
                        grads[t, b] = kept[part, layer, suffix, t, b].grad
                case.put(f"grad.{part}.l{layer}{suffix}", grads)
                case.put(f"grad.start.{part}.l{layer}{suffix}", start)
            for key in ("weight_ih", "weight_hh"):
                grad = weights[layer, suffix][key].grad
                case.put(f"grad.{key}_l{layer}{suffix}", grad)
    case.write()


def spectrum(case, matrix):
    case.put("matrix", matrix)
    values = numpy.linalg.eigvals(matrix.numpy())
    case.put("re", torch.from_numpy(numpy.real(values).copy()))
    case.put("im", torch.from_numpy(numpy.imag(values).copy()))
    case.put("norm", torch.tensor(numpy.linalg.norm(matrix.numpy(), 2), dtype=torch.float64))
    case.write()
